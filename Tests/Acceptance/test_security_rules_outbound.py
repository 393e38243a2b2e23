"""Security rule 17: what the server fetches, posts to and never calls, whoever names the address.

See test_security_rules.py for the other rules and their sources. `pgtUrl` belongs to CAS, which is not offered yet.
What is fetched when all is well: Tests/IdentityTests/RFC/ClientKeySetTests.swift and Registration/LogoTests.swift.
Documents of sectors are read over https alone, within the bounds of key sets and logos here; what may stand in them:
Tests/IdentityTests/Plans/DynamicOPPlanTests.swift.
"""

import concurrent.futures
import http.server
import re
import socket
import threading
import time

import httpx
import pytest
from conftest import backends
from oauth_requests import authorize, eventually, parameters, post, request, token
from persons import new_citizen
from relying_party import RelyingParty
from signed_by_clients import Signer
from system import CITIZEN, DEMO_PASSWORD, Yimen
from web_visitor import WebVisitor, forms

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
LARGEST = 64 * 1024


class Door:
    """A port of this machine behind which nobody speaks; notes who knocks."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.knocks = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        try:
            while True:
                connection, _ = self._listener.accept()
                self.knocks += 1
                connection.close()
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Site:
    """A system's own web server: `answers` by path, `asked` in order. A body in pieces comes in drips."""

    def __init__(self):
        self.answers: dict[str, tuple[int, dict, bytes | list[bytes]]] = {}
        self.asked: list[str] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.rfile.read(int(self.headers.get("content-length", 0)))
                site.asked.append(self.path)
                status, headers, body = site.answers.get(self.path, (404, {}, b""))
                drips = body if isinstance(body, list) else [body]
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(sum(map(len, drips)))}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    for drip in drips:
                        self.wfile.write(drip)
                        time.sleep(0.5 if len(drips) > 1 else 0)
                except OSError:
                    pass

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def moved(self, path: str, to: str, status: int = 302):
        self.answers[path] = (status, {"Location": self.url + to}, b"")

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def site():
    site = Site()
    yield site
    site.stop()


def test_rule_17_no_fetching_on_request(portal):
    with Door() as door:
        for scheme in ("http", "https"):
            answer = authorize(portal, request(portal, request_uri=f"{scheme}://127.0.0.1:{door.port}/request"))
            if "location" in answer.headers:
                error = parameters(answer.headers["location"])["error"]
                assert error in ("request_uri_not_supported", "invalid_request_uri", "invalid_request")
            else:
                assert answer.status_code == 400
        time.sleep(1)
        assert door.knocks == 0
    assert portal.metadata.get("request_uri_parameter_supported") is False


def test_rule_17_addresses_are_https(yimen):
    add = ("client", "add", "--id", "rules-plain", "--redirect-uri", "https://a.example/cb")
    flags = ("--jwks", "--logo-uri", "--backchannel-logout-uri", "--frontchannel-logout-uri", "--ciba-notification-uri")
    for flag in flags:
        done = yimen.run(*add, flag, "http://a.example/x")
        assert done.returncode != 0 and "http://a.example/x" in done.stderr + done.stdout, flag
    done = yimen.run(*add, "--pairwise", "--sector-identifier-uri", "http://127.0.0.1:4/sector")
    assert done.returncode != 0 and "--sector-identifier-uri" in done.stderr


def register(yimen, sector: str) -> httpx.Response:
    """Asks for pairwise subjects, which makes the server read the sector's document."""
    lines = yimen.succeed("client", "initial-token").splitlines()
    token = next(line.split()[1] for line in lines if line.startswith("token"))
    asked = {"redirect_uris": ["https://a.example/cb"], "subject_type": "pairwise", "sector_identifier_uri": sector}
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(yimen.discovery()["registration_endpoint"], json=asked, headers=headers, timeout=30)


# 0.0.0.0 leads to this machine and is no address of the public network; the demo opens 127.0.0.0/8, so that the same
# address written with 127.0.0.1 shows that the knock would have been noticed.
INSIDE = {"closed": "0.0.0.0", "allowed": "127.0.0.1"}


