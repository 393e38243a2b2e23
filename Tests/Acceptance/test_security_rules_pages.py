"""Security rules 23 to 25: what stands on pages, and when they are shown.

See test_security_rules.py for the other rules and their sources.
"""

import html
import json
import re
import time
from urllib.parse import quote, urlencode

import httpx
import pytest
from conftest import backends
from oauth_requests import authorize, parameters, post, request
from relying_party import CALLBACK, RelyingParty
from system import CITIZEN, DEMO_PASSWORD, Yimen
from web_visitor import WebVisitor, forms

APP = "cn.gov.sd.acceptance.pages:/callback"


@pytest.fixture(scope="module")
def native(yimen) -> str:
    """A public client: an app on a phone."""
    yimen.succeed("client", "add", "--id", "rules-phone", "--redirect-uri", APP, "--scope", "openid")
    return "rules-phone"


# 23. Headers of every page; nothing of another site and nothing inline on the sign-in page.


def test_rule_23_headers_of_pages(yimen, portal, native):
    bad = f"{portal.metadata['authorization_endpoint']}?client_id=nobody"
    for url in (f"{yimen.url}/login", f"{yimen.url}/account/password", bad, f"{yimen.url}/nothing", f"{yimen.url}/"):
        headers = httpx.get(url).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy and "default-src 'self'" in policy, url
        assert headers["x-frame-options"] == "DENY" and headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
    page = httpx.get(f"{yimen.url}/login").text
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|\sstyle=", page)
    assert not [link for link in re.findall(r'(?:src|href)="([^"]+)"', page) if "//" in link]
    # A native app's redirect must pass `form-action` too (RFC 8252 §7.1).
    visitor = WebVisitor(away=APP)
    page = visitor.open(
        portal.metadata["authorization_endpoint"]
        + "?"
        + urlencode(request(portal, client_id=native, redirect_uri=APP, scope="openid"))
    )
    actions = [part for part in page.headers["content-security-policy"].split("; ") if part.startswith("form-action")]
    assert actions == ["form-action 'self' cn.gov.sd.acceptance.pages:"]
    assert visitor.sign_in(page, CITIZEN, DEMO_PASSWORD).startswith(APP + "?")


def policy(page: httpx.Response) -> dict[str, str]:
    """The Content-Security-Policy of a page by directive; each stands there once."""
    parts = [part.split(" ", 1) for part in page.headers["content-security-policy"].split("; ")]
    assert len({part[0] for part in parts}) == len(parts) and "unsafe" not in page.headers["content-security-policy"]
    return {part[0]: part[1] for part in parts}


def check_contents(page: httpx.Response):
    """Nothing is loaded from another site, and no script or style stands in the page."""
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\son\w+=|\sstyle=|javascript:", page.text), page.url
    loaded = re.findall(r'<(?:script|img|source|audio|video|embed|input)\b[^>]*?\bsrc="([^"]*)"', page.text)
    loaded += re.findall(r'<link\b[^>]*?\bhref="([^"]*)"', page.text)
    assert loaded and all(re.match(r"/(?!/)|data:image/", address) for address in loaded), (page.url, loaded)


def test_rule_23_pages_on_the_way_in_and_out(yimen, portal):
    front = "http://localhost:4/out?a=1&b=2"
    party = RelyingParty(yimen, "rules-framed", "openid profile")
    party.register("--frontchannel-logout-uri", front, "--policy-uri", "https://policy.example/")
    visitor = party.visitor()

    def begin(**more: str) -> httpx.Response:
        page = visitor.open(party.begin(party.session(), **more)[0])
        assert not isinstance(page, str), more
        return page

    pages = [begin()]
    assert visitor.sign_in(pages[0], CITIZEN, DEMO_PASSWORD).startswith(CALLBACK)
    level = json.dumps({"id_token": {"acr": {"essential": True, "value": "L4"}}})
    pages += [begin(prompt="login"), begin(prompt="consent"), begin(prompt="select_account"), begin(claims=level)]
    assert [page.url.path for page in pages] == ["/login", "/login", "/consent", "/select-account", "/step-up"]
    for path in ("/account", "/account/password", "/account/access", "/device", "/approvals", "/oauth2/logout"):
        pages.append(visitor.open(yimen.url + path))
    answered = begin(response_mode="form_post")
    out = visitor.http.get(party.metadata["end_session_endpoint"])
    out = visitor.submit(out, next(form for form in forms(out.text) if "confirm" in form.fields))
    for page in (*pages, answered, out):
        assert page.status_code == 200, page.url
        assert policy(page)["frame-ancestors"] == "'none'" and policy(page)["default-src"] == "'self'", page.url
        assert policy(page)["base-uri"] == policy(page)["object-src"] == "'none'"
        assert page.headers["x-frame-options"] == "DENY" and page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff" and "no-store" in page.headers["cache-control"]
        check_contents(page)
    assert policy(answered)["form-action"] == "'self' http://localhost:4"
    assert policy(out)["frame-src"] == "http://localhost:4", "the systems that are told, and nobody else"
    frames = [html.unescape(address) for address in re.findall(r'<iframe\b[^>]*\bsrc="([^"]*)"', out.text)]
    assert len(frames) == 1 and frames[0].startswith(front + "&"), frames


