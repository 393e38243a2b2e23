"""The security rules of an OpenID Provider in 2026, each tried from outside against a running server.

One test for each rule, in the order of the rules and named after them, so that whoever reads one finds the other. The
sources are RFC 9700, OAuth 2.1, RFC 9207, 9126, 9449, 8628, 8252, 7009, 7662, FAPI 2.0 and the OpenID logout
specifications. Rules 11, 16 and 18 are in test_security_rules_proofs.py, rules 19, 20 and 34 in
test_security_rules_grants.py. A rule without a test says why; details are tested in Tests/IdentityTests.
"""

import base64
import concurrent.futures
import html
import json
import pathlib
import re
import socket
import sqlite3
import time
import uuid
from hashlib import sha256
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import httpx
import pytest
from logout_listener import LogoutListener
from oauth_requests import authorize, decoded, eventually, fresh_code, parameters, post, request, token, userinfo
from relying_party import CALLBACK, SIGNED_OUT, RelyingParty
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import WebVisitor, forms

LOOPBACK = "http://127.0.0.1:4/native"
APP = "cn.gov.sd.acceptance:/callback"
PASSWORD = "one boat two rivers"


@pytest.fixture(scope="module")
def native(yimen) -> str:
    """A public client: an app on a phone or a desk."""
    yimen.succeed(
        *("client", "add", "--id", "rules-native", "--redirect-uri", LOOPBACK, "--redirect-uri", APP),
        *("--scope", "openid", "--scope", "offline_access"),
    )
    return "rules-native"


@pytest.fixture(scope="module")
def other(yimen) -> RelyingParty:
    """A second system, which must not get at what belongs to the first."""
    party = RelyingParty(yimen, "rules-other", "openid profile")
    party.register()
    return party


@pytest.fixture(scope="module")
def approved(yimen) -> RelyingParty:
    """A system that gets its yes from another device."""
    party = RelyingParty(yimen, "rules-approved", "openid profile")
    grants = ("urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba")
    party.register(*(word for grant in grants for word in ("--grant", grant)))
    return party


@pytest.fixture(scope="module")
def officer(yimen) -> str:
    """A person of these tests' own, since passwords are changed and accounts locked here."""
    return add_person(yimen, "rules.officer", "--role", "officer", "--hall", "jinan")


