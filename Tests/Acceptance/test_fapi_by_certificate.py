"""The variants of the FAPI 2.0 plan with mutual TLS: clients prove themselves, and tokens are bound, by certificates.

A proxy ends TLS and says in `Client-Cert` (RFC 9440) which certificate came; a real handshake: test_tls.py. The
variants with signatures and DPoP: Tests/IdentityTests/Plans/FAPI2Tests.swift.
"""

import base64
import ssl

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from conftest import backends
from oauth_requests import claims, eventually, parameters
from signed_by_clients import own_certificate
from system import CITIZEN, DEMO_PASSWORD, Yimen
from web_visitor import WebVisitor


class Holder:
    """A client with a certificate of its own making, known by its key."""

    def __init__(self, yimen: Yimen, directory, name: str):
        self.id, self.metadata = name, yimen.discovery()
        self.callback = f"https://{name}.example/callback"
        keys = own_certificate(directory, name)
        der = ssl.PEM_cert_to_DER_cert((directory / f"{name}.pem").read_text())
        self.certificate = {"Client-Cert": f":{base64.b64encode(der).decode()}:"}
        yimen.succeed(
            *("client", "add", "--id", name, "--auth-method", "self_signed_tls_client_auth", "--fapi2"),
            *("--jwks", keys, "--bind-to-certificate", "--redirect-uri", self.callback),
            *("--scope", "openid", "--scope", "profile"),
        )

    def post(self, endpoint: str, certificate: dict[str, str] | None, **form: str) -> httpx.Response:
        return httpx.post(self.metadata[endpoint], data={"client_id": self.id, **form}, headers=certificate or {})

    def request(self, verifier: str) -> dict[str, str]:
        return {
            **{"response_type": "code", "redirect_uri": self.callback, "scope": "openid profile", "state": "s"},
            **{"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"},
        }

    def code(self, verifier: str) -> str:
        pushed = self.post("pushed_authorization_request_endpoint", self.certificate, **self.request(verifier))
        assert pushed.status_code == 201, pushed.text
        visitor = WebVisitor(away=self.callback)
        query = httpx.QueryParams(client_id=self.id, request_uri=pushed.json()["request_uri"])
        page = visitor.open(f"{self.metadata['authorization_endpoint']}?{query}")
        answer = parameters(visitor.sign_in(page, CITIZEN, DEMO_PASSWORD))
        assert answer["iss"] == self.metadata["issuer"] and answer["state"] == "s"
        return answer["code"]


@pytest.fixture(scope="module", params=backends())
def holders(request, tmp_path_factory):
    directory = tmp_path_factory.mktemp("holders")
    system = Yimen(request.param, "certificates")
    system.environment["YIMEN_HTTP_TRUSTED_PROXIES"] = "127.0.0.1"
    with system.served():
        yield tuple(Holder(system, directory, f"holder-{name}") for name in ("one", "two"))


def refused(answer: httpx.Response, error: str, status: int = 400) -> bool:
    return answer.status_code == status and answer.json()["error"] == error


def test_discovery_end_point_verification(holders):
    metadata = holders[0].metadata
    assert metadata["tls_client_certificate_bound_access_tokens"] is True
    methods = set(metadata["token_endpoint_auth_methods_supported"])
    assert {"tls_client_auth", "self_signed_tls_client_auth", "private_key_jwt"} <= methods


def test_happy_flow_and_holder_of_key(holders):
    for holder, other in (holders, holders[::-1]):
        verifier = generate_token(64)
        form = {"grant_type": "authorization_code", "redirect_uri": holder.callback, "code_verifier": verifier}
        form["code"] = holder.code(verifier)
        for certificate in (None, other.certificate):
            assert refused(holder.post("token_endpoint", certificate, **form), "invalid_client", 401)
        stolen = other.post("token_endpoint", other.certificate, **form)
        assert refused(stolen, "invalid_grant"), "a code belongs to its client"
        answer = holder.post("token_endpoint", holder.certificate, **form)
        assert answer.status_code == 200, answer.text
        given = answer.json()
        assert given["token_type"] == "Bearer" and "x5t#S256" in claims(given["access_token"])["cnf"]
        bearer = {"Authorization": f"Bearer {given['access_token']}"}
        userinfo = holder.metadata["userinfo_endpoint"]
        told = httpx.get(userinfo, headers={**bearer, **holder.certificate})
        assert told.status_code == 200 and told.json()["sub"] == claims(given["id_token"])["sub"]
        for certificate in ({}, other.certificate):
            assert httpx.get(userinfo, headers={**bearer, **certificate}).status_code == 401

        refresh = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}
        for certificate in (None, other.certificate):
            assert refused(holder.post("token_endpoint", certificate, **refresh), "invalid_client", 401)
        assert refused(other.post("token_endpoint", other.certificate, **refresh), "invalid_grant")
        again = holder.post("token_endpoint", holder.certificate, **refresh)
        assert again.status_code == 200 and "x5t#S256" in claims(again.json()["access_token"])["cnf"]

        assert refused(holder.post("token_endpoint", holder.certificate, **form), "invalid_grant"), "a code works once"
        headers = {**bearer, **holder.certificate}
        assert eventually(lambda h=headers: httpx.get(userinfo, headers=h).status_code == 401)


def test_pushes_need_the_certificate_and_requests_the_push(holders):
    holder, other = holders
    wanted = holder.request(generate_token(64))
    endpoint = "pushed_authorization_request_endpoint"
    for certificate in (None, other.certificate, {"Client-Cert": ":AAAA:"}, {"Client-Cert": "x"}):
        assert refused(holder.post(endpoint, certificate, **wanted), "invalid_client", 401), certificate
    twice = [("Client-Cert", holder.certificate["Client-Cert"])] * 2
    answer = httpx.post(holder.metadata[endpoint], data={"client_id": holder.id, **wanted}, headers=twice)
    assert refused(answer, "invalid_client", 401), "of two certificates neither counts"
    direct = httpx.get(holder.metadata["authorization_endpoint"], params={"client_id": holder.id, **wanted})
    assert parameters(direct.headers["location"])["error"] == "invalid_request", "FAPI asks for a push"
    faults = ({"code_challenge_method": "plain"}, {"response_type": "code id_token"}, {"redirect_uri": "https://x/"})
    for change in faults:
        assert holder.post(endpoint, holder.certificate, **{**wanted, **change}).status_code == 400, change
    bare = {name: value for name, value in wanted.items() if not name.startswith("code_challenge")}
    assert refused(holder.post(endpoint, holder.certificate, **bare), "invalid_request")
