"""Security rules 5, 10, 12 to 15 and 26: codes and tokens.

See test_security_rules.py for the other rules and their sources.
"""

import base64
import concurrent.futures
import pathlib
import time
import uuid
from hashlib import sha256

import httpx
import pytest
from oauth_requests import decoded, eventually, fresh_code, post, request, token, userinfo
from relying_party import CALLBACK, RelyingParty
from system import CITIZEN, DEMO_PASSWORD


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


# 5. A code works once, for its client and address; its reuse revokes what it gave. Bound to the verifier: rule 3; to
# the DPoP key: rule 18. Between two processes: test_single_use_processes.py.


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
        answers = list(pool.map(lambda _: token(portal, **form), range(12)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 11
    assert {answer.json()["error"] for answer in answers if answer.status_code == 400} == {"invalid_grant"}
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    assert eventually(lambda: userinfo(portal, won["access_token"]) == 401), "whoever came first may be the thief"
    answer = token(portal, grant_type="refresh_token", refresh_token=won["refresh_token"])
    assert answer.json()["error"] == "invalid_grant"


def test_rule_05_codes_live_for_a_minute(yimen, portal):
    def aged(seconds: int) -> httpx.Response:
        form = fresh_code(portal)
        yimen.change(
            f"UPDATE identity_authorization_code SET created_at_ms = created_at_ms - {seconds}000, "
            f"expires_at_ms = expires_at_ms - {seconds}000 WHERE redeemed_at_ms IS NULL"
        )
        return token(portal, **form)

    assert aged(20).status_code == 200, "a slow system is not too late"
    late = aged(60)
    assert late.status_code == 400 and late.json()["error"] == "invalid_grant"


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
    for name in ("pushed_authorization_request", "introspection", "revocation", "device_authorization"):
        answer = httpx.post(portal.metadata[f"{name}_endpoint"], params=secret, data={"token": "x", "scope": "openid"})
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_client", name
        assert httpx.get(portal.metadata[f"{name}_endpoint"], params=secret).status_code == 405, name


# 12. A client that fails to prove itself gets 401 and `invalid_client`.


def test_rule_12_client_authentication(yimen, portal):
    endpoint = portal.metadata["token_endpoint"]
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    wrong = ("wrong", "", portal.secret[:-1], portal.secret + "x", portal.secret.upper(), "x" * len(portal.secret))
    told = set()
    for auth in (*((portal.client_id, secret) for secret in wrong), ("nobody", portal.secret)):
        answer = httpx.post(endpoint, data=form, auth=auth)
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_client", auth
        assert answer.headers["www-authenticate"].startswith("Basic")
        told.add(answer.text)
    assert len(told) == 1, "nothing tells how wrong it was; digests are compared, so that no time does either"
    answer = httpx.post(endpoint, data={**form, "client_id": portal.client_id})
    assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"
    if yimen.backend == "sqlite":
        for file in pathlib.Path(yimen.directory).glob("*.sqlite*"):
            assert portal.secret.encode() not in file.read_bytes(), file
    stored = yimen.rows(f"SELECT * FROM identity_client WHERE id = '{portal.client_id}'")
    assert len(stored) == 1 and portal.client_id in stored[0] and not any(portal.secret in value for value in stored[0])


# 13. Refresh tokens rotate; a replay gets the same successor for a moment and kills the family later.


def test_rule_13_refresh_tokens(yimen, portal, other):
    def refresh(value: str, party=portal, **more) -> httpx.Response:
        return token(party, grant_type="refresh_token", refresh_token=value, **more)

    told = alarms(yimen, portal)
    first = token(portal, **fresh_code(portal)).json()["refresh_token"]
    assert refresh(first, other).json()["error"] == "invalid_grant"
    assert refresh(first, scope="openid offline_access").json()["error"] == "invalid_scope"
    assert refresh(first, scope="openid profile booking hall.window").json()["error"] == "invalid_scope"
    narrow = refresh(first, scope="openid").json()
    assert narrow["scope"] == decoded(narrow["access_token"].split(".")[1])["scope"] == "openid"
    second = narrow["refresh_token"]
    assert second != first and refresh(first).json()["refresh_token"] == second
    third = refresh(second).json()
    assert alarms(yimen, portal) == told, "a lost answer is no theft"
    time.sleep(11)
    assert refresh(first).json()["error"] == "invalid_grant"
    assert refresh(third["refresh_token"]).json()["error"] == "invalid_grant", "the family is dead"
    assert eventually(lambda: userinfo(portal, third["access_token"]) == 401)
    assert alarms(yimen, portal) == told + 1


def alarms(yimen, party: RelyingParty) -> int:
    """How often the audit trail says that a replaced refresh token came back."""
    query = "SELECT count(*) FROM identity_audit_event WHERE kind = 'alarm.refresh-reused' AND actor = "
    return int(yimen.rows(f"{query}'client:{party.client_id}'")[0][0])


def test_rule_13_public_clients_rotate_too(yimen, portal):
    uri = "http://127.0.0.1:4/native"
    yimen.succeed(
        *("client", "add", "--id", "rules-rotating", "--redirect-uri", uri, "--scope", "openid"),
        *("--grant", "authorization_code", "--grant", "refresh_token"),
    )
    public = {"client_id": "rules-rotating", "redirect_uri": uri, "scope": "openid"}
    url, _, verifier, _ = portal.begin(portal.session())
    visitor = portal.visitor()
    visitor.away = uri
    page = visitor.open(str(httpx.URL(url).copy_merge_params(public)))
    code = httpx.URL(visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)).params["code"]

    def ask(**form) -> httpx.Response:
        return httpx.post(portal.metadata["token_endpoint"], data={"client_id": "rules-rotating", **form})

    def refresh(value: str) -> httpx.Response:
        return ask(grant_type="refresh_token", refresh_token=value)

    first = ask(grant_type="authorization_code", code=code, redirect_uri=uri, code_verifier=verifier)
    first = first.json()["refresh_token"]
    second = refresh(first).json()["refresh_token"]
    assert second != first
    third = refresh(second).json()["refresh_token"]
    assert third not in (first, second)
    # The grace of the first has passed, as eleven seconds would do.
    yimen.change("UPDATE identity_refresh_token SET replaced_at_ms = replaced_at_ms - 11000")
    for value in (first, third):
        assert refresh(value).json()["error"] == "invalid_grant"


def test_rule_13_refresh_tokens_end_unused_and_in_any_case(yimen):
    party = RelyingParty(yimen, "rules-short-lived", "openid profile")
    party.register("--refresh-idle-seconds", "60", "--refresh-life-seconds", "120")

    def refresh(value: str) -> httpx.Response:
        return token(party, grant_type="refresh_token", refresh_token=value)

    def pass_by(seconds: int):
        """Makes every family of this client older."""
        mine = "SELECT id FROM identity_refresh_family WHERE client_id = 'rules-short-lived'"
        for table, columns, rows in (
            ("family", ("created_at_ms", "ends_at_ms"), f"id IN ({mine})"),
            ("token", ("created_at_ms", "expires_at_ms", "replaced_at_ms"), f"family_id IN ({mine})"),
        ):
            older = ", ".join(f"{column} = {column} - {seconds}000" for column in columns)
            yimen.change(f"UPDATE identity_refresh_{table} SET {older} WHERE {rows}")

    idle = token(party, **fresh_code(party)).json()["refresh_token"]
    pass_by(60)
    assert refresh(idle).json()["error"] == "invalid_grant", "not used in time"
    used = token(party, **fresh_code(party)).json()["refresh_token"]
    for _ in range(2):
        pass_by(40)
        answer = refresh(used)
        assert answer.status_code == 200, "each use begins the idle time anew"
        used = answer.json()["refresh_token"]
    pass_by(40)
    assert refresh(used).json()["error"] == "invalid_grant", "but not the life of all"


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


def test_rule_14_expired_tokens(yimen):
    party = RelyingParty(yimen, "rules-fleeting", "openid profile booking")
    party.register("--access-token-seconds", "30")
    access = party.sign_in(CITIZEN)["access_token"]

    def shown() -> dict:
        return post(party, "introspection_endpoint", token=access).json()

    with yimen.client(access) as client:
        assert shown()["active"] and client.get("/api/v1/reservations").status_code == 200
        time.sleep(31)
        assert shown() == {"active": False} and client.get("/api/v1/reservations").status_code == 401
    assert userinfo(party, access) == 401


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
    assert userinfo(portal, kiosk.token()) == 403, "a machine's token is for the API alone"
    assert userinfo(portal, answer["id_token"]) == 401
    with yimen.client(answer["id_token"]) as client:
        assert client.get("/api/v1/reservations").status_code == 401


def test_rule_15_no_registration_makes_them_live_longer(yimen):
    add = ("client", "add", "--id", "rules-lasting", "--redirect-uri", "https://a.example/cb")
    for seconds in ("901", "3600", "86400"):
        done = yimen.run(*add, "--access-token-seconds", seconds)
        assert done.returncode != 0 and "--access-token-seconds" in done.stderr, seconds


def test_rule_15_a_token_is_for_the_resource_that_it_names(yimen):
    archive = "https://archive.example"
    party = RelyingParty(yimen, "rules-audience", "openid profile booking")
    party.register("--audience", archive)
    api = f"{yimen.url}/api/v1"
    for resource, status in ((api, 200), (archive, 401)):
        form = {**fresh_code(party, resource=resource), "resource": resource}
        access = token(party, **form).json()["access_token"]
        named = decoded(access.split(".")[1])["aud"]
        assert resource in (named if isinstance(named, list) else [named])
        with yimen.client(access) as client:
            assert client.get("/api/v1/reservations").status_code == status, resource


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
    for algorithm in ("none", "HS256"):
        add = ("client", "add", "--id", "rules-unsigned", "--redirect-uri", "https://a.example/cb")
        done = yimen.run(*add, "--id-token-algorithm", algorithm)
        assert done.returncode != 0 and "--id-token-algorithm" in done.stderr, algorithm
