"""Security rule 28: what systems are told when somebody signs out, and where a sign-out may end.

See test_security_rules.py for the other rules and their sources. That no link signs anybody out is rule 22.
"""

import http.server
import socket
import threading
import time

import httpx
import pytest
from joserfc import jwt
from logout_listener import LogoutListener
from oauth_requests import decoded, eventually, userinfo
from relying_party import SIGNED_OUT, RelyingParty
from system import CITIZEN
from web_visitor import forms

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@pytest.fixture
def listener():
    with LogoutListener() as listener:
        yield listener


@pytest.fixture
def party(yimen, listener) -> RelyingParty:
    """A system that listens; a new one for each test, since the port is another."""
    party = RelyingParty(yimen, f"rules-told-{listener.url.split(':')[2].split('/')[0]}", "openid")
    party.register("--backchannel-logout-uri", listener.url)
    return party


def sign_out(party: RelyingParty, visitor, id_token: str) -> httpx.Response:
    hint = {"id_token_hint": id_token, "post_logout_redirect_uri": SIGNED_OUT, "state": "s"}
    return visitor.http.get(party.metadata["end_session_endpoint"], params=hint)


def test_rule_28_logout_tokens(yimen, party, listener):
    visitor = party.visitor()
    told = []
    for _ in range(2):
        first = party.sign_in(CITIZEN, visitor)
        assert sign_out(party, visitor, first["id_token"]).headers["location"] == f"{SIGNED_OUT}?state=s"
        posted = listener.wait()
        assert posted.keys() == {"logout_token"}
        verified = jwt.decode(posted["logout_token"], party.keys(), algorithms=["ES256"])
        header, claims = verified.header, verified.claims
        assert header["typ"] == "logout+jwt" and header["kid"]
        assert claims["aud"] == party.client_id and claims["iss"] == yimen.url
        assert claims["sid"] == first["claims"]["sid"] and claims["sub"] == first["claims"]["sub"]
        assert claims["events"] == {EVENT: {}} and "nonce" not in claims
        assert abs(claims["iat"] - time.time()) < 60 and claims["iat"] < claims["exp"] <= claims["iat"] + 120
        assert eventually(lambda a=first["access_token"]: userinfo(party, a) == 401)
        told.append(posted["logout_token"])
    assert len({decoded(logout_token.split(".")[1])["jti"] for logout_token in told}) == 2

    # Signed by the same keys, and good for nothing else.
    party.sign_in(CITIZEN, visitor)
    assert sign_out(party, visitor, told[-1]).status_code == 400
    assert visitor.http.get(f"{yimen.url}/account").status_code == 200
    assert userinfo(party, told[-1]) == 401
    shown = httpx.post(
        party.metadata["introspection_endpoint"], data={"token": told[-1]}, auth=(party.client_id, party.secret)
    )
    assert shown.json() == {"active": False}


def test_rule_28_a_sign_out_ends_at_registered_addresses_alone(yimen, party):
    other = RelyingParty(yimen, f"{party.client_id}-other", "openid")
    yimen.succeed(
        *("client", "add", "--id", other.client_id, "--secret", other.secret, "--scope", "openid"),
        *("--redirect-uri", "http://localhost:4/callback", "--post-logout-redirect-uri", "http://localhost:4/theirs"),
    )
    visitor = party.visitor()
    hint = {"id_token_hint": party.sign_in(CITIZEN, visitor)["id_token"]}
    endpoint = party.metadata["end_session_endpoint"]
    hostile = [
        *(SIGNED_OUT + more for more in ("/x", "?x=1", "#x", "%20", "/../x", "\n")),
        *(SIGNED_OUT[:-1], SIGNED_OUT.upper(), SIGNED_OUT.replace("signed", "%73igned")),
        SIGNED_OUT.replace(":4/", ":5/"),
        *(SIGNED_OUT.replace("localhost", host) for host in ("localhost.evil.example", "evil.example", "u@localhost")),
        *("https://evil.example/", "//evil.example/", "javascript:alert(1)", "http://localhost:4/theirs"),
        "http://localhost:4/callback",
    ]
    for uri in hostile:
        for who in (hint, {"client_id": party.client_id}):
            answer = visitor.http.get(endpoint, params={**who, "post_logout_redirect_uri": uri})
            assert answer.status_code == 400 and "location" not in answer.headers, (uri, who.keys())
            assert "evil.example" not in answer.text
    for who in ({}, {"client_id": "nobody"}, {**hint, "client_id": other.client_id}):
        answer = visitor.http.get(endpoint, params={**who, "post_logout_redirect_uri": SIGNED_OUT})
        assert answer.status_code == 400 and "location" not in answer.headers, who
    assert visitor.http.get(f"{yimen.url}/account").status_code == 200, "nor does any of them sign out"
    # What the question brings back is looked at again.
    asked = visitor.http.get(endpoint, params={"client_id": party.client_id, "post_logout_redirect_uri": SIGNED_OUT})
    form = next(form for form in forms(asked.text) if "confirm" in form.fields)
    assert form.fields["post_logout_redirect_uri"] == SIGNED_OUT
    changed = visitor.submit(asked, form, post_logout_redirect_uri="https://evil.example/")
    assert not isinstance(changed, str) and changed.status_code == 400
    assert visitor.submit(asked, form) == SIGNED_OUT


class Failing(http.server.BaseHTTPRequestHandler):
    """A system whose back channel is broken."""

    def do_POST(self):
        self.send_response(500)
        self.end_headers()

    def log_message(self, *_):
        pass


def test_rule_28_systems_that_fail_hold_up_nobody(yimen, party, listener):
    broken = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Failing)
    threading.Thread(target=broken.serve_forever, daemon=True).start()
    # Takes connections and never answers.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        ports = {"gone": 9, "silent": silent.getsockname()[1], "broken": broken.server_port}
        visitor = party.visitor()
        for name, port in ports.items():
            failing = RelyingParty(yimen, f"{party.client_id}-{name}", "openid")
            failing.register("--backchannel-logout-uri", f"http://127.0.0.1:{port}/logout")
            failing.sign_in(CITIZEN, visitor)
        first = party.sign_in(CITIZEN, visitor)
        began = time.monotonic()
        answer = sign_out(party, visitor, first["id_token"])
        assert answer.status_code == 303 and time.monotonic() - began < 4, "the browser waits for nobody"
        claims = decoded(listener.wait(4)["logout_token"].split(".")[1])
        assert claims["sid"] == first["claims"]["sid"], "told while the silent one is still being waited for"
    broken.shutdown()
    broken.server_close()
