"""Security rules 19, 20 and 34: yeses from another device, tokens for tokens.

See test_security_rules.py for the other rules and their sources.
"""

import concurrent.futures
import html
import re
import time

import httpx
import pytest
from oauth_requests import claims, eventually, fresh_code, post, token, userinfo
from relying_party import RelyingParty
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import Form, WebVisitor, forms

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
ARCHIVE = "https://archive.example"
ASKED = "19900000010"
BYSTANDER = "19900000015"
GUESSER = "19900000016"


def party(yimen, name: str, scope: str, *more: str) -> RelyingParty:
    made = RelyingParty(yimen, f"rules-{name}", scope)
    made.register(*more)
    return made


@pytest.fixture(scope="module")
def stranger(yimen) -> RelyingParty:
    """May do everything that the others may, and must not get at what is theirs."""
    grants = (word for grant in (DEVICE, CIBA, EXCHANGE, "client_credentials") for word in ("--grant", grant))
    return party(yimen, "stranger", "openid profile booking", *grants)


def entered(page: httpx.Response | str) -> httpx.Response:
    assert not isinstance(page, str), page
    return page


def signed_in(yimen, name: str) -> WebVisitor:
    visitor = WebVisitor()
    assert visitor.sign_in(visitor.open(f"{yimen.url}/login"), name, DEMO_PASSWORD).status_code == 200
    return visitor


# 19. Device flow.


@pytest.fixture(scope="module")
def television(yimen) -> str:
    """A public client without a browser."""
    yimen.succeed(
        *("client", "add", "--id", "rules-television", "--name", "规则电视", "--grant", DEVICE),
        *("--scope", "openid", "--scope", "profile"),
    )
    return "rules-television"


def device(yimen, client: str, **more: str) -> dict:
    form = {"client_id": client, "scope": "openid profile", **more}
    answer = httpx.post(yimen.discovery()["device_authorization_endpoint"], data=form)
    assert answer.status_code == 200 and "no-store" in answer.headers["cache-control"], answer.text
    return answer.json()


def poll(yimen, client: str, codes: dict) -> httpx.Response:
    form = {"grant_type": DEVICE, "device_code": codes["device_code"], "client_id": client}
    return httpx.post(f"{yimen.url}/oauth2/token", data=form, timeout=30)


def code_form(page: httpx.Response) -> Form:
    return next(form for form in forms(entered(page).text) if "user_code" in form.fields)


def decision_page(yimen, visitor: WebVisitor, codes: dict, typed: str | None = None) -> httpx.Response:
    page = visitor.open(codes["verification_uri"])
    return entered(visitor.submit(page, code_form(page), user_code=typed or codes["user_code"]))


def test_rule_19_user_codes(yimen, television):
    all_codes = [device(yimen, television) for _ in range(8)]
    assert len({codes["user_code"] for codes in all_codes}) == len({codes["device_code"] for codes in all_codes}) == 8
    for codes in all_codes:
        letters = codes["user_code"].replace("-", "")
        assert re.fullmatch("[BCDFGHJKLMNPQRSTVWXZ]{8,}", letters), "no vowels, no digits, nothing to mistake"
        assert len(codes["device_code"]) >= 22 and 60 <= codes["expires_in"] <= 900 and codes["interval"] >= 5
    codes = all_codes[0]
    plain = codes["user_code"].replace("-", "")
    visitor = signed_in(yimen, CITIZEN)
    for typed in (plain, plain.lower(), codes["user_code"].lower(), f" {plain[:4]} {plain[4:]} ", "-".join(plain)):
        page = decision_page(yimen, visitor, codes, typed)
        assert page.status_code == 200 and "session" in code_form(page).fields, typed
    for typed in (plain[:-1], plain + "B", "AEIOUAEI", "12345678", "", "<b>"):
        page = decision_page(yimen, visitor, codes, typed or " ")
        assert page.status_code == 400 and "session" not in code_form(page).fields, typed


