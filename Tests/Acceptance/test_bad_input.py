"""What a stranger, a broken client or an attacker may send: a clear answer, and nothing changes."""

import http.client
import json
import re
import socket
import uuid

import pytest
from system import CITIZEN
from system import ROUND_THE_CLOCK_HALL as HALL

ITEM = "estate-transfer-existing"


@pytest.fixture(scope="module")
def citizen_token(portal):
    return portal.sign_in(CITIZEN)["access_token"]


@pytest.fixture(scope="module")
def officer_token(desk):
    return desk.sign_in("officer.jinan")["access_token"]


@pytest.fixture
def tokens(citizen_token, officer_token, kiosk):
    return {"citizen": citizen_token, "officer": officer_token, "kiosk": kiosk.token(), None: None}


def hold(**changes) -> dict:
    body = {"hall": HALL, "items": [ITEM], "start": "2031-01-01T09:00:00+08:00"}
    return {name: value for name, value in {**body, **changes}.items() if value is not ...}


RESERVATIONS = "/api/v1/reservations"
CHECK_INS = f"/api/v1/halls/{HALL}/check-ins"
TICKETS = f"/api/v1/halls/{HALL}/tickets"

# who, method, path, body (text is sent as it is), status, problem name, what the answer must hold
# fmt: off
SCENARIOS = {
    "no token": (None, "POST", RESERVATIONS, hold(), 401, "unauthenticated", {}),
    "a token that is none": ("garbage", "POST", RESERVATIONS, hold(), 401, "unauthenticated", {}),
    "a token without the scope": ("kiosk", "POST", RESERVATIONS, hold(), 403, "insufficient-scope", {}),
    "a citizen at the kiosk": ("citizen", "POST", CHECK_INS, {"code": "1234567890"}, 403, "insufficient-scope", {}),
    "a citizen at the window": ("citizen", "POST", f"/api/v1/windows/{HALL}-estate-1/call-next", None, 403, "insufficient-scope", {}),
    "broken JSON": ("citizen", "POST", RESERVATIONS, '{"hall": ', 400, "invalid-request", {}),
    "an empty body": ("citizen", "POST", RESERVATIONS, "", 400, "invalid-request", {}),
    "a list for an object": ("citizen", "POST", RESERVATIONS, "[]", 400, "invalid-request", {}),
    "deep nesting": ("citizen", "POST", RESERVATIONS, "[" * 5000 + "]" * 5000, 400, "invalid-request", {}),
    "a missing member": ("citizen", "POST", RESERVATIONS, hold(hall=...), 400, "invalid-request", {"pointer": "/hall"}),
    "a wrong type": ("citizen", "POST", RESERVATIONS, hold(hall=7), 400, "invalid-request", {"pointer": "/hall"}),
    "a wrong type inside": ("citizen", "POST", RESERVATIONS, hold(items=["a", 1]), 400, "invalid-request", {"pointer": "/items/1"}),
    "no items": ("citizen", "POST", RESERVATIONS, hold(items=[]), 400, "invalid-request", {"pointer": "/items"}),
    "an endless name": ("citizen", "POST", RESERVATIONS, hold(hall="x" * 5000), 400, "invalid-request", {"pointer": "/hall"}),
    "no time": ("citizen", "POST", RESERVATIONS, hold(start="soon"), 400, "invalid-request", {"pointer": "/start"}),
    "a time without offset": ("citizen", "POST", RESERVATIONS, hold(start="2031-01-01T09:00:00"), 400, "invalid-request", {"pointer": "/start"}),
    "an unknown hall": ("citizen", "POST", RESERVATIONS, hold(hall="atlantis"), 404, "not-found", {}),
    "an unknown item": ("citizen", "POST", RESERVATIONS, hold(items=["nothing"]), 404, "not-found", {}),
    "a start that is no slot": ("citizen", "POST", RESERVATIONS, hold(start="2031-01-01T09:03:00+08:00"), 422, "not-a-slot", {}),
    "too large a body": ("citizen", "POST", RESERVATIONS, json.dumps(hold(pad="x" * 400_000)), 413, "too-large", {}),
    "another media type": ("citizen", "POST", RESERVATIONS, ("text/plain", json.dumps(hold())), 415, "unsupported-media-type", {}),
    "a form": ("citizen", "POST", RESERVATIONS, ("application/x-www-form-urlencoded", "hall=x"), 415, "unsupported-media-type", {}),
    "an unknown reservation": ("citizen", "GET", f"{RESERVATIONS}/{uuid.UUID(int=7)}", None, 404, "not-found", {}),
    "an id that is none": ("citizen", "POST", f"{RESERVATIONS}/%00%27--/confirm", None, 404, "not-found", {}),
    "an unknown item's page": (None, "GET", "/api/v1/items/nothing", None, 404, "not-found", {}),
    "an unknown hall's slots": (None, "GET", f"/api/v1/halls/atlantis/slots?item={ITEM}&date=2026-12-01", None, 404, "not-found", {}),
    "slots without a date": (None, "GET", f"/api/v1/halls/{HALL}/slots?item={ITEM}", None, 400, "invalid-request", {}),
    "slots of no day": (None, "GET", f"/api/v1/halls/{HALL}/slots?item={ITEM}&date=2026-02-30", None, 400, "invalid-request", {}),
    "a repeated parameter": (None, "GET", f"/api/v1/halls/{HALL}/slots?item={ITEM}&date=2026-12-01&date=2026-12-02", None, 400, "invalid-request", {}),
    "a path that is not": (None, "GET", "/api/v1/nothing", None, 404, "not-found", {}),
    "a method that is not offered": ("citizen", "DELETE", RESERVATIONS, None, 405, "method-not-allowed", {}),
    "a write on a read": (None, "POST", "/api/v1/items", {}, 405, "method-not-allowed", {}),
    "a code with a wrong check digit": ("kiosk", "POST", CHECK_INS, {"code": "0000000001"}, 422, "invalid-ticket", {}),
    "a code that is none": ("kiosk", "POST", CHECK_INS, {"code": "hello"}, 422, "invalid-ticket", {}),
    "a ticket that is none": ("kiosk", "POST", CHECK_INS, {"ticket": "NOT A TICKET"}, 422, "invalid-ticket", {}),
    "two proofs at once": ("kiosk", "POST", CHECK_INS, {"code": "1", "ticket": "2"}, 400, "invalid-request", {}),
    "no proof": ("kiosk", "POST", CHECK_INS, {}, 400, "invalid-request", {}),
    "a walk-in for an unknown item": ("kiosk", "POST", TICKETS, {"item": "nothing"}, 404, "not-found", {}),
    "an unknown class": ("kiosk", "POST", TICKETS, {"item": ITEM, "class": "royal"}, 400, "invalid-request", {"pointer": "/class"}),
    "another hall's kiosk": ("kiosk", "POST", "/api/v1/halls/jinan/tickets", {"item": ITEM}, 403, "forbidden", {}),
    "an unknown window": ("officer", "POST", "/api/v1/windows/nowhere/open", None, 404, "not-found", {}),
    "another hall's window": ("officer", "POST", "/api/v1/windows/qingdao-estate-1/open", None, 403, "forbidden", {}),
    "an unknown ticket": ("officer", "POST", "/api/v1/tickets/nothing/start", None, 404, "not-found", {}),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_answers_clearly_to(yimen, tokens, name):
    who, method, path, body, status, problem, holds = SCENARIOS[name]
    token = tokens.get(who, who)
    content_type, text = body if isinstance(body, tuple) else ("application/json", body)
    if isinstance(text, (dict, list)):
        text = json.dumps(text)
    headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
    if text is not None:
        headers["Content-Type"] = content_type
    with yimen.client(token) as client:
        answer = client.request(method, path, content=text, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    found = answer.json()
    assert found["type"] == f"urn:yimen:problem:{problem}" and found["status"] == status and found["title"]
    if status in (401, 403) and problem != "forbidden":
        assert answer.headers["www-authenticate"].startswith("Bearer")
    if status == 405:
        assert answer.headers["allow"]
    if "pointer" in holds:
        assert holds["pointer"] in [error["pointer"] for error in found["errors"]]
    assert answer.headers["x-content-type-options"] == "nosniff"


# fmt: on


HOST = b"\r\nHost: localhost\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
# What never reaches the router: the bytes, status, problem name.
UNREADABLE = {
    "an unknown method": (b"FOO / HTTP/1.1" + HOST + b"\r\n", 501, "unknown-method"),
    "an endless address": (b"GET /" + b"a" * 20_000 + b" HTTP/1.1" + HOST + b"\r\n", 431, "head-too-large"),
    "an endless field": (b"GET / HTTP/1.1" + HOST + b"X-Pad: " + b"a" * 100_000 + b"\r\n\r\n", 431, "head-too-large"),
    "an address that is not ASCII": ("GET /大厅 HTTP/1.1".encode() + HOST + b"\r\n", 400, "invalid-request"),
    "two lengths": (
        b"POST / HTTP/1.1" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "invalid-request"
    ),
    "a broken chunk": (
        b"POST /oauth2/token HTTP/1.1" + HOST + FORM + b"Transfer-Encoding: chunked\r\n\r\nhello\r\n", 400, "invalid-request"
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_says_what_is_wrong_with_what_is_no_request(yimen, name):
    sent, status, problem = UNREADABLE[name]
    with socket.create_connection(("127.0.0.1", yimen.port), timeout=30) as connection:
        connection.sendall(sent)
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        found = json.loads(answer.read())
    assert answer.status == status and answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Connection"] == "close" and answer.headers["Cache-Control"] == "no-store"
    assert found["type"] == f"urn:yimen:problem:{problem}" and found["status"] == status and found["title"]


def test_an_answer_before_a_broken_request_stays_as_it_is(yimen):
    with socket.create_connection(("127.0.0.1", yimen.port), timeout=30) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1" + HOST + b"\r\nFOO / HTTP/1.1" + HOST + b"\r\n")
        stream = connection.makefile("rb")
        lines = []
        while b"unknown-method" not in b"".join(lines):
            line = stream.readline()
            assert line, lines
            lines.append(line)
    # The body of the first ends without a line.
    assert re.findall(rb"HTTP/1\.1 (\d+)", b"".join(lines)) == [b"200", b"501"]


PAGES = {
    "a page that is not": ("/nothing", 404),
    "an unknown item": ("/items/nothing", 404),
    "an unknown hall": ("/halls/atlantis", 404),
    "an unknown board": ("/board/atlantis", 404),
}


@pytest.mark.parametrize("language, html_language", [("zh-CN", "zh-Hans"), ("en", "en")])
@pytest.mark.parametrize("name", PAGES)
def test_shows_a_friendly_page_for(anonymous, name, language, html_language):
    path, status = PAGES[name]
    answer = anonymous.get(path, headers={"Accept-Language": language, "Accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert f'lang="{html_language}"' in answer.text and "<h1" in answer.text


def test_a_form_without_its_token_changes_nothing(anonymous):
    answer = anonymous.post(
        "/auth/sign-out", data={}, headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
