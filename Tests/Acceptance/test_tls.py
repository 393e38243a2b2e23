"""HTTPS with a certificate of the development CA: HTTP/2, strict cookies, a sign-in in a real browser."""

import hashlib
import ssl
import subprocess

import httpx
import pytest
from oauth_requests import claims
from processes import ROOT
from signed_by_clients import encoded, own_certificate
from system import CITIZEN, DEMO_PASSWORD, Yimen
from web_visitor import WebVisitor


@pytest.fixture(scope="module")
def secured(tmp_path_factory):
    directory = tmp_path_factory.mktemp("certs")
    subprocess.run([ROOT / "certs" / "make-development-ca.sh", directory], check=True, capture_output=True)
    system = Yimen("sqlite", "tls")
    system.url = f"https://localhost:{system.port}"
    system.environment |= {
        "YIMEN_ISSUER": system.url,
        "YIMEN_HTTP_TLS": "true",
        "YIMEN_HTTP_CERTIFICATE": str(directory / "server.pem"),
        "YIMEN_HTTP_CERTIFICATE_KEY": str(directory / "server.key"),
    }
    system.verify = str(directory / "development-ca.pem")
    with system.served():
        yield system


def test_speaks_http_2(secured):
    with httpx.Client(base_url=secured.url, verify=secured.verify, http2=True) as client:
        answer = client.get("/")
        assert answer.status_code == 200 and answer.http_version == "HTTP/2"
        # Chromium keeps it for every port of the name: other programs on localhost would stop working.
        assert "strict-transport-security" not in answer.headers
    with httpx.Client(base_url=secured.url, verify=secured.verify) as client:
        assert client.get("/api/v1/items").http_version == "HTTP/1.1"


def test_every_cookie_is_bound_to_the_host(secured):
    visitor = WebVisitor(verify=secured.verify)
    page = visitor.sign_in(visitor.open(f"{secured.url}/bookings"), CITIZEN, DEMO_PASSWORD)
    assert page.url.path == "/bookings" and page.status_code == 200
    lines = [line for answer in visitor.answers for line in answer.headers.get_list("set-cookie")]
    assert lines
    for line in lines:
        assert line.startswith("__Host-"), line
        assert "secure" in line.lower() and "path=/" in line.lower() and "domain" not in line.lower(), line


def test_plain_http_on_the_tls_port_gets_nothing(secured):
    with pytest.raises(httpx.HTTPError):
        httpx.get(secured.url.replace("https", "http"), timeout=5)


@pytest.mark.parametrize("key", ["another", "damaged"])
def test_a_key_that_does_not_fit_is_told(tmp_path, key):
    for name in ("own", "another"):
        own_certificate(tmp_path, name)
    (tmp_path / "damaged.key").write_text((tmp_path / "own.key").read_text()[:80])
    system = Yimen("sqlite", "misfit")
    system.environment |= {
        "YIMEN_HTTP_TLS": "true",
        "YIMEN_HTTP_CERTIFICATE": str(tmp_path / "own.pem"),
        "YIMEN_HTTP_CERTIFICATE_KEY": str(tmp_path / f"{key}.key"),
    }
    try:
        system.succeed("migrate")
        for command in ("serve", "doctor"):
            done = system.run(command)
            assert done.returncode == 1
            for word in (f"{tmp_path}/{key}.key", "http.certificateKey", "YIMEN_HTTP_CERTIFICATE_KEY"):
                assert word in done.stdout + done.stderr
    finally:
        system.remove()


def test_a_system_proves_itself_by_its_certificate(tmp_path_factory):
    """RFC 8705 with a real handshake: a self-signed certificate whose key is registered, and the token bound to it."""
    directory = tmp_path_factory.mktemp("mutual")
    subprocess.run([ROOT / "certs" / "make-development-ca.sh", directory], check=True, capture_output=True)
    keys, _ = (own_certificate(directory, name) for name in ("own", "other"))
    system = Yimen("sqlite", "mutual")
    system.url = f"https://localhost:{system.port}"
    system.environment |= {
        "YIMEN_ISSUER": system.url,
        "YIMEN_HTTP_TLS": "true",
        "YIMEN_HTTP_CERTIFICATE": str(directory / "server.pem"),
        "YIMEN_HTTP_CERTIFICATE_KEY": str(directory / "server.key"),
        "YIMEN_HTTP_CLIENT_CERTIFICATES": "true",
    }
    system.verify = str(directory / "development-ca.pem")

    def visitor(name=None, http2=False):
        context = ssl.create_default_context(cafile=system.verify)
        if name:
            context.load_cert_chain(directory / f"{name}.pem", directory / f"{name}.key")
        return httpx.Client(base_url=system.url, verify=context, http2=http2)

    try:
        system.prepare()
        system.succeed(
            *("client", "add", "--id", "mutual", "--auth-method", "self_signed_tls_client_auth"),
            *("--jwks", keys, "--grant", "client_credentials", "--scope", "booking"),
            "--bind-to-certificate",
        )
        system.start()
        form = {"grant_type": "client_credentials", "client_id": "mutual"}
        path = "/api/v1/reservations"
        for http2 in (False, True):
            with visitor("own", http2) as own, visitor("other", http2) as other, visitor(None, http2) as bare:
                answer = own.post("/oauth2/token", data=form)
                assert answer.status_code == 200, answer.text
                assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
                for stranger in (other, bare):
                    refused = stranger.post("/oauth2/token", data=form)
                    assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"
                access = answer.json()["access_token"]
                der = ssl.PEM_cert_to_DER_cert((directory / "own.pem").read_text())
                assert claims(access)["cnf"] == {"x5t#S256": encoded(hashlib.sha256(der).digest())}
                for endpoint, status in (("introspect", 200), ("revoke", 200), ("par", 400)):
                    asked = {"client_id": "mutual", "token": "unknown"}
                    assert own.post(f"/oauth2/{endpoint}", data=asked).status_code == status, endpoint
                    for stranger in (other, bare):
                        refused = stranger.post(f"/oauth2/{endpoint}", data=asked)
                        assert refused.status_code == 401 and refused.json()["error"] == "invalid_client", endpoint
                headers = {"Authorization": f"Bearer {access}"}
                assert own.get(path, headers=headers).status_code not in (401, 500)
                for stranger in (other, bare):
                    assert stranger.get(path, headers=headers).status_code == 401
                assert bare.get("/").status_code == 200
        assert system.stop() == 0
    finally:
        if system.program and system.program.process.poll() is None:
            system.program.process.kill()
        system.remove()