def test_rule_23_the_one_page_that_anybody_may_frame(portal):
    page = httpx.get(portal.metadata["check_session_iframe"])
    assert policy(page) == {
        **{"default-src": "'none'", "script-src": "'self'", "base-uri": "'none'", "frame-ancestors": "*"},
    }
    assert "x-frame-options" not in page.headers
    assert page.headers["x-content-type-options"] == "nosniff" and page.headers["referrer-policy"] == "no-referrer"
    check_contents(page)
    assert not forms(page.text) and "<a " not in page.text, "nothing to click on"


def test_rule_23_a_public_service_is_reached_by_https_alone():
    """On localhost the header is left out: test_tls.py."""
    system = Yimen(backends()[0], "strict-transport")
    del system.environment["YIMEN_LIMITS_ENABLED"]
    system.environment |= {"YIMEN_DEMO": "false", "YIMEN_ISSUER": "https://yimen.example"}
    try:
        system.succeed("migrate")
        system.start()
        for path in ("/", "/login", "/nothing", "/api/v1/items", "/oauth2/authorize", "/oauth2/jwks", "/static/x"):
            headers = httpx.get(system.url + path).headers
            age = re.match(r"max-age=(\d+)", headers["strict-transport-security"])
            assert age and int(age[1]) >= 31536000 and headers["x-content-type-options"] == "nosniff", path
        cookies = httpx.get(f"{system.url}/login").headers.get_list("set-cookie")
        assert cookies and all(re.match("__Host-.*; Secure", line) for line in cookies), "also behind a proxy"
        assert system.stop() == 0
    finally:
        if system.program and system.program.process.poll() is None:
            system.program.process.kill()
        system.remove()


# 24. Pages escape what they show, errors repeat nothing.


def test_rule_24_nothing_is_reflected(portal):
    attack = '"><script>alert(1)</script>'
    for change in ({"redirect_uri": attack}, {"client_id": attack}, {"redirect_uri": "https://evil.example/" + attack}):
        answer = authorize(portal, request(portal, **change))
        assert answer.status_code == 400 and "alert(1)" not in html.unescape(answer.text)
    visitor = portal.visitor()
    url, *_ = portal.begin(portal.session(), response_mode="form_post")
    page = visitor.open(url.replace(quote(parameters(url)["state"]), quote(attack)))
    page = visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)
    assert "<script>alert" not in page.text
    assert next(form for form in forms(page.text) if form.action == CALLBACK).fields["state"] == attack
    hinted = visitor.http.get(page.url.copy_with(path="/login", query=b"request=" + quote(attack).encode()))
    assert "alert(1)" not in html.unescape(hinted.text)
    for change in ({"scope": attack}, {"prompt": attack}, {"response_mode": attack}, {"max_age": attack}):
        answer = authorize(portal, request(portal, **change))
        described = parameters(answer.headers["location"]).get("error_description", "")
        assert re.fullmatch(r"[\x20-\x21\x23-\x5B\x5D-\x7E]*", described) and "alert" not in described