def add_person(yimen, name: str, *more: str) -> str:
    done = yimen.run(
        *("user", "add", "--name", "测试规则", "--sign-in-name", name, "--assurance", "L2", "--password-from", "NEW"),
        *more,
        NEW=PASSWORD,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# 1. redirect_uri is compared byte for byte; only the port of a loopback address may vary.


def test_rule_01_redirect_uri_is_exact(portal, native):
    hostile = [
        CALLBACK + "/more",
        CALLBACK + "x",
        CALLBACK[:-1],
        CALLBACK + "?x=1",
        CALLBACK + "#x",
        CALLBACK + "%20",
        CALLBACK.upper(),
        CALLBACK.replace("callback", "%63allback"),
        CALLBACK.replace("callback", "x/../callback"),
        CALLBACK.replace("localhost", "user@localhost"),
        CALLBACK.replace("localhost", "localhost.evil.example"),
        CALLBACK.replace("localhost", "evil.example"),
        CALLBACK.replace(":4/", ":5/"),
        CALLBACK.replace("http:", "https:"),
        CALLBACK.replace("http:", "javascript:"),
        "//localhost:4/callback",
        "/callback",
        CALLBACK + "\n",
        "",
    ]
    for uri in hostile:
        answer = authorize(portal, request(portal, redirect_uri=uri))
        assert answer.status_code == 400 and "location" not in answer.headers, uri
        assert answer.headers["content-type"].startswith("text/html")
    for port, expected in ((49152, 303), (4, 303)):
        uri = LOOPBACK.replace(":4/", f":{port}/")
        answer = authorize(portal, request(portal, client_id=native, redirect_uri=uri, scope="openid"))
        assert answer.status_code == expected, uri
    for uri in (LOOPBACK + "/x", LOOPBACK.replace("127.0.0.1", "localhost"), APP + "/x", "cn.gov.sd.other:/callback"):
        assert authorize(portal, request(portal, client_id=native, redirect_uri=uri)).status_code == 400, uri


# 2. Without a known client and a good redirect_uri nothing is ever redirected.


def test_rule_02_no_redirect_before_client_and_address_are_known(portal):
    faults = [{}, {"prompt": "none"}, {"scope": "everything"}, {"response_type": "token"}, {"max_age": "x"}]
    strangers = [{"client_id": "nobody"}, {"client_id": None}, {"redirect_uri": "https://evil.example/"}]
    strangers += [{"redirect_uri": None}, {"client_id": "nobody", "redirect_uri": "https://evil.example/"}]
    for stranger in strangers:
        for fault in faults:
            answer = authorize(portal, request(portal, **stranger, **fault))
            assert answer.status_code == 400 and "location" not in answer.headers, (stranger, fault)
            assert "evil.example" not in answer.text


# 3. PKCE: S256 only, required for public clients, challenge and verifier belong together.


def test_rule_03_pkce(portal, native):
    def error(**changes) -> str:
        return parameters(authorize(portal, request(portal, **changes)).headers["location"])["error"]

    assert error(code_challenge_method="plain") == "invalid_request"
    assert error(code_challenge_method=None) == "invalid_request"
    assert error(code_challenge="short") == "invalid_request"
    public = {"client_id": native, "redirect_uri": LOOPBACK, "scope": "openid"}
    answer = authorize(portal, request(portal, **public, code_challenge=None, code_challenge_method=None))
    assert parameters(answer.headers["location"])["error"] == "invalid_request"
    good = fresh_code(portal)
    for verifier in ("A" * 43, "A" * 42, "A" * 129, "é" * 43, None):
        wrong = {**good, "code_verifier": verifier}
        answer = token(portal, **{name: value for name, value in wrong.items() if value is not None})
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant", verifier
    assert token(portal, **good).status_code == 200, "wrong verifiers burn nothing"
    assert error(code_challenge=None, code_challenge_method=None) == "invalid_request", "required by default"
    exempt = RelyingParty(portal.yimen, "rules-exempt", "openid profile")
    exempt.register("--no-require-pkce")
    visitor = exempt.visitor()
    answer = visitor.open(
        exempt.metadata["authorization_endpoint"]
        + "?"
        + urlencode(request(exempt, code_challenge=None, code_challenge_method=None))
    )
    answer = visitor.sign_in(answer, CITIZEN, DEMO_PASSWORD)
    unasked = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": "A" * 43}
    answer = token(exempt, code=parameters(answer)["code"], **unasked)
    assert answer.json()["error"] == "invalid_grant"


# 4. No password grant, no implicit flow.


def test_rule_04_no_password_and_no_implicit_grant(portal):
    answer = token(portal, grant_type="password", username=CITIZEN, password=DEMO_PASSWORD)
    assert answer.status_code == 400 and answer.json()["error"] == "unsupported_grant_type"
    for kind in ("token", "id_token", "code token", "id_token token", "none"):
        answer = authorize(portal, request(portal, response_type=kind))
        assert parameters(answer.headers["location"])["error"] == "unsupported_response_type", kind
    assert "password" not in portal.metadata["grant_types_supported"]
    assert "implicit" not in portal.metadata["grant_types_supported"]
    assert not [kind for kind in portal.metadata["response_types_supported"] if "token" in kind.split()]


# 5. A code works once, for its client and address; its reuse revokes what it gave.


def test_rule_05_codes_work_once(portal, other):
    form = fresh_code(portal)
    assert len(form["code"]) >= 22
    assert token(other, **form).json()["error"] == "invalid_grant"
    assert token(portal, **{**form, "redirect_uri": CALLBACK + "x"}).json()["error"] == "invalid_grant"
    first = token(portal, **form)
    assert first.status_code == 200
    assert userinfo(portal, first.json()["access_token"]) == 200
    assert token(portal, **form).json()["error"] == "invalid_grant"
    assert eventually(lambda: userinfo(portal, first.json()["access_token"]) == 401)
    answer = token(portal, grant_type="refresh_token", refresh_token=first.json()["refresh_token"])
    assert answer.json()["error"] == "invalid_grant"
    form = fresh_code(portal)
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: token(portal, **form).status_code, range(12)))
    assert sorted(answers) == [200] + [400] * 11


# 6. `iss` stands in every answer of the authorization endpoint (RFC 9207).