def test_rule_19_polls_slow_down_by_five_seconds(yimen, television):
    punctual, slowed, hasty = (device(yimen, television) for _ in range(3))
    began = time.monotonic()

    def ask(codes: dict, after: float) -> str:
        time.sleep(max(0, began + after - time.monotonic()))
        answer = poll(yimen, television, codes)
        assert answer.status_code == 400 and "no-store" in answer.headers["cache-control"]
        return answer.json()["error"]

    for codes in (punctual, slowed, hasty):
        assert ask(codes, 0) == "authorization_pending"
    for codes in (slowed, hasty):
        assert ask(codes, 0) == "slow_down"
    assert ask(punctual, 5.5) == "authorization_pending"
    assert ask(hasty, 6.5) == "slow_down", "five seconds are too few now"
    assert ask(slowed, 11) == "authorization_pending", "ten are enough"


def test_rule_19_a_person_consents_and_the_code_works_once(yimen, television, stranger):
    codes = device(yimen, television)
    assert codes["verification_uri_complete"] == f"{codes['verification_uri']}?user_code={codes['user_code']}"
    visitor = WebVisitor()
    page = entered(visitor.open(codes["verification_uri_complete"]))
    page = entered(visitor.submit(page, code_form(page)))
    page = entered(visitor.sign_in(page, CITIZEN, DEMO_PASSWORD))
    assert "submit-now" not in page.text, "the link only fills in the code"
    assert poll(yimen, television, codes).json()["error"] == "authorization_pending"
    page = entered(visitor.submit(page, code_form(page)))
    assert "submit-now" not in page.text and "规则电视" in page.text and codes["user_code"] in page.text
    assert re.search(r'<ul class="ticks">\s*<li>', page.text), "what it would get"
    for change in ({}, {"decision": "allow", "session": "another"}, {"decision": "allow", "csrf": "x"}):
        visitor.submit(page, code_form(page), **change)
    time.sleep(5)
    assert poll(yimen, television, codes).json()["error"] == "authorization_pending", "nothing but the button decides"
    assert "session" not in code_form(entered(visitor.open(codes["verification_uri_complete"]))).fields
    assert entered(visitor.submit(page, code_form(page), decision="allow")).status_code == 200

    foreign = token(stranger, grant_type=DEVICE, device_code=codes["device_code"])
    assert foreign.status_code == 400 and foreign.json()["error"] == "invalid_grant"
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: poll(yimen, television, codes), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    good = next(answer.json() for answer in answers if answer.status_code == 200)
    assert claims(good["id_token"])["aud"] == television and set(good["scope"].split()) == {"openid", "profile"}
    assert poll(yimen, television, codes).json()["error"] == "invalid_grant"
    assert decision_page(yimen, visitor, codes).status_code == 400, "nor can it be decided again"


def test_rule_19_refusals(yimen, portal, television):
    codes, visitor = device(yimen, television), signed_in(yimen, CITIZEN)
    page = decision_page(yimen, visitor, codes)
    visitor.submit(page, code_form(page), decision="deny")
    visitor.submit(page, code_form(page), decision="allow")
    assert poll(yimen, television, codes).json()["error"] == "access_denied"
    assert post(portal, "device_authorization_endpoint", scope="openid").json()["error"] == "unauthorized_client"
    form = {"client_id": television, "scope": "openid booking"}
    endpoint = portal.metadata["device_authorization_endpoint"]
    assert httpx.post(endpoint, data=form).json()["error"] == "invalid_scope"


def test_rule_19_codes_expire(yimen, television):
    codes, visitor = device(yimen, television), signed_in(yimen, CITIZEN)
    assert decision_page(yimen, visitor, codes).status_code == 200
    yimen.change(f"UPDATE identity_approval SET expires_at_ms = expires_at_ms - {codes['expires_in']}000")
    assert decision_page(yimen, visitor, codes).status_code == 400
    assert poll(yimen, television, codes).json()["error"] == "expired_token"


