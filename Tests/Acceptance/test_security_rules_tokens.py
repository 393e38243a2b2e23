"""Security rules 5, 10, 12 to 15, 26 and 27: codes, tokens and the keys that sign them.

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
from system import CITIZEN


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