def test_rule_06_issuer_in_every_authorization_answer(yimen, portal):
    assert portal.metadata["authorization_response_iss_parameter_supported"] is True
    assert parameters(portal.sign_in(CITIZEN)["authorization_response"])["iss"] == yimen.url
    for change in ({"prompt": "none"}, {"scope": "everything"}, {"response_type": "token"}):
        answer = authorize(portal, request(portal, **change))
        assert parameters(answer.headers["location"])["iss"] == yimen.url, change


# 7. `state` comes back unchanged or the request is refused.


def test_rule_07_state_is_never_changed(portal):
    for state in ("a b+c%20&=?#/\\\"'<>", "状态 é", "x" * 2048, "0", " "):
        answer = authorize(portal, request(portal, state=state, prompt="none"))
        assert parameters(answer.headers["location"])["state"] == state
    answer = authorize(portal, request(portal, state="x" * 2049))
    found = parameters(answer.headers["location"])
    assert found["error"] == "invalid_request" and "state" not in found


# 8. Answers to a password are 303; the authorization endpoint has no CORS, the others may.


def test_rule_08_redirects_after_a_password_and_cors(yimen, portal):
    visitor = portal.visitor()
    visitor.sign_in(visitor.open(portal.begin(portal.session())[0]), CITIZEN, DEMO_PASSWORD)
    assert {answer.status_code for answer in visitor.answers if answer.request.method == "POST"} == {303}
    origin = {"Origin": "https://app.example"}
    for path in ("/oauth2/authorize", "/login", "/oauth2/logout", "/account"):
        headers = httpx.get(yimen.url + path, headers=origin).headers
        assert "access-control-allow-origin" not in headers, path
    for name in ("jwks_uri", "userinfo_endpoint"):
        assert "access-control-allow-origin" in httpx.get(portal.metadata[name], headers=origin).headers
    answer = httpx.get(f"{yimen.url}/.well-known/openid-configuration", headers=origin)
    assert "access-control-allow-origin" in answer.headers
    assert "access-control-allow-credentials" not in answer.headers


# 9. A repeated parameter is refused, an unknown one ignored.


def test_rule_09_repeated_and_unknown_parameters(portal):
    good = request(portal, prompt="none")
    for name in ("scope", "state", "nonce", "prompt", "code_challenge"):
        answer = authorize(portal, [*good.items(), (name, good[name])])
        assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["invalid_request"], name
    for name in ("client_id", "redirect_uri"):
        assert authorize(portal, [*good.items(), (name, good[name])]).status_code == 400, name
    answer = authorize(portal, {**good, "tracking": "1", "x[]": "2"})
    assert parameters(answer.headers["location"])["error"] == "login_required"
    body = "grant_type=refresh_token&refresh_token=a&refresh_token=b"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = httpx.post(
        portal.metadata["token_endpoint"], content=body, headers=headers, auth=(portal.client_id, portal.secret)
    )
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"


# 10. No secrets in addresses, no GET at the token endpoint, nothing is cached.


def test_rule_10_secrets_stay_out_of_addresses_and_caches(portal, approved):
    endpoint = portal.metadata["token_endpoint"]
    secret = {"client_id": portal.client_id, "client_secret": portal.secret}
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    answer = httpx.post(endpoint, params=secret, data=form)
    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"
    answer = httpx.get(endpoint, params={**secret, **form})
    assert answer.status_code == 405 and "POST" in answer.headers["allow"]
    good = token(portal, **fresh_code(portal))
    info = httpx.get(
        portal.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {good.json()['access_token']}"}
    )
    pushed = post(portal, "pushed_authorization_request_endpoint", **request(portal))
    codes = post(approved, "device_authorization_endpoint", scope="openid")
    # Ends at once: not many may wait for one person.
    hint = {"scope": "openid", "login_hint": CITIZEN, "requested_expiry": "1"}
    asked = post(approved, "backchannel_authentication_endpoint", **hint)
    assert [answer.status_code for answer in (good, info, pushed, codes, asked)] == [200, 200, 201, 200, 200]
    refused = [
        post(portal, f"{name}_endpoint", scope="everything")
        for name in ("token", "pushed_authorization_request", "device_authorization", "backchannel_authentication")
    ]
    assert {answer.status_code for answer in refused} == {400}
    for answer in (good, info, pushed, codes, asked, *refused):
        assert "no-store" in answer.headers["cache-control"], answer.url
    in_address = httpx.get(portal.metadata["userinfo_endpoint"], params={"access_token": good.json()["access_token"]})
    assert in_address.status_code == 401


