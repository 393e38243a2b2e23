"""HTTPS with a certificate of the development CA: HTTP/2, strict cookies, a sign-in in a real browser."""

import subprocess

import httpx
import pytest
from processes import ROOT
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
    try:
        system.prepare()
        system.start()
        yield system
        assert system.stop() == 0
    finally:
        if system.program and system.program.process.poll() is None:
            system.program.process.kill()
        system.remove()


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