def test_rule_19_guessing_ends(yimen, television):
    codes, guesser = device(yimen, television), signed_in(yimen, GUESSER)
    for number in range(10):
        guess = "BCDFGHJK"[number % 8] * 8
        assert decision_page(yimen, guesser, codes, guess).status_code == 400
    for typed in ("ZZZZZZZZ", codes["user_code"]):
        page = decision_page(yimen, guesser, codes, typed)
        assert page.status_code == 429 and "session" not in code_form(page).fields, typed
    assert decision_page(yimen, signed_in(yimen, CITIZEN), codes).status_code == 200, "others are not barred"


# 20. CIBA. The other half of the rule, sign-in by scanning, is tested once scan sign-in is offered.


@pytest.fixture(scope="module")
def counter(yimen) -> RelyingParty:
    return party(yimen, "counter", "openid profile", "--grant", CIBA)


def ask(counter: RelyingParty, **more: str) -> dict:
    form = {"scope": "openid profile", "login_hint": ASKED, **more}
    answer = post(counter, "backchannel_authentication_endpoint", **form)
    assert answer.status_code == 200 and "no-store" in answer.headers["cache-control"], answer.text
    assert len(answer.json()["auth_req_id"]) >= 22 and answer.json()["expires_in"] <= 120
    return answer.json()


def collect(party: RelyingParty, asked: dict) -> httpx.Response:
    return token(party, grant_type=CIBA, auth_req_id=asked["auth_req_id"])


def approval(page: httpx.Response, message: str) -> Form | None:
    """The form of the request that shows this message."""
    cards = entered(page).text.split('<section class="card')
    found = [forms(card) for card in cards if message in html.unescape(card)]
    return next((form for card in found for form in card if "approval" in form.fields), None)


