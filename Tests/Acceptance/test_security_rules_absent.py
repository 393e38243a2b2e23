"""Security rules 31, 35 and 36: what of them holds while passkeys, forward-auth, CAS and SAML are not offered.

See test_security_rules.py for the other rules and their sources. What is not there must not be half open: nobody gets
in by a header, a ticket or an assertion that nothing here judges, and nothing is promised that does not work.
"""

import base64
import re

import httpx
import pytest
from oauth_requests import claims, fresh_code, parameters, post, token
from relying_party import CALLBACK
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import WebVisitor, forms

OFFICER = "officer.jinan"


def signed_in(yimen, name: str = CITIZEN) -> WebVisitor:
    visitor = WebVisitor()
    assert visitor.sign_in(visitor.open(f"{yimen.url}/login"), name, DEMO_PASSWORD).status_code == 200
    return visitor


def is_anybody(visitor: WebVisitor, yimen, **more) -> bool:
    """Whether pages or the provider take this browser for somebody's."""
    pages = [visitor.http.get(yimen.url + path, **more) for path in ("/account", "/bookings")]
    return any(page.status_code == 200 for page in pages)


# 31. Passkeys: no token tells of one, and nothing asks a browser for one.


def test_rule_31_nothing_tells_of_passkeys(yimen, portal):
    answer = portal.sign_in(CITIZEN)
    for told in (answer["claims"], claims(answer["access_token"])):
        assert set(told.get("amr", [])) <= {"pwd"}, "neither a key nor a second factor has been seen"
    assert "webauthn" not in yimen.client().get("/.well-known/openid-configuration").text
    for path in ("/.well-known/webauthn", "/.well-known/passkey-endpoints", "/login/passkey", "/account/passkeys"):
        assert httpx.get(yimen.url + path).status_code == 404, path
    page = WebVisitor().open(f"{yimen.url}/login")
    assert "webauthn" not in page.text
    # What a key would send is no password.
    visitor = WebVisitor()
    page = visitor.open(f"{yimen.url}/login")
    refused = visitor.submit(page, forms(page.text)[-1], username=CITIZEN, password="", credential="{}", id="x")
    assert refused.status_code == 400 and not is_anybody(visitor, yimen)


# 35. Forward-auth: who somebody is never stands in a header of the request, whatever a proxy elsewhere may write there.

IDENTITY_HEADERS = (
    *("Remote-User", "X-Remote-User", "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Preferred-Username"),
    *("X-Forwarded-Groups", "X-Forwarded-Access-Token", "X-Auth-Request-User", "X-Auth-Request-Email", "X-User"),
    *("X-User-Id", "X-Authenticated-User", "X-WEBAUTH-USER", "Remote-Groups", "REMOTE_USER", "Auth-User"),
    *("X-Amzn-Oidc-Identity", "X-Goog-Authenticated-User-Email", "X-SSL-Client-S-DN", "X-Yimen-User"),
)


def test_rule_35_headers_say_nobodys_name(yimen, portal, kiosk):
    officer = portal.sign_in(OFFICER)["claims"]["sub"]
    for name in (CITIZEN, OFFICER, officer, "admin", "client:" + kiosk.client_id):
        claimed = {header: name for header in IDENTITY_HEADERS}
        assert not is_anybody(WebVisitor(), yimen, headers=claimed), name
        with yimen.client() as client:
            for path in ("/api/v1/reservations", "/api/v1/consents", "/admin/api/clients", "/oauth2/userinfo"):
                assert client.get(path, headers=claimed).status_code == 401, (path, name)
        for path in ("/window", "/admin/clients"):
            assert httpx.get(yimen.url + path, headers=claimed).status_code != 200, (path, name)
    # Nor do they change who somebody is who has signed in.
    claimed = {header: OFFICER for header in IDENTITY_HEADERS}
    token = portal.sign_in(CITIZEN)
    told = httpx.get(
        portal.metadata["userinfo_endpoint"], headers={**claimed, "Authorization": f"Bearer {token['access_token']}"}
    )
    assert told.json()["sub"] == token["claims"]["sub"] != officer
    citizen = signed_in(yimen)
    assert is_anybody(citizen, yimen)
    plain, changed = (citizen.http.get(f"{yimen.url}/account", headers=more).text for more in ({}, claimed))
    masked = [re.sub(r'name="csrf" value="[^"]*"', "", page) for page in (plain, changed)]
    assert masked[0] == masked[1] and "officer" not in changed
    assert citizen.http.get(f"{yimen.url}/window", headers=claimed).status_code != 200