@pytest.mark.parametrize("kind", INSIDE)
def test_rule_17_nothing_inside_is_called_unless_allowed(yimen, tmp_path, kind):
    def knocked(door: Door, seconds: float) -> bool:
        return eventually(lambda: door.knocks > 0, 15 if kind == "allowed" else seconds) == (kind == "allowed")

    with Door() as keys, Door() as logo, Door() as sector, Door() as channel:
        inside = {door: f"https://{INSIDE[kind]}:{door.port}/x" for door in (keys, logo, sector, channel)}
        signer = Signer(yimen, tmp_path, f"rules-inside-{kind}", published_at=inside[keys])
        answer = signer.ask(signer.assertion())
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"
        assert knocked(keys, 0), "key set"

        answer = register(yimen, inside[sector])
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"] == "invalid_client_metadata" and "sector_identifier_uri" in answer.text
        assert knocked(sector, 0), "sector document"

        party = RelyingParty(yimen, f"rules-inside-{kind}-party", "openid")
        party.register("--logo-uri", inside[logo], "--backchannel-logout-uri", inside[channel])
        visitor = party.visitor()
        hint = party.sign_in(CITIZEN, visitor)["id_token"]
        visitor.http.get(party.metadata["end_session_endpoint"], params={"id_token_hint": hint})
        assert knocked(logo, 3), "logo"
        assert knocked(channel, 3), "back channel"


@pytest.mark.parametrize("kind", INSIDE)
def test_rule_17_no_notification_goes_inside_unless_allowed(yimen, kind):
    grant, person = "urn:openid:params:grant-type:ciba", new_citizen(yimen)
    party = RelyingParty(yimen, f"rules-pinged-{kind}", "openid")
    with Door() as door:
        address = f"https://{INSIDE[kind]}:{door.port}/ping"
        party.register("--grant", grant, "--ciba-delivery", "ping", "--ciba-notification-uri", address)
        form = {"scope": "openid", "login_hint": person, "client_notification_token": "t" * 32}
        asked = post(party, "backchannel_authentication_endpoint", **form).json()
        visitor = WebVisitor()
        visitor.sign_in(visitor.open(f"{yimen.url}/login"), person, DEMO_PASSWORD)
        page = visitor.open(f"{yimen.url}/approvals")
        waiting = next(form for form in forms(page.text) if "approval" in form.fields)
        assert visitor.submit(page, waiting, decision="allow").status_code == 200
        assert eventually(lambda: door.knocks > 0, 15 if kind == "allowed" else 3) == (kind == "allowed")
    collected = token(party, grant_type=grant, auth_req_id=asked["auth_req_id"])
    assert collected.status_code == 200, "whoever is not told may ask"


@pytest.mark.parametrize("networks", [None, "127.0.0.0/8,::1/128"], ids=["standard", "allowed"])
def test_rule_17_outside_the_demo_this_machine_is_closed_and_plain_http_too(tmp_path, networks):
    issuer = "https://yimen.example"
    system = Yimen(backends()[0], "walled")
    del system.environment["YIMEN_LIMITS_ENABLED"]
    system.environment |= {"YIMEN_DEMO": "false", "YIMEN_ISSUER": issuer}
    if networks:
        system.environment["YIMEN_OUTBOUND_NETWORKS"] = networks
    try:
        system.succeed("migrate")
        system.start()
        for scheme, host in (("http", "127.0.0.1"), ("https", "127.0.0.1"), ("https", "localhost")):
            with Door() as door:
                name = f"rules-walled-{scheme}-{host.replace('.', '-')}"
                signer = Signer(system, tmp_path, name, published_at=f"{scheme}://{host}:{door.port}/keys")
                answer = signer.ask(signer.assertion(aud=issuer))
                assert answer.status_code == 401, answer.text
                assert (door.knocks > 0) == (networks is not None and scheme == "https"), (scheme, host)
        assert system.stop() == 0
    finally:
        if system.program and system.program.process.poll() is None:
            system.program.process.kill()
        system.remove()