def test_rule_24_what_people_and_systems_send_is_escaped(yimen):
    attack = "\"'><script>alert(1)</script>&amp;"
    visitor = WebVisitor(away="http://localhost:4/")

    def check(page: httpx.Response | str, is_shown: bool = False):
        assert not isinstance(page, str) and "<script>alert" not in page.text and attack not in page.text, page
        assert (attack in html.unescape(page.text)) == is_shown, page.url

    # A name stays in its field, so that a slip can be mended; a code does not.
    page = visitor.open(f"{yimen.url}/login")
    check(visitor.submit(page, forms(page.text)[-1], username=attack, password="guess"), is_shown=True)
    visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)
    page = visitor.open(f"{yimen.url}/device")
    fields = next(form for form in forms(page.text) if "user_code" in form.fields)
    check(visitor.submit(page, fields, user_code=attack))
    party = RelyingParty(yimen, "rules-escaped", "openid profile")
    uri, front = "http://localhost:4/out'(1)?a=1&b=%3Ci%3E", "http://localhost:4/front?a='1'&b=2"
    party.register("--name", attack, "--consent", "--frontchannel-logout-uri", front, "--post-logout-redirect-uri", uri)
    page = visitor.open(party.begin(party.session())[0])
    assert page.url.path == "/consent"
    check(page, is_shown=True)
    answer = visitor.submit(page, forms(page.text)[-1], decision="allow")
    assert parameters(answer)["code"]
    check(visitor.open(f"{yimen.url}/account"), is_shown=True)
    for more in ({"client_id": attack}, {"id_token_hint": attack}, {"post_logout_redirect_uri": attack}):
        check(visitor.http.get(party.metadata["end_session_endpoint"], params=more))
    asked = {"client_id": party.client_id, "post_logout_redirect_uri": uri, "state": attack}
    page = visitor.open(f"{party.metadata['end_session_endpoint']}?{urlencode(asked)}")
    check(page, is_shown=True)
    out = visitor.submit(page, next(form for form in forms(page.text) if "confirm" in form.fields))
    check(out, is_shown=True)
    frames = [html.unescape(address) for address in re.findall(r'<iframe\b[^>]*\bsrc="([^"]*)"', out.text)]
    assert len(frames) == 1 and frames[0].startswith(front + "&iss="), frames
    way_on = next(html.unescape(link) for link in re.findall(r'href="([^"]*)"', out.text) if "/out" in link)
    assert way_on == f"{uri}&state={quote(attack, safe='')}"