def test_rule_35_certificates_of_strangers_and_forwarded_addresses_mean_nothing(yimen, portal):
    endpoint = portal.metadata["token_endpoint"]
    own = base64.b64encode(b"0" * 64).decode()
    for headers in ({"Client-Cert": f":{own}:"}, {"X-Client-Cert": own}, {"X-SSL-Client-Cert": own}):
        form = {"grant_type": "client_credentials", "client_id": portal.client_id}
        answer = httpx.post(endpoint, data=form, headers=headers)
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_client", headers
    # Addresses in answers are the issuer's, not those that a request names.
    lies = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    for headers in (lies, {**lies, "Host": "evil.example"}):
        for path in ("/.well-known/openid-configuration", "/login", "/auth/sign-in", "/account"):
            answer = httpx.get(yimen.url + path, headers=headers)
            assert "evil.example" not in answer.text, (path, headers)
            assert "evil.example" not in answer.headers.get("location", ""), (path, headers)
        page = httpx.get(f"{yimen.url}/auth/sign-in", headers=headers)
        assert page.headers["location"].startswith(f"{yimen.url}/oauth2/authorize?")
        assert parameters(page.headers["location"])["redirect_uri"] == f"{yimen.url}/auth/callback"


ELSEWHERE = (
    *("https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/.//evil.example"),
    *("/%2e//evil.example", "javascript:alert(1)", "/a/..//evil.example", "/\t/evil.example", "https:evil.example"),
)


@pytest.mark.parametrize("path", ["/auth/sign-in", "/preferences"])
def test_rule_35_the_way_back_stays_on_this_site(yimen, path):
    name = "lang" if path == "/preferences" else "x"
    for target in (*ELSEWHERE, "/bookings?a=b"):
        visitor = signed_in(yimen)
        answer = visitor.http.get(yimen.url + path, params={"return": target, name: "en"})
        for _ in range(10):
            assert "evil.example" not in re.sub(r"\?.*", "", answer.headers.get("location", "")), target
            if not answer.is_redirect:
                break
            answer = visitor.http.get(httpx.URL(yimen.url).join(answer.headers["location"]))
        assert answer.status_code == 200 and str(answer.url).startswith(yimen.url + "/"), target
        assert (answer.url.path == "/bookings") == (target == "/bookings?a=b"), target


def test_rule_35_programs_get_401_and_people_the_sign_in_page(yimen):
    for accept in ("text/html,*/*;q=0.8", "application/json", "image/avif,*/*"):
        for path in ("/api/v1/reservations", "/api/v1/consents", "/admin/api/clients", "/oauth2/userinfo"):
            answer = httpx.get(yimen.url + path, headers={"Accept": accept})
            assert answer.status_code == 401 and "location" not in answer.headers, (path, accept)
            assert "www-authenticate" in answer.headers and "set-cookie" not in answer.headers, path
        answer = httpx.get(f"{yimen.url}/static/x/missing.js", headers={"Accept": accept})
        assert answer.status_code == 404 and "location" not in answer.headers
    assert httpx.get(f"{yimen.url}/bookings", headers={"Accept": "text/html"}).is_redirect


# 36. CAS and SAML: nobody is signed in by a ticket or an assertion, none is given out, none comes back in an answer.

CAS = ("/cas/login", "/cas/serviceValidate", "/cas/proxyValidate", "/cas/p3/serviceValidate", "/cas/proxy")
SAML = ("/saml/sso", "/saml/acs", "/saml/metadata", "/saml2/idp/SSOService.php", "/saml/slo", "/FederationMetadata")
TICKET = "ST-1856339-aA5Yuvrxzpv8Tau1cYQ7"
# Unsigned, with a document type that an XML parser would follow.
RESPONSE = """<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>
<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion">
<Assertion><Subject><NameID>admin&e;</NameID></Subject></Assertion></samlp:Response>"""


