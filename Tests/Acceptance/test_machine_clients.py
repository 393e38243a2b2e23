"""Systems that prove themselves by signatures made elsewhere (joserfc, Authlib), at one server and at two."""

import base64
import hashlib
import json
import os
import threading
import time
import uuid

import httpx
import pytest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey
from processes import PROGRAMS, Program, free_port
from system import Yimen

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "booking"


class MachineClient:
    """A confidential client with a key of its own."""

    def __init__(self, system, tmp_path_factory, name: str):
        self.id = f"{name}-{uuid.uuid4().hex[:8]}"
        self.issuer = system.url
        self.key = ECKey.generate_key("P-256", {"kid": self.id, "use": "sig", "alg": "ES256"})
        self.proof_key = ECKey.generate_key("P-256")
        file = tmp_path_factory.mktemp("keys") / "jwks.json"
        file.write_text(json.dumps({"keys": [self.key.as_dict(private=False)]}))
        system.succeed(
            *("client", "add", "--id", self.id, "--auth-method", "private_key_jwt", "--jwks", str(file)),
            *("--grant", "client_credentials", "--scope", SCOPE),
        )

    def assertion(self, **changes) -> str:
        now = int(time.time())
        claims = {"iss": self.id, "sub": self.id, "aud": self.issuer, "jti": uuid.uuid4().hex, "exp": now + 60}
        return jwt.encode({"alg": "ES256", "kid": self.id}, {**claims, **changes}, self.key)

    def proof(self, method: str, path: str, token: str | None = None) -> str:
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.proof_key.as_dict(private=False)}
        claims = {"jti": uuid.uuid4().hex, "htm": method, "htu": self.issuer + path, "iat": int(time.time())}
        if token:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return jwt.encode(header, claims, self.proof_key)

    def ask(self, url: str, assertion: str, proof: str | None = None) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": assertion}
        return httpx.post(f"{url}/oauth2/token", data=form, headers={"DPoP": proof} if proof else {}, timeout=30)


def race(urls, call) -> list:
    """Twenty calls at once, shared out among the servers."""
    answers, start = [], threading.Barrier(20)

    def one(number):
        start.wait()
        answers.append(call(urls[number % len(urls)]))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.fixture(scope="module")
def machine(yimen, tmp_path_factory):
    return MachineClient(yimen, tmp_path_factory, "machine")


def test_authlib_authenticates_with_private_key_jwt(yimen, machine):
    endpoint = f"{yimen.url}/oauth2/token"
    session = OAuth2Session(machine.id, machine.key)
    session.register_client_auth_method(PrivateKeyJWT(endpoint, headers={"kid": machine.id}, alg="ES256"))
    session.token_endpoint_auth_method = "private_key_jwt"
    token = session.fetch_token(endpoint, grant_type="client_credentials")
    assert token["token_type"] == "Bearer" and token["scope"] == SCOPE


def test_a_bound_token_is_used_with_proofs_made_elsewhere(yimen, machine):
    answer = machine.ask(yimen.url, machine.assertion(), machine.proof("POST", "/oauth2/token")).json()
    assert answer["token_type"] == "DPoP"
    token, path = answer["access_token"], "/api/v1/reservations"
    bare = httpx.get(yimen.url + path, headers={"Authorization": f"Bearer {token}"})
    assert bare.status_code == 401 and bare.headers["www-authenticate"].startswith("DPoP ")
    headers = {"Authorization": f"DPoP {token}", "DPoP": machine.proof("GET", path, token)}
    assert httpx.get(yimen.url + path, headers=headers).status_code not in (401, 500)
    assert httpx.get(yimen.url + path, headers=headers).status_code == 401, "a proof is good once"


def test_assertions_are_good_once_and_now(yimen, machine):
    assertion = machine.assertion()
    answers = race([yimen.url], lambda url: machine.ask(url, assertion).status_code)
    assert sorted(answers) == [200] + [401] * 19
    now = int(time.time())
    for changes in ({"exp": now - 300}, {"aud": "https://else.example"}, {"nbf": now + 120}, {"sub": "other"}):
        answer = machine.ask(yimen.url, machine.assertion(**changes))
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_client", changes


@pytest.mark.skipif("YIMEN_TEST_POSTGRES" not in os.environ, reason="YIMEN_TEST_POSTGRES is not set")
def test_assertions_and_proofs_are_good_once_across_two_processes(tmp_path_factory):
    system = Yimen("postgres", "machines")
    second = None
    try:
        system.prepare()
        system.start()
        port = free_port()
        second = Program(
            "yimen-machines-second",
            [PROGRAMS / "yimen", "serve"],
            {**system.environment, "YIMEN_HTTP_PORT": str(port)},
        )
        urls = [system.url, f"http://localhost:{port}"]
        second.wait_for(f"{urls[1]}/health/ready")
        machine = MachineClient(system, tmp_path_factory, "two")
        assertion = machine.assertion()
        assert sorted(race(urls, lambda url: machine.ask(url, assertion).status_code)) == [200] + [401] * 19
        proof = machine.proof("POST", "/oauth2/token")
        statuses = race(urls, lambda url: machine.ask(url, machine.assertion(), proof).status_code)
        assert sorted(statuses) == [200] + [400] * 19
        assert second.stop() == 0 and system.stop() == 0
    finally:
        for program in (second, system.program):
            if program and program.process.poll() is None:
                program.process.kill()
        system.remove()