# 11. Client assertions: test_security_rules_proofs.py.


# 12. A client that fails to prove itself gets 401 and `invalid_client`.


def test_rule_12_client_authentication(yimen, portal):
    endpoint = portal.metadata["token_endpoint"]
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    for auth in ((portal.client_id, "wrong"), ("nobody", portal.secret), (portal.client_id, "")):
        answer = httpx.post(endpoint, data=form, auth=auth)
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_client", auth
        assert answer.headers["www-authenticate"].startswith("Basic")
    answer = httpx.post(endpoint, data={**form, "client_id": portal.client_id})
    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"
    if yimen.backend == "sqlite":
        for file in pathlib.Path(yimen.directory).glob("*.sqlite*"):
            assert portal.secret.encode() not in file.read_bytes(), file


# 13. Refresh tokens rotate; a replay gets the same successor for a moment and kills the family later.


def test_rule_13_refresh_tokens(portal, other):
    def refresh(value: str, party=portal, **more) -> httpx.Response:
        return token(party, grant_type="refresh_token", refresh_token=value, **more)

    first = token(portal, **fresh_code(portal)).json()["refresh_token"]
    assert refresh(first, other).json()["error"] == "invalid_grant"
    assert refresh(first, scope="openid offline_access").json()["error"] == "invalid_scope"
    narrow = refresh(first, scope="openid").json()
    assert narrow["scope"] == "openid"
    second = narrow["refresh_token"]
    assert second != first and refresh(first).json()["refresh_token"] == second
    third = refresh(second).json()
    time.sleep(11)
    assert refresh(first).json()["error"] == "invalid_grant"
    assert refresh(third["refresh_token"]).json()["error"] == "invalid_grant", "the family is dead"
    assert eventually(lambda: userinfo(portal, third["access_token"]) == 401)


# 14. Revocation touches one's own tokens only and says nothing; introspection needs a client and tells strangers nothing.


def test_rule_14_revocation_and_introspection(portal, other):
    def ask(name: str, value: str, party=portal) -> httpx.Response:
        auth = (party.client_id, party.secret) if party else None
        return httpx.post(portal.metadata[name], data={"token": value}, auth=auth)

    def inactive(answer: httpx.Response) -> bool:
        return answer.status_code == 200 and answer.json() == {"active": False}

    answer = portal.sign_in(CITIZEN)
    access, refresh = answer["access_token"], answer["refresh_token"]
    for value in (access, refresh):
        assert ask("introspection_endpoint", value, None).status_code == 401
        assert ask("introspection_endpoint", value).json()["active"] is True
    for value in ("nonsense", access[:-4] + "AAAA", answer["id_token"]):
        assert inactive(ask("introspection_endpoint", value)), value
    missing = ask("introspection_endpoint", "")
    assert missing.status_code == 400 and missing.json()["error"] == "invalid_request"
    for value in (access, refresh):
        assert inactive(ask("introspection_endpoint", value, other)), "a stranger learns nothing"
    assert ask("introspection_endpoint", access).headers["cache-control"] == "no-store"

    assert ask("revocation_endpoint", "nonsense").status_code == 200
    for value in (access, refresh):
        assert ask("revocation_endpoint", value, None).status_code == 401
        foreign = ask("revocation_endpoint", value, other)
        assert foreign.status_code == 200 and not foreign.content, "the same as for a token that does not exist"
        assert ask("introspection_endpoint", value).json()["active"] is True, "another client's attempt harms nobody"
    assert userinfo(portal, access) == 200
    refreshed = token(portal, grant_type="refresh_token", refresh_token=refresh)
    assert refreshed.status_code == 200
    access, refresh = refreshed.json()["access_token"], refreshed.json()["refresh_token"]
    assert ask("revocation_endpoint", refresh).status_code == 200
    assert token(portal, grant_type="refresh_token", refresh_token=refresh).json()["error"] == "invalid_grant"
    assert eventually(lambda: userinfo(portal, access) == 401)
    assert inactive(ask("introspection_endpoint", access)) and inactive(ask("introspection_endpoint", refresh))