def echoes(answer: httpx.Response) -> bool:
    """Whether a ticket or a file stands in an answer, beside the links that lead back to the same address."""
    rest = re.sub(r'href="/(?:preferences|auth/sign-in)\?[^"]*"', "", answer.text)
    return TICKET in rest or "root:" in rest


def test_rule_36_no_ticket_and_no_assertion_opens_anything(yimen):
    saml = base64.b64encode(RESPONSE.encode()).decode()
    sent = {"ticket": TICKET, "service": CALLBACK, "pgtUrl": CALLBACK, "SAMLResponse": saml, "RelayState": "/account"}
    same = {"Sec-Fetch-Site": "same-origin"}
    for path in (*CAS, *SAML):
        for answer in (
            httpx.get(yimen.url + path, params=sent),
            httpx.post(yimen.url + path, data=sent, headers=same),
            httpx.post(yimen.url + path, content=RESPONSE, headers={**same, "Content-Type": "text/xml"}),
        ):
            assert answer.status_code == 404 and "location" not in answer.headers, path
            assert not echoes(answer), path
    for path in ("/login", "/account", "/bookings", "/auth/callback", "/oauth2/authorize", "/oauth2/logout"):
        visitor = WebVisitor()
        page = visitor.http.get(yimen.url + path, params=sent)
        assert not is_anybody(visitor, yimen) and not echoes(page), path
    # Where a form is expected, XML is none, and an assertion beside a form's fields is nothing.
    visitor = WebVisitor()
    page = visitor.open(f"{yimen.url}/login")
    answer = visitor.submit(page, forms(page.text)[-1], username="admin", password="", **sent)
    assert answer.status_code == 400 and not echoes(answer) and not is_anybody(visitor, yimen)
    for path in ("/oauth2/token", "/oauth2/par", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/register"):
        for kind in ("application/xml", "text/xml", "application/soap+xml", "application/samlassertion+xml"):
            answer = httpx.post(yimen.url + path, content=RESPONSE, headers={"Content-Type": kind})
            assert answer.status_code in (400, 401, 415) and not echoes(answer), (path, kind)


def test_rule_36_saml_is_no_grant_and_proves_no_client(portal):
    saml = base64.urlsafe_b64encode(RESPONSE.encode()).decode()
    bearer = "urn:ietf:params:oauth:grant-type:saml2-bearer"
    answer = token(portal, grant_type=bearer, assertion=saml)
    assert answer.status_code == 400 and answer.json()["error"] == "unsupported_grant_type"
    assert not [kind for kind in portal.metadata["grant_types_supported"] if "saml" in kind]
    good = fresh_code(portal)
    proof = {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        "client_assertion": saml,
        "client_id": portal.client_id,
    }
    answer = httpx.post(portal.metadata["token_endpoint"], data={**good, **proof})
    assert answer.status_code in (400, 401) and answer.json()["error"] in ("invalid_client", "invalid_request")
    for value in (saml, RESPONSE, TICKET):
        assert post(portal, "introspection_endpoint", token=value).json() == {"active": False}
        headers = {"Authorization": "Bearer " + saml}
        refused = httpx.get(portal.metadata["userinfo_endpoint"], headers=headers)
        assert refused.status_code == 401 and "admin" not in refused.text
    assert token(portal, **good).status_code == 200, "none of it has burnt the code"


def test_rule_36_systems_of_other_protocols_cannot_be_registered(yimen):
    for protocol in ("cas", "saml"):
        done = yimen.run(
            *("client", "add", "--id", f"rules-{protocol}", "--protocol", protocol),
            *("--redirect-uri", "https://a.example/cb", "--secret", "acceptance-secret-of-32-characters"),
        )
        assert done.returncode != 0 and "--protocol" in done.stderr and "only oidc" in done.stderr, protocol
