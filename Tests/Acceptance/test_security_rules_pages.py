"""Security rules 21 to 25 and 28: sessions, pages and forms in a browser, and the way out.

See test_security_rules.py for the other rules and their sources.
"""

import html
import json
import re
import time
from urllib.parse import quote, urlencode

import httpx
import pytest
from logout_listener import LogoutListener
from oauth_requests import authorize, decoded, eventually, parameters, request, userinfo
from relying_party import CALLBACK, SIGNED_OUT, RelyingParty
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import WebVisitor, forms

APP = "cn.gov.sd.acceptance.pages:/callback"


@pytest.fixture(scope="module")
def native(yimen) -> str:
    """A public client: an app on a phone."""
    yimen.succeed("client", "add", "--id", "rules-phone", "--redirect-uri", APP, "--scope", "openid")
    return "rules-phone"


# 21. Session cookies; over https their names begin with `__Host-` (test_tls.py).


def test_rule_21_session_cookies(portal):
    visitor = portal.visitor()
    visitor.sign_in(visitor.open(portal.begin(portal.session())[0]), CITIZEN, DEMO_PASSWORD)
    lines = [line for answer in visitor.answers for line in answer.headers.get_list("set-cookie")]
    assert lines
    for line in lines:
        flags = {part.strip().lower() for part in line.split(";")[1:]}
        # The one that scripts read by design (Session Management 1.0 §3.2) opens nothing; see docs/threat-model.md.
        wanted = {"path=/", "samesite=lax"} if line.startswith("yimen-browser=") else {"path=/", "httponly", "samesite=lax"}
        assert wanted <= flags and not any(f.startswith("domain") for f in flags), line
    before = visitor.http.cookies["yimen-sso"]
    page = visitor.open(portal.begin(portal.session(), prompt="login")[0])
    assert visitor.http.cookies["yimen-sso"] == before
    visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)
    assert visitor.http.cookies["yimen-sso"] != before, "a new sign-in has a new handle"
    stolen = WebVisitor(away=visitor.away)
    stolen.http.cookies.set("yimen-sso", before)
    assert not isinstance(stolen.open(portal.begin(portal.session())[0]), str), "the old handle is worthless"


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


# 28. Logout tokens and where a sign-out may end.


def test_rule_28_logout(yimen):
    party = RelyingParty(yimen, f"rules-logout-{yimen.backend}", "openid")
    dead = RelyingParty(yimen, f"rules-dead-{yimen.backend}", "openid")
    with LogoutListener() as listener:
        party.register("--backchannel-logout-uri", listener.url)
        dead.register("--backchannel-logout-uri", "http://127.0.0.1:9/nobody-listens")
        visitor = party.visitor()
        first = party.sign_in(CITIZEN, visitor)
        dead.sign_in(CITIZEN, visitor)
        endpoint = party.metadata["end_session_endpoint"]
        hint = {"id_token_hint": first["id_token"]}
        for uri in (SIGNED_OUT + "/x", SIGNED_OUT + "?x=1", "https://evil.example/"):
            answer = visitor.http.get(endpoint, params={**hint, "post_logout_redirect_uri": uri})
            assert answer.status_code == 400 and "location" not in answer.headers, uri
        visitor.open(endpoint + "?" + urlencode({**hint, "post_logout_redirect_uri": SIGNED_OUT, "state": "s"}))
        posted = listener.wait()
        header, claims = (decoded(part) for part in posted["logout_token"].split(".")[:2])
        party.keys()  # the signature itself is checked by the sample departments
        assert header["typ"] == "logout+jwt"
        assert claims["aud"] == party.client_id and claims["jti"] and claims["iss"] == yimen.url
        assert claims["sid"] == first["claims"]["sid"] and claims["sub"] == first["claims"]["sub"]
        assert claims["events"] == {"http://schemas.openid.net/event/backchannel-logout": {}}
        assert "nonce" not in claims
        assert eventually(lambda: userinfo(party, first["access_token"]) == 401)