def test_rule_24_descriptions_hold_no_input_and_no_other_characters(yimen, portal):
    attack = 'x"\\<script>alert(1)</script>é\n'
    sent = {
        "token": ({"grant_type": attack}, {"grant_type": "refresh_token", "refresh_token": attack}),
        "pushed_authorization_request": ({"scope": attack}, request(portal, prompt=attack), {"request": attack}),
        "device_authorization": ({"scope": attack}, {"client_id": attack}),
        "backchannel_authentication": ({"scope": attack}, {"login_hint": attack, "scope": "openid"}),
        "introspection": ({attack: "1", "token": ""}, {"client_assertion": attack, "client_assertion_type": attack}),
        "revocation": ({"client_id": attack, "token": "x"}, {"token": [attack, attack]}),
    }
    answers = [post(portal, f"{name}_endpoint", **form) for name, tried in sent.items() for form in tried]
    headers = {"Authorization": "Bearer made-up"}
    answers.append(httpx.post(portal.metadata["registration_endpoint"], json={attack: attack}, headers=headers))
    for answer in answers:
        described = answer.json()["error_description"]
        assert answer.status_code in (400, 401) and answer.headers["content-type"].startswith("application/json")
        assert re.fullmatch(r"[\x20-\x21\x23-\x5B\x5D-\x7E]+", described) and "alert" not in answer.text, answer.url
    for value in ("x<script>alert(1)</script>", 'a"b'):
        answer = httpx.get(portal.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {value}"})
        assert answer.status_code == 401 and value not in answer.headers["www-authenticate"] + answer.text
    for path in ("/nothing/<script>alert(1)</script>", "/items/<script>alert(1)</script>", "/api/v1/<script>alert(1)"):
        answer = httpx.get(yimen.url + path, headers={"Accept": "text/html"})
        assert answer.status_code in (400, 404) and "<script>alert" not in answer.text, path


# 25. prompt and max_age mean what they say.


def test_rule_25_prompt_and_max_age(portal):
    visitor = portal.visitor()
    silent = portal.begin(portal.session(), prompt="none")[0]
    assert parameters(visitor.open(silent))["error"] == "login_required"
    first = portal.sign_in(CITIZEN, visitor)["claims"]
    assert "code" in parameters(visitor.open(portal.begin(portal.session(), prompt="none")[0]))
    assert "code" in parameters(visitor.open(portal.begin(portal.session(), max_age="10000")[0]))
    time.sleep(1.1)
    for more in ({"prompt": "login"}, {"max_age": "0"}):
        page = visitor.open(portal.begin(portal.session(), **more)[0])
        assert not isinstance(page, str) and "password" in page.text, more
    assert portal.sign_in(CITIZEN, visitor, prompt="login")["claims"]["auth_time"] > first["auth_time"]
    for more in ({"prompt": "none login"}, {"max_age": "-1"}):
        answer = visitor.open(portal.begin(portal.session(), **more)[0])
        assert parameters(answer)["error"] == "invalid_request", more


def test_rule_25_prompt_none_answers_whatever_page_would_be_due(yimen, portal):
    asking = RelyingParty(yimen, "rules-asking", "openid profile")
    asking.register("--consent")
    visitor = portal.visitor()
    other = portal.sign_in("19900000015")["id_token"]
    own = portal.sign_in(CITIZEN, visitor)
    due = {
        "login_required": [(portal, {"max_age": "0"}), (portal, {"id_token_hint": other})],
        "consent_required": [(asking, {})],
        "invalid_request": [(portal, {"prompt": f"none {more}"}) for more in ("login", "consent", "select_account")],
    }
    time.sleep(1.1)
    for error, tried in due.items():
        for party, more in tried:
            answer = authorize(party, request(party, **{"prompt": "none", **more}), visitor)
            assert answer.status_code == 303 and parameters(answer.headers["location"])["error"] == error, more
    answer = authorize(portal, request(portal, prompt="none", id_token_hint=own["id_token"]), visitor)
    assert parameters(answer.headers["location"])["code"]


def test_rule_25_a_forced_sign_in_is_not_got_round(yimen, portal):
    visitor = portal.visitor()
    portal.sign_in(CITIZEN, visitor)
    time.sleep(1.1)
    for more in ({"prompt": "login"}, {"max_age": "0"}, {"max_age": "1"}):
        page = visitor.open(portal.begin(portal.session(), **more)[0])
        # Neither the page again, nor a wrong password, nor a session of before is a sign-in.
        for again in (visitor.open(str(page.url)), visitor.sign_in(page, CITIZEN, "guess")):
            assert not isinstance(again, str) and "password" in again.text, more
        assert not isinstance(visitor.open(str(page.url)), str), more
        assert parameters(visitor.sign_in(page, CITIZEN, DEMO_PASSWORD))["code"]
        time.sleep(2.1)


def test_rule_25_an_essential_level_is_never_lowered(portal):
    def wish(essential: bool, **levels) -> str:
        return json.dumps({"id_token": {"acr": {"essential": essential, **levels}}})

    visitor = portal.visitor()
    reached = portal.sign_in(CITIZEN, visitor)["claims"]["acr"]
    assert reached in ("L1", "L2", "L3")
    for levels in ({"value": "L4"}, {"values": ["L4"]}, {"value": "made up"}):
        silent = portal.begin(portal.session(), claims=wish(True, **levels), prompt="none")[0]
        assert parameters(visitor.open(silent))["error"] == "unmet_authentication_requirements", levels
    page = visitor.open(portal.begin(portal.session(), claims=wish(True, value="L4"))[0])
    assert not isinstance(page, str) and "/step-up" in str(page.url), "no code, but a page that says how"
    back = parameters(visitor.submit(page, forms(page.text)[-1]))
    assert back["error"] == "unmet_authentication_requirements" and "code" not in back
    newcomer = portal.visitor()
    page = newcomer.open(portal.begin(portal.session(), claims=wish(True, value="L4"))[0])
    page = newcomer.sign_in(page, CITIZEN, DEMO_PASSWORD)
    assert not isinstance(page, str) and "/step-up" in str(page.url), "nor after a sign-in made for it"
    met = portal.sign_in(CITIZEN, visitor, claims=wish(True, values=["L4", reached]))["claims"]
    assert met["acr"] == reached, "one of several is enough"
    for more in ({"claims": wish(False, value="L4")}, {"acr_values": "L4"}):
        assert portal.sign_in(CITIZEN, visitor, **more)["claims"]["acr"] == reached, "a wish changes no statement"