# 15. Access tokens are short, typed and for one audience; clients and people cannot be mistaken.


def test_rule_15_access_tokens(yimen, portal, kiosk):
    answer = portal.sign_in(CITIZEN)
    header, claims = (decoded(part) for part in answer["access_token"].split(".")[:2])
    assert header["typ"] == "at+jwt" and header["alg"] in ("ES256", "RS256") and header["kid"]
    assert claims["exp"] - claims["iat"] <= 900 and claims["iss"] == yimen.url and claims["jti"]
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    assert all(entry.startswith(yimen.url + "/") for entry in audience)
    machine = decoded(kiosk.token().split(".")[1])
    assert machine["sub"].startswith("client:") and uuid.UUID(claims["sub"])
    assert userinfo(portal, kiosk.token()) == 401, "a machine's token is for the API alone"
    assert userinfo(portal, answer["id_token"]) == 401
    with yimen.client(answer["id_token"]) as client:
        assert client.get("/api/v1/reservations").status_code == 401


# 16. Pushed authorization requests: test_security_rules_proofs.py.


# 17. Nothing is fetched from an address that a request names.


def test_rule_17_no_fetching_on_request(portal):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(1)
        port = listener.getsockname()[1]
        for scheme in ("http", "https"):
            answer = authorize(portal, request(portal, request_uri=f"{scheme}://127.0.0.1:{port}/request"))
            if "location" in answer.headers:
                error = parameters(answer.headers["location"])["error"]
                assert error in ("request_uri_not_supported", "invalid_request_uri", "invalid_request")
            else:
                assert answer.status_code == 400
        with pytest.raises(TimeoutError):
            listener.accept()


# 18. DPoP: test_security_rules_proofs.py.


# 19. Device flow: test_security_rules_grants.py.


# 20. CIBA and sign-in by scanning: test_security_rules_grants.py.


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
    assert actions == ["form-action 'self' cn.gov.sd.acceptance:"]
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


# 26. ID tokens.


