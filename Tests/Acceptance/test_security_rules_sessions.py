"""Security rules 21 and 22: sessions in a browser, and forms that somebody else sends.

See test_security_rules.py for the other rules and their sources.
"""

import re

import httpx
from browsing import text
from oauth_requests import parameters
from persons import new_citizen
from processes import ROOT
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import WebVisitor, forms

HOUR = 60 * 60


# 21. Session cookies; over https their names begin with `__Host-` (test_tls.py). A kiosk's screen goes back to its
# start by itself (test_hall_screens.py).


def test_rule_21_session_cookies(portal):
    visitor = portal.visitor()
    visitor.sign_in(visitor.open(portal.begin(portal.session())[0]), CITIZEN, DEMO_PASSWORD)
    lines = [line for answer in visitor.answers for line in answer.headers.get_list("set-cookie")]
    assert lines
    for line in lines:
        flags = {part.strip().lower() for part in line.split(";")[1:]}
        # The one that scripts read by design (Session Management 1.0 §3.2) opens nothing; see docs/threat-model.md.
        wanted = {"path=/", "samesite=lax"} | (set() if line.startswith("yimen-browser=") else {"httponly"})
        assert wanted <= flags and not any(f.startswith("domain") for f in flags), line
    before = visitor.http.cookies["yimen-sso"]
    page = visitor.open(portal.begin(portal.session(), prompt="login")[0])
    assert visitor.http.cookies["yimen-sso"] == before
    visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)
    assert visitor.http.cookies["yimen-sso"] != before, "a new sign-in has a new handle"
    stolen = WebVisitor(away=visitor.away)
    stolen.http.cookies.set("yimen-sso", before)
    assert not isinstance(stolen.open(portal.begin(portal.session())[0]), str), "the old handle is worthless"


def test_rule_21_a_stronger_sign_in_has_a_new_handle(yimen, portal):
    name, visitor = new_citizen(yimen), portal.visitor()
    assert portal.sign_in(name, visitor)["claims"]["acr"] == "L2"
    before = {cookie: visitor.http.cookies[cookie] for cookie in ("yimen-sso",)}
    yimen.succeed("user", "assure", name, "--level", "L3")
    level = '{"id_token":{"acr":{"essential":true,"value":"L3"}}}'
    assert portal.sign_in(name, visitor, claims=level)["claims"]["acr"] == "L3"
    for cookie, handle in before.items():
        assert visitor.http.cookies[cookie] != handle
        stolen = portal.visitor()
        stolen.http.cookies.set(cookie, handle)
        assert not is_signed_in(portal, stolen), "what was known before opens nothing after"


def is_signed_in(portal, visitor: WebVisitor) -> bool:
    answer = parameters(visitor.open(portal.begin(portal.session(), prompt="none")[0]))
    assert "code" in answer or answer["error"] == "login_required", answer
    return "code" in answer


def test_rule_21_a_handle_is_the_servers_and_ends_with_the_session(yimen, portal):
    planted = {"yimen-sso": "A" * 43, "yimen-page": "B" * 43}
    victim = portal.visitor()
    for name, value in planted.items():
        victim.http.cookies.set(name, value, domain="localhost.local", path="/")
    page = victim.open(f"{yimen.url}/bookings")
    assert "password" in page.text
    page = victim.sign_in(page, CITIZEN, DEMO_PASSWORD)
    assert page.status_code == 200 and page.url.path == "/bookings"
    own = {name: victim.http.cookies[name] for name in planted}
    for name, value in planted.items():
        assert own[name] != value and len(own[name]) == 43, name

    def with_cookies(cookies: dict[str, str]) -> WebVisitor:
        visitor = portal.visitor()
        for name, value in cookies.items():
            visitor.http.cookies.set(name, value)
        return visitor

    def is_let_in(visitor: WebVisitor) -> bool:
        return visitor.http.get(f"{yimen.url}/bookings").status_code == 200

    assert not is_signed_in(portal, with_cookies(planted)) and not is_let_in(with_cookies(planted))
    assert is_signed_in(portal, with_cookies(own)) and is_let_in(with_cookies(own)), "who has it has the session"
    asked = victim.http.get(portal.metadata["end_session_endpoint"])
    victim.submit(asked, next(form for form in forms(asked.text) if "confirm" in form.fields))
    assert not is_signed_in(portal, with_cookies(own)), "signed out on the server, not in the browser alone"
    assert not is_let_in(with_cookies(own))