def test_rule_20_the_person_compares_the_message_and_allows_it_once(yimen, counter, stranger):
    message = "柜台 3 <b>W4SCT</b>"
    asked = ask(counter, binding_message=message)
    assert collect(counter, asked).json()["error"] == "authorization_pending"
    assert collect(counter, asked).json()["error"] == "slow_down"
    assert collect(stranger, asked).json()["error"] == "invalid_grant"
    visitor, bystander = signed_in(yimen, ASKED), signed_in(yimen, BYSTANDER)
    page = entered(visitor.open(f"{yimen.url}/approvals"))
    form = approval(page, message)
    assert form and "rules-counter" in page.text and "<b>W4SCT" not in page.text
    elsewhere = entered(bystander.open(f"{yimen.url}/approvals"))
    assert approval(elsewhere, message) is None
    own = {**form.fields, "csrf": forms(bystander.open(f"{yimen.url}/device").text)[-1].fields["csrf"]}
    sent = bystander.http.post(
        f"{yimen.url}/approvals", data={**own, "decision": "allow"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert sent.status_code == 400, "only the person asked decides"
    forged = visitor.http.post(f"{yimen.url}/approvals", data={**form.fields, "csrf": "x", "decision": "allow"})
    assert forged.status_code == 403
    assert entered(visitor.submit(page, form, decision="allow")).status_code == 200
    assert collect(stranger, asked).json()["error"] == "invalid_grant", "burns nothing"
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: collect(counter, asked), range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 5
    good = next(answer.json() for answer in answers if answer.status_code == 200)
    assert claims(good["id_token"])["aud"] == counter.client_id and userinfo(counter, good["access_token"]) == 200
    assert collect(counter, asked).json()["error"] == "invalid_grant"
    assert approval(visitor.open(f"{yimen.url}/approvals"), message) is None


def test_rule_20_refusal_and_expiry(yimen, counter):
    visitor = signed_in(yimen, ASKED)
    asked = ask(counter, binding_message="refuse me")
    page = visitor.open(f"{yimen.url}/approvals")
    form = approval(page, "refuse me")
    visitor.submit(page, form, decision="deny")
    assert entered(visitor.submit(page, form, decision="allow")).status_code == 400
    assert collect(counter, asked).json()["error"] == "access_denied"
    asked = ask(counter, binding_message="too late", requested_expiry="4")
    assert asked["expires_in"] == 30, "time enough to find one's phone"
    page = visitor.open(f"{yimen.url}/approvals")
    form = approval(page, "too late")
    assert form
    time.sleep(30.2)
    assert entered(visitor.submit(page, form, decision="allow")).status_code == 400
    assert collect(counter, asked).json()["error"] == "expired_token"
    assert approval(visitor.open(f"{yimen.url}/approvals"), "too late") is None


def test_rule_20_who_may_ask_whom(portal, counter):
    good = {"scope": "openid", "login_hint": ASKED}
    faults = {
        "unknown_user_id": {"login_hint": "19900000099"},
        "invalid_binding_message": {"binding_message": "x" * 100},
        "invalid_scope": {"scope": "openid booking"},
        "invalid_request": {"login_hint_token": "x"},
    }
    for error, change in faults.items():
        answer = post(counter, "backchannel_authentication_endpoint", **{**good, **change})
        assert answer.status_code == 400 and answer.json()["error"] == error, change
    for message in ("two\nlines", "turned \u202e round"):
        answer = post(counter, "backchannel_authentication_endpoint", **good, binding_message=message)
        assert answer.json()["error"] == "invalid_binding_message"
    assert post(portal, "backchannel_authentication_endpoint", **good).json()["error"] == "unauthorized_client"
    answer = httpx.post(portal.metadata["backchannel_authentication_endpoint"], data=good)
    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"


# 34. Token exchange.


@pytest.fixture(scope="module")
def department(yimen) -> RelyingParty:
    """Where the citizen signs in; its access tokens live for a minute."""
    return party(yimen, "department", "openid profile booking", "--access-token-seconds", "60")


@pytest.fixture(scope="module")
def backend(yimen, department) -> RelyingParty:
    """What the department calls, and what calls the archive."""
    more = ("--exchange-from", department.client_id, "--audience", ARCHIVE, "--grant", "client_credentials")
    return party(yimen, "backend", "openid booking", "--grant", EXCHANGE, *more)


@pytest.fixture(scope="module")
def archive(yimen, backend) -> RelyingParty:
    return party(yimen, "archive", "openid booking", "--grant", EXCHANGE, "--exchange-from", backend.client_id)


def exchange(party: RelyingParty, subject: str, **more) -> httpx.Response:
    return token(party, grant_type=EXCHANGE, subject_token=subject, subject_token_type=ACCESS_TOKEN, **more)


def exchanged(party: RelyingParty, subject: str, **more) -> str:
    answer = exchange(party, subject, **more)
    assert answer.status_code == 200 and answer.json()["issued_token_type"] == ACCESS_TOKEN, answer.text
    assert not {"refresh_token", "id_token"} & answer.json().keys()
    return answer.json()["access_token"]


def machine_token(party: RelyingParty) -> str:
    return token(party, grant_type="client_credentials", scope="booking").json()["access_token"]


def error(answer: httpx.Response) -> str:
    assert answer.status_code == 400, answer.text
    return answer.json()["error"]


def test_rule_34_who_acts_is_told_at_every_step(yimen, department, backend, archive):
    first = token(department, **fresh_code(department)).json()
    actor = {"actor_token": machine_token(backend), "actor_token_type": ACCESS_TOKEN}
    second = exchanged(backend, first["access_token"], **actor)
    third = exchanged(archive, second)
    for party, given in ((backend, second), (archive, third)):
        shown = post(party, "introspection_endpoint", token=given).json()
        assert shown["active"] and shown["client_id"] == party.client_id and shown["act"] == claims(given)["act"]
        assert shown["sub"] == claims(first["access_token"])["sub"]
    assert claims(second)["act"]["sub"] == f"client:{backend.client_id}" and "act" not in claims(second)["act"]
    assert claims(third)["act"]["sub"] == f"client:{archive.client_id}"
    assert claims(third)["act"]["act"]["sub"] == f"client:{backend.client_id}"
    trail = yimen.rows("SELECT detail FROM identity_audit_event WHERE kind = 'token.exchanged'")
    assert any(f"actors=client:{archive.client_id}<client:{backend.client_id}" in row[0] for row in trail)
    assert post(department, "revocation_endpoint", token=first["refresh_token"]).status_code == 200
    for party, given in ((backend, second), (archive, third)):
        assert eventually(lambda p=party, t=given: not post(p, "introspection_endpoint", token=t).json()["active"])
        assert post(party, "introspection_endpoint", token=given).json() == {"active": False}
    assert error(exchange(backend, first["access_token"])) == "invalid_request"


def test_rule_34_never_wider_nor_longer(yimen, department, backend, archive):
    subject = token(department, **fresh_code(department)).json()["access_token"]
    time.sleep(1.1)
    answer = exchange(backend, subject).json()
    given = claims(answer["access_token"])
    assert set(given["scope"].split()) == {"openid", "booking"}, "what both may"
    assert given["exp"] <= claims(subject)["exp"] and answer["expires_in"] <= 60
    assert claims(exchanged(archive, answer["access_token"]))["exp"] <= claims(subject)["exp"]
    for scope in ("profile", "openid profile", "hall.window", "openid everything"):
        assert error(exchange(backend, subject, scope=scope)) == "invalid_scope", scope
    less = exchanged(backend, subject, scope="booking")
    assert claims(less)["scope"] == "booking"
    assert error(exchange(archive, less, scope="openid booking")) == "invalid_scope"
    own = f"{yimen.url}/api/v1"
    assert claims(exchanged(backend, subject, audience=ARCHIVE))["aud"] in (ARCHIVE, [ARCHIVE])
    assert claims(exchanged(backend, subject, resource=own))["aud"] in (own, [own])
    for name in ("audience", "resource"):
        for target in ("https://else.example", ARCHIVE + "/x", [ARCHIVE, "https://else.example"]):
            assert error(exchange(backend, subject, **{name: target})) == "invalid_target", target
    assert error(exchange(archive, exchanged(backend, subject), audience=ARCHIVE)) == "invalid_target"


def test_rule_34_whose_tokens_and_for_whom(department, backend, archive, stranger):
    answer = token(department, **fresh_code(department)).json()
    subject = answer["access_token"]
    for party in (stranger, archive):
        assert error(exchange(party, subject)) == "invalid_request", "not named for the department"
    assert error(exchange(department, subject)) == "unauthorized_client"
    for bad in (answer["id_token"], answer["refresh_token"], subject[:-4] + "AAAA", "nonsense", ""):
        assert error(exchange(backend, bad)) == "invalid_request"
    for bad in (machine_token(stranger), subject, answer["id_token"], machine_token(backend)[:-4] + "AAAA", "nonsense"):
        wrong = exchange(backend, subject, actor_token=bad, actor_token_type=ACCESS_TOKEN)
        assert error(wrong) == "invalid_request"
    assert error(exchange(backend, subject, actor_token=machine_token(backend))) == "invalid_request", "no type"
    for kind in ("id_token", "refresh_token", "saml2"):
        name = f"urn:ietf:params:oauth:token-type:{kind}"
        form = {"grant_type": EXCHANGE, "subject_token": subject, "subject_token_type": name}
        assert error(token(backend, **form)) == "invalid_request", kind
        assert error(exchange(backend, subject, requested_token_type=name)) == "invalid_request", kind
    bare = {"grant_type": EXCHANGE, "subject_token": subject, "subject_token_type": ACCESS_TOKEN}
    unproved = httpx.post(backend.metadata["token_endpoint"], data={**bare, "client_id": backend.client_id})
    assert unproved.status_code == 401 and unproved.json()["error"] == "invalid_client"
