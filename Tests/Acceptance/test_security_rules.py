"""The security rules of an OpenID Provider in 2026, each tried from outside against a running server.

One test for each rule, named after it, so that whoever reads one finds the other. The sources are RFC 9700, OAuth 2.1,
RFC 9207, 9126, 9449, 8628, 8252, 7009, 7662, FAPI 2.0 and the OpenID logout specifications. A rule without a test says
why; details are tested in Tests/IdentityTests. Here stand those for authorization requests; the others are beside it:

- codes and tokens, rules 5, 10, 12–15, 26: test_security_rules_tokens.py
- the keys that sign, rule 27: test_security_rules_keys.py
- what the server calls, rule 17: test_security_rules_outbound.py
- what clients prove and push, rules 11, 16, 18: test_security_rules_proofs.py
- a yes from another device and token exchange, rules 19, 20, 34: test_security_rules_grants.py
- sessions and forged forms, rules 21, 22: test_security_rules_sessions.py
- pages and when they are shown, rules 23–25: test_security_rules_pages.py
- sign-out, rule 28: test_security_rules_logout.py
- passwords and guessing, rules 29, 30: test_security_rules_passwords.py
- changed accounts and registration, rules 32, 33: test_security_rules_accounts.py
- what holds while passkeys (31), forward-auth (35), CAS and SAML (36) are not offered: test_security_rules_absent.py
"""

import base64
import hashlib
import itertools
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from oauth_requests import authorize, claims, eventually, fresh_code, parameters, post, request, token
from relying_party import CALLBACK, RelyingParty
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import forms

LOOPBACK = "http://127.0.0.1:4/native"
APP = "cn.gov.sd.acceptance:/callback"


@pytest.fixture(scope="module")
def native(yimen) -> str:
    """A public client: an app on a phone or a desk."""
    yimen.succeed(
        *("client", "add", "--id", "rules-native", "--redirect-uri", LOOPBACK, "--redirect-uri", APP),
        *("--scope", "openid", "--scope", "offline_access"),
    )
    return "rules-native"


# 1. redirect_uri is compared byte for byte; only the port of a loopback address may vary.