def test_rule_26_id_tokens(yimen, portal):
    answer = portal.sign_in(CITIZEN, max_age="10000")
    header = decoded(answer["id_token"].split(".")[0])
    claims = answer["claims"]  # signature, iss, aud, exp and nonce are checked in `sign_in`
    assert header["alg"] in ("ES256", "RS256") and header["kid"]
    assert claims["aud"] == portal.client_id and claims["azp"] == portal.client_id
    assert claims["sid"] and claims["auth_time"] <= claims["iat"] and claims["iss"] == yimen.url
    half = sha256(answer["access_token"].encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()


# 27. Keys. That the next one is published a day before it signs: Tests/IdentityTests/Keys/KeyRotationTests.swift.


def test_rule_27_published_keys(portal):
    keys = httpx.get(portal.metadata["jwks_uri"]).json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys() and key["use"] == "sig"
        if key["kty"] == "RSA":
            assert len(base64.urlsafe_b64decode(key["n"] + "==")) >= 256


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


# 29. Passwords: no rules of composition, none of those tried first, and unknown names look like known ones.


def test_rule_29_passwords(yimen, portal):
    for weak in ("short", "12345678", "woaini1314", "qwertyuiop", "19911112222", "P@ssw0rd123"):
        done = yimen.run(
            *("user", "add", "--name", "甲", "--phone", "19911112222", "--password-from", "NEW"), NEW=weak
        )
        assert done.returncode != 0 and "the password" in done.stderr and weak not in done.stderr, weak
    done = yimen.run(
        *("user", "add", "--name", "甲", "--sign-in-name", "rules.short", "--role", "auditor"),
        *("--password-from", "NEW"),
        NEW="elevenchars",
    )
    assert done.returncode != 0 and "12 characters" in done.stderr
    if yimen.backend == "sqlite":
        with sqlite3.connect(f"file:{yimen.directory}/yimen.sqlite?mode=ro", uri=True) as database:
            hashes = [row[0] for row in database.execute("SELECT phc FROM identity_password")]
        assert hashes and all(text.startswith("$argon2id$") for text in hashes)

    def attempt(name: str) -> tuple[int, str]:
        visitor = WebVisitor()
        answer = visitor.sign_in(visitor.open(f"{yimen.url}/login"), name, "not-the-password")
        return answer.status_code, re.sub(r'name="csrf" value="[^"]*"', "", answer.text).replace(name, "")

    assert attempt("19900000014") == attempt("19900000099") == attempt("nobody.at.all")


# 30. Guessing is throttled by account; a device that the person has used is exempt from strangers' failures.


def test_rule_30_throttle(yimen, portal):
    name = "19900000013"
    own = portal.visitor()
    portal.sign_in(name, own)
    stranger = WebVisitor()
    page = stranger.open(f"{yimen.url}/login")
    for _ in range(10):
        page = stranger.sign_in(page, name, "guess")
        assert page.status_code == 400
    refused = stranger.sign_in(page, name, DEMO_PASSWORD)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    assert portal.sign_in(name, own, prompt="login")["claims"]["sub"]


# 31. Passkeys are not offered yet.


# 32. A change of password or a lock needs a fresh sign-in, tells the person, ends other sessions and all grants.


def test_rule_32_change_of_password_and_lock(yimen, portal, officer):
    def signed_in(visitor: WebVisitor) -> bool:
        return isinstance(visitor.open(portal.begin(portal.session())[0]), str)

    def enter(password: str) -> tuple[WebVisitor, dict]:
        visitor, session = portal.visitor(), portal.session()
        url, state, verifier, _ = portal.begin(session)
        answer = visitor.sign_in(visitor.open(url), "rules.officer", password)
        assert isinstance(answer, str), answer.text
        endpoint = portal.metadata["token_endpoint"]
        return visitor, session.fetch_token(endpoint, authorization_response=answer, state=state, code_verifier=verifier)

    def dead(answer: dict) -> bool:
        refreshed = token(portal, grant_type="refresh_token", refresh_token=answer["refresh_token"])
        return refreshed.status_code == 400 and eventually(lambda: userinfo(portal, answer["access_token"]) == 401)

    elsewhere, theirs = enter(PASSWORD)
    here, own = enter(PASSWORD)
    page = here.open(f"{yimen.url}/account/password")
    fields = next(form for form in forms(page.text) if "new" in form.fields)
    new = "three lamps and a bridge"
    wrong = here.submit(page, fields, current="guess", new=new, repeated=new)
    assert wrong.status_code == 400 and signed_in(elsewhere)
    done = here.submit(page, fields, current=PASSWORD, new=new, repeated=new)
    assert done.status_code == 200 and "密码已修改" in done.text
    assert signed_in(here) and not signed_in(elsewhere)
    assert dead(theirs) and dead(own)
    assert eventually(lambda: "您的登录密码已修改" in httpx.get(f"{yimen.url}/demo/messages").text)

    visitor, answer = enter(new)
    assert "locked" in yimen.succeed("user", "lock", "rules.officer")
    assert not signed_in(visitor) and dead(answer)
    assert "locked" in yimen.succeed("user", "show", "rules.officer")
    yimen.succeed("user", "unlock", officer)
    visitor, answer = enter(new)
    done = yimen.run("user", "password", "rules.officer", "--password-from", "NEW", NEW=PASSWORD)
    assert done.returncode == 0 and not signed_in(visitor) and dead(answer)
    enter(PASSWORD)
    listed = yimen.succeed("user", "list", "--limit", "1000")
    assert officer in listed and "rules.officer" in listed and CITIZEN not in listed


# 33. Dynamic registration is closed; addresses that could run script or leave https are refused everywhere.


def test_rule_33_registration_is_closed(yimen):
    endpoint = yimen.discovery()["registration_endpoint"]
    asked = {"redirect_uris": ["https://a.example/cb"]}
    for headers in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eDp5"}):
        answer = httpx.post(endpoint, json=asked, headers=headers)
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_token", headers
        assert answer.headers["www-authenticate"].startswith("Bearer ") and "client_id" not in answer.json()
    for uri in ("javascript:alert(1)", "data:text/html,x", "http://a.example/cb", "https://a.example/cb#x", "app:/cb"):
        done = yimen.run("client", "add", "--id", "rules-bad", "--redirect-uri", uri)
        assert done.returncode != 0 and "--redirect-uri" in done.stderr, uri


# 34. Token exchange: test_security_rules_grants.py.


# 35. Forward-auth is not offered yet.


# 36. CAS and SAML are not offered yet.