def test_rule_21_sessions_end_unused_and_in_any_case(yimen, portal):
    def entered() -> tuple[WebVisitor, str]:
        visitor = portal.visitor()
        return visitor, portal.sign_in(new_citizen(yimen), visitor)["claims"]["sub"]

    def pass_by(seconds: int, person: str):
        columns = ("authenticated_at_ms", "created_at_ms", "last_seen_at_ms", "idle_ends_at_ms", "ends_at_ms")
        older = ", ".join(f"{column} = {column} - {seconds}000" for column in columns)
        yimen.change(f"UPDATE identity_sso_session SET {older} WHERE person_id = '{person}'")

    visitor, person = entered()
    pass_by(2 * HOUR, person)
    assert not is_signed_in(portal, visitor), "two hours unused"
    visitor, person = entered()
    for _ in range(6):
        pass_by(2 * HOUR - 600, person)
        assert is_signed_in(portal, visitor), "each use begins the idle time anew"
    pass_by(HOUR, person)
    assert not is_signed_in(portal, visitor), "twelve hours after the sign-in, used or not"


# 22. Forms are ours or refused, the sign-in form included; no link signs anybody out.


def test_rule_22_forged_forms(yimen, portal):
    visitor = portal.visitor()
    page = visitor.open(f"{yimen.url}/login")
    form = next(form for form in forms(page.text) if "password" in form.kinds.values())
    good = {**form.fields, "username": CITIZEN, "password": DEMO_PASSWORD}
    own = {"Sec-Fetch-Site": "same-origin"}
    assert visitor.http.post(f"{yimen.url}/login", data={**good, "csrf": "x"}, headers=own).status_code == 403
    assert visitor.http.post(f"{yimen.url}/login", data=good, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert visitor.http.post(f"{yimen.url}/login", data=good, headers={"Origin": "https://evil.example"}).status_code == 403
    assert httpx.post(f"{yimen.url}/login", data=good, headers=own).status_code == 403, "without the cookie"
    assert visitor.http.post(f"{yimen.url}/login", data=good, headers=own).status_code == 303
    asked = visitor.http.get(portal.metadata["end_session_endpoint"])
    assert asked.status_code == 200 and forms(asked.text), "asks first"
    assert visitor.http.get(f"{yimen.url}/account").status_code == 200
    form = next(form for form in forms(asked.text) if "confirm" in form.fields)
    sent = visitor.http.post(portal.metadata["end_session_endpoint"], data={**form.fields, "csrf": "x"}, headers=own)
    assert sent.status_code == 403
    assert visitor.http.get(f"{yimen.url}/account").status_code == 200
    for action in ("sign-out-everywhere", "sign-out-device"):
        assert visitor.http.post(f"{yimen.url}/account", data={"action": action}, headers=own).status_code == 403
    script = visitor.http.post(f"{yimen.url}/login", content="{}", headers={**own, "Content-Type": "text/plain"})
    assert script.status_code == 403


def posted_to() -> dict[str, list[str]]:
    """The paths of pages that take forms, by the kind of route; read from the routes, so that none is forgotten."""
    found: dict[str, list[str]] = {"pages": [], "browser": [], "crossSite": []}
    for file in (ROOT / "Sources").rglob("*.swift"):
        for kind, path in re.findall(r'\b(pages|browser|crossSite)\.post\("([^"]+)"', file.read_text()):
            found[kind].append(re.sub(r"{\w+}", "jinan", path))
    return found


def test_rule_22_every_form_is_checked(yimen):
    paths = posted_to()
    # Where other sites send people with forms of their own; what these do without asking is tested by itself.
    assert paths["crossSite"] == ["/oauth2/authorize", "/oauth2/logout"]
    paths = paths["pages"] + paths["browser"]
    assert len(paths) >= 20 and {"/login", "/account/password", "/consent", "/auth/sign-out"} <= set(paths)
    visitor, attacker = WebVisitor(), WebVisitor()
    good = {"csrf": forms(visitor.open(f"{yimen.url}/login").text)[0].fields["csrf"]}
    theirs = {"csrf": forms(attacker.open(f"{yimen.url}/login").text)[0].fields["csrf"]}
    same = {"Sec-Fetch-Site": "same-origin"}
    hostile = {
        "another site": (good, {"Sec-Fetch-Site": "cross-site"}),
        "another host of the site": (good, {"Sec-Fetch-Site": "same-site"}),
        "another origin": (good, {"Origin": "https://evil.example"}),
        "the same from a script": ({}, {"Origin": "https://evil.example", "X-CSRF-Token": good["csrf"]}),
        "no token": ({}, same),
        "an empty token": ({"csrf": ""}, same),
        "the attacker's own token": (theirs, same),
    }

    def is_refused(answer: httpx.Response) -> bool:
        return answer.status_code == 403 and text("web.problem.forged-form.title") in answer.text

    for path in paths:
        for name, (form, headers) in hostile.items():
            answer = visitor.http.post(yimen.url + path, data={**form, "x": "1"}, headers=headers)
            assert is_refused(answer), (path, name)
        bare = WebVisitor().http.post(yimen.url + path, data=good, headers=same)
        assert is_refused(bare), (path, "no cookie")
        assert not is_refused(visitor.http.post(yimen.url + path, data=good, headers=same)), path


def test_rule_22_a_token_of_another_session_signs_nobody_out(yimen, portal):
    victim, attacker = portal.visitor(), portal.visitor()
    pages = [
        visitor.sign_in(visitor.open(f"{yimen.url}/bookings"), name, DEMO_PASSWORD)
        for visitor, name in ((victim, CITIZEN), (attacker, "19900000015"))
    ]
    own, foreign = (next(form for form in forms(page.text) if form.action == "/auth/sign-out").fields for page in pages)
    headers = {"Sec-Fetch-Site": "same-origin"}

    def sign_out(fields: dict[str, str]) -> int:
        return victim.http.post(f"{yimen.url}/auth/sign-out", data=fields, headers=headers).status_code

    assert sign_out(foreign) == 403 and victim.http.get(f"{yimen.url}/bookings").status_code == 200
    assert sign_out(own) == 303 and victim.http.get(f"{yimen.url}/bookings").status_code != 200


def test_rule_22_only_a_hint_of_this_very_session_signs_out_unasked(portal):
    endpoint = portal.metadata["end_session_endpoint"]
    victim, elsewhere, attacker = (portal.visitor() for _ in range(3))
    own = portal.sign_in(CITIZEN, victim)
    hints = {
        "none": None,
        "another person's": portal.sign_in("19900000015", attacker)["id_token"],
        "the same person's elsewhere": portal.sign_in(CITIZEN, elsewhere)["id_token"],
    }
    for name, hint in hints.items():
        form = {"id_token_hint": hint} if hint else {"client_id": portal.client_id}
        cross = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        for asked in (
            victim.http.get(endpoint, params=form, headers=cross),
            victim.http.post(endpoint, data=form, headers=cross),
            victim.http.post(endpoint, data={**form, "confirm": "yes"}, headers=cross),
        ):
            assert asked.status_code in (200, 403), name
            assert asked.status_code == 403 or "confirm" in forms(asked.text)[-1].fields, name
            assert is_signed_in(portal, victim), name
    assert is_signed_in(portal, elsewhere) and is_signed_in(portal, attacker)
    victim.http.get(endpoint, params={"id_token_hint": own["id_token"]})
    assert not is_signed_in(portal, victim)