def test_rule_01_redirect_uri_is_exact(portal, native):
    hostile = [
        CALLBACK + "/more",
        CALLBACK + "x",
        CALLBACK[:-1],
        CALLBACK + "/",
        "x" + CALLBACK,
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
    faults += [{"response_mode": mode} for mode in ("form_post", "fragment", "query.jwt", "cookie")]
    faults += [{"state": "x" * 3000}, {"nonce": "x" * 3000}, {"code_challenge": None}, {"claims": "{"}]
    faults += [{"request": "e30.e30.x"}, {"request_uri": "https://evil.example/"}, {"registration": "{}"}]
    faults += [{"id_token_hint": "x"}, {"resource": "https://evil.example/"}, {"dpop_jkt": "x"}]
    strangers = [{"client_id": "nobody"}, {"client_id": None}, {"redirect_uri": "https://evil.example/"}]
    strangers += [{"redirect_uri": None}, {"client_id": "nobody", "redirect_uri": "https://evil.example/"}]
    visitor, good = portal.visitor(), request(portal)
    for stranger, fault in itertools.product(strangers, faults):
        values = {name: value for name, value in {**good, **stranger, **fault}.items() if value is not None}
        # A form from elsewhere comes without cookies and is sent round once to fetch them.
        posted = visitor.http.post(portal.metadata["authorization_endpoint"], data=values)
        if posted.is_redirect:
            assert posted.headers["location"].startswith("/oauth2/authorize?"), (stranger, fault)
            posted = visitor.http.get(portal.metadata["issuer"] + posted.headers["location"])
        twice = [*values.items(), ("scope", "x")]
        for answer in (authorize(portal, values, visitor), authorize(portal, twice, visitor), posted):
            assert answer.status_code == 400 and "location" not in answer.headers, (stranger, fault)
            assert "evil.example" not in answer.text, (stranger, fault)
            assert not [form for form in forms(answer.text) if ":" in form.action], (stranger, fault)


@pytest.mark.parametrize("change", ["remove", "disable", "update"])
def test_rule_02_an_address_that_is_taken_back_meanwhile(yimen, change):
    party = RelyingParty(yimen, f"rules-taken-back-{change}", "openid profile")
    party.register("--consent")
    newcomer, asked = party.visitor(), party.visitor()
    login = newcomer.open(party.begin(party.session())[0])
    consent = asked.sign_in(asked.open(party.begin(party.session())[0]), CITIZEN, DEMO_PASSWORD)
    assert login.url.path == "/login" and consent.url.path == "/consent"
    elsewhere = ("--redirect-uri", "https://elsewhere.example/") if change == "update" else ()
    yimen.succeed("client", change, "--id", party.client_id, *elsewhere)
    assert eventually(lambda: authorize(party, request(party, prompt="none")).status_code == 400)
    answers = [newcomer.sign_in(login, CITIZEN, DEMO_PASSWORD)]
    answers += [asked.submit(consent, forms(consent.text)[-1], decision=word) for word in ("deny", "allow")]
    for answer in answers:
        assert not isinstance(answer, str) and answer.status_code == 400, "no redirect, but a page"


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


def test_rule_03_verifiers_have_43_to_128_characters(portal):
    visitor = portal.visitor()
    portal.sign_in(CITIZEN, visitor)
    for verifier, status in (("A" * 42, 400), ("A" * 129, 400), ("é" * 43, 400), ("A" * 43, 200), ("~" * 128, 200)):
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        answer = parameters(authorize(portal, request(portal, code_challenge=challenge), visitor).headers["location"])
        form = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": verifier}
        redeemed = token(portal, code=answer["code"], **form)
        assert redeemed.status_code == status, verifier
        assert status == 200 or redeemed.json()["error"] == "invalid_grant"


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


# 6. `iss` stands in every answer of the authorization endpoint (RFC 9207).


def test_rule_06_issuer_in_every_authorization_answer(yimen, portal):
    assert portal.metadata["authorization_response_iss_parameter_supported"] is True
    assert parameters(portal.sign_in(CITIZEN)["authorization_response"])["iss"] == yimen.url
    for change in ({"prompt": "none"}, {"scope": "everything"}, {"response_type": "token"}):
        answer = authorize(portal, request(portal, **change))
        assert parameters(answer.headers["location"])["iss"] == yimen.url, change
    visitor = portal.visitor()
    page = visitor.open(portal.begin(portal.session(), prompt="consent")[0])
    page = visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)
    denied = parameters(visitor.submit(page, forms(page.text)[-1], decision="deny"))
    assert denied["error"] == "access_denied" and denied["iss"] == yimen.url
    for change in ({}, {"prompt": "none", "scope": "everything"}):
        page = visitor.open(portal.begin(portal.session(), response_mode="form_post", **change)[0])
        fields = next(form for form in forms(page.text) if form.action == CALLBACK).fields
        assert fields["iss"] == yimen.url and ("error" in fields) == bool(change), change
        answer = authorize(portal, request(portal, response_mode="fragment", **change), visitor)
        fields = dict(parse_qsl(urlsplit(answer.headers["location"]).fragment))
        assert fields["iss"] == yimen.url and ("error" in fields) == bool(change), change
        answer = authorize(portal, request(portal, response_mode="query.jwt", **change), visitor)
        signed = claims(parameters(answer.headers["location"])["response"])
        assert signed["iss"] == yimen.url and ("error" in signed) == bool(change), change
    level = '{"id_token":{"acr":{"essential":true,"value":"L4"}}}'
    page = visitor.open(portal.begin(portal.session(), claims=level)[0])
    refused = parameters(visitor.submit(page, forms(page.text)[-1]))
    assert refused["error"] == "unmet_authentication_requirements" and refused["iss"] == yimen.url