def test_rule_17_key_sets_are_read_within_bounds(yimen, site, tmp_path):
    def published(name: str, path: str) -> Signer:
        return Signer(yimen, tmp_path, f"rules-keys-{name}", published_at=site.url + path)

    def good(signer: Signer, padding: int = 0) -> tuple[int, dict, bytes]:
        return 200, {"Content-Type": "application/json"}, (signer.public_keys + " " * padding).encode()

    plain, large, moved, gone = (published(name, f"/{name}") for name in ("plain", "large", "moved", "gone"))
    site.answers["/plain"] = good(plain, LARGEST - 1 - len(plain.public_keys))
    assert plain.ask(plain.assertion()).status_code == 200
    site.answers["/large"] = good(large, LARGEST)
    assert large.ask(large.assertion()).status_code == 401
    site.answers["/aside"] = good(moved)
    site.moved("/moved", to="/aside")
    site.moved("/gone", to="/aside", status=307)
    for signer in (moved, gone):
        assert signer.ask(signer.assertion()).status_code == 401
    assert {"/large", "/moved", "/gone"} <= set(site.asked) and "/aside" not in site.asked


def test_rule_17_key_sets_are_not_waited_for(yimen, site, tmp_path):
    drips = Signer(yimen, tmp_path, "rules-keys-drips", published_at=f"{site.url}/drips")
    body = drips.public_keys.encode()
    step = len(body) // 40  # 20 seconds in all
    site.answers["/drips"] = (200, {}, [body[start : start + step] for start in range(0, len(body), step)])
    # Takes the connection and says nothing.
    with socket.create_server(("127.0.0.1", 0)) as mute, concurrent.futures.ThreadPoolExecutor(2) as pool:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}/keys"
        silent = Signer(yimen, tmp_path, "rules-keys-silent", published_at=address)
        began = time.monotonic()
        answers = list(pool.map(lambda signer: signer.ask(signer.assertion()), (drips, silent)))
    assert [answer.status_code for answer in answers] == [401, 401], "a good set, but too late"
    assert time.monotonic() - began < 17


def test_rule_17_logos_are_copied_within_bounds(yimen, site):
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
    site.answers["/logo"] = (200, {"Content-Type": "image/png"}, PNG)
    site.answers["/large"] = (200, {"Content-Type": "image/png"}, PNG + b"\0" * LARGEST)
    site.answers["/drawn"] = (200, {"Content-Type": "image/png"}, svg)
    site.answers["/aside"] = (200, {"Content-Type": "image/png"}, PNG)
    site.moved("/moved", to="/aside")
    parties = {}
    for name in ("large", "drawn", "moved", "logo"):
        parties[name] = RelyingParty(yimen, f"rules-picture-{name}", "openid")
        parties[name].register("--logo-uri", f"{site.url}/{name}", "--policy-uri", "https://policy.example/")

    def shown(name: str) -> list[str]:
        party = parties[name]
        page = WebVisitor().open(party.begin(party.session())[0])
        assert "https://policy.example/" in page.text, "what the system says about itself"
        pictures = re.findall(r'<img\b[^>]*\bsrc="([^"]+)"', page.text)
        assert site.url not in page.text and all(address.startswith("/") for address in pictures)
        return [address for address in pictures if address.startswith("/client-logos/")]

    assert eventually(lambda: {"/large", "/drawn", "/moved", "/logo"} <= set(site.asked))
    assert eventually(lambda: len(shown("logo")) == 1)
    picture = httpx.get(yimen.url + shown("logo")[0])
    assert picture.content == PNG and picture.headers["content-type"] == "image/png"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert eventually(lambda: min(site.asked.count("/large"), site.asked.count("/moved")) >= 2), "tried again, in vain"
    assert not shown("large") and not shown("drawn") and not shown("moved")
    assert "/aside" not in site.asked


def test_rule_17_the_back_channel_follows_no_redirect(yimen, site):
    site.moved("/logout", to="/aside", status=307)
    party = RelyingParty(yimen, "rules-channel-moved", "openid")
    party.register("--backchannel-logout-uri", f"{site.url}/logout")
    visitor = party.visitor()
    hint = party.sign_in(CITIZEN, visitor)["id_token"]
    visitor.http.get(party.metadata["end_session_endpoint"], params={"id_token_hint": hint})
    assert eventually(lambda: site.asked.count("/logout") >= 2), "a redirect is no answer, so the system is told again"
    assert "/aside" not in site.asked