# 7. `state` comes back unchanged or the request is refused.


def test_rule_07_state_is_never_changed(portal):
    newcomer, known = portal.visitor(), portal.visitor()
    portal.sign_in(CITIZEN, known)
    for state in ("a b+c%20&=?#/\\\"'<>", "状态 é", "x" * 2048, "0", " "):
        answer = authorize(portal, request(portal, state=state, prompt="none"))
        assert parameters(answer.headers["location"])["state"] == state
        answer = authorize(portal, request(portal, state=state), known)
        assert parameters(answer.headers["location"])["state"] == state
        values = urlencode(request(portal, state=state, prompt="login"))
        page = newcomer.open(f"{portal.metadata['authorization_endpoint']}?{values}")
        answer = newcomer.sign_in(page, CITIZEN, DEMO_PASSWORD)
        assert parameters(answer)["state"] == state, "kept while somebody signs in"
    answer = authorize(portal, request(portal, state="x" * 2049))
    found = parameters(answer.headers["location"])
    assert found["error"] == "invalid_request" and "state" not in found


# 8. Answers to a password are 303; the authorization endpoint has no CORS, the others may.


def test_rule_08_redirects_after_a_password_and_cors(yimen, portal):
    visitor = portal.visitor()
    visitor.sign_in(visitor.open(portal.begin(portal.session())[0]), CITIZEN, DEMO_PASSWORD)
    consent = visitor.open(portal.begin(portal.session(), prompt="consent")[0])
    visitor.submit(consent, forms(consent.text)[-1], decision="allow")
    page = visitor.open(f"{yimen.url}/account/password")
    fields = next(form for form in forms(page.text) if "new" in form.fields)
    assert visitor.submit(page, fields, current="guess", new="x", repeated="x").status_code == 400
    posted = [answer for answer in visitor.answers if answer.request.method == "POST"]
    assert [answer.status_code for answer in posted] == [303, 303, 400]
    wrong = portal.visitor()
    refused = wrong.sign_in(wrong.open(portal.begin(portal.session())[0]), CITIZEN, "guess")
    assert refused.status_code == 400 and "location" not in refused.headers
    origin = {"Origin": "https://app.example"}
    for path in ("/oauth2/authorize", "/login", "/oauth2/logout", "/account"):
        for method in ("GET", "OPTIONS"):
            headers = httpx.request(
                method, yimen.url + path, headers={**origin, "Access-Control-Request-Method": "POST"}
            ).headers
            assert not [name for name in headers if name.startswith("access-control-")], path
    for name in ("jwks_uri", "userinfo_endpoint", "token_endpoint"):
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


def test_rule_09_the_endpoints_that_systems_call(yimen):
    device, ciba = "urn:ietf:params:oauth:grant-type:device_code", "urn:openid:params:grant-type:ciba"
    party = RelyingParty(yimen, "rules-repeating", "openid profile booking")
    party.register(*(word for grant in (device, ciba, "client_credentials") for word in ("--grant", grant)))
    good = {
        "token": {"grant_type": "client_credentials", "scope": "booking"},
        "pushed_authorization_request": request(party),
        "device_authorization": {"scope": "openid"},
        # Ends soon: not many may wait for one person.
        "backchannel_authentication": {"scope": "openid", "login_hint": "19900000009", "requested_expiry": "1"},
        "introspection": {"token": "x"},
        "revocation": {"token": "x"},
    }
    for name, form in good.items():
        for repeated in (next(iter(form)), "tracking"):
            answer = post(party, f"{name}_endpoint", **{**form, repeated: [form.get(repeated, "1"), "2"]})
            assert answer.status_code == 400 and answer.json()["error"] == "invalid_request", (name, repeated)
        answer = post(party, f"{name}_endpoint", **form, **{"tracking": "1", "x[]": "2"})
        assert answer.status_code in (200, 201), (name, answer.text)
