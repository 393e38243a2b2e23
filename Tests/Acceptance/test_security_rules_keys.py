"""Security rule 27: the keys that sign, from the day before they do until the last token is dead.

See test_security_rules.py for the other rules and their sources. On a server that runs on: test_keys_and_audit.py; step
by step: Tests/IdentityTests/Keys/KeyRotationTests.swift.
"""

import base64
import re

import httpx
import pytest
from conftest import backends
from joserfc.errors import JoseError
from oauth_requests import decoded, token, userinfo
from processes import wait_until
from relying_party import RelyingParty
from system import CITIZEN, Yimen

DAY = 24 * 60 * 60


@pytest.fixture(scope="module", params=backends())
def house(request):
    """A system whose keys the test makes older; a started server takes the steps that are due."""
    house = Yimen(request.param, "rules-keys")
    with house.served():
        yield house


@pytest.fixture(scope="module")
def parties(house) -> dict[str, RelyingParty]:
    """One for each algorithm."""
    found = {}
    for algorithm in ("ES256", "RS256"):
        found[algorithm] = RelyingParty(house, f"rules-keys-{algorithm.lower()}", "openid profile")
        found[algorithm].register("--id-token-algorithm", algorithm)
    return found


def published(house: Yimen) -> dict[str, dict]:
    """The key set by `kid`, with what holds for every key in it."""
    answer = httpx.get(house.discovery()["jwks_uri"])
    age = re.search(r"max-age=(\d+)", answer.headers["cache-control"])
    assert age and int(age[1]) < DAY, "nobody keeps an old set until the new key signs"
    keys = answer.json()["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & key.keys() and key["use"] == "sig"
        if key["kty"] == "RSA":
            assert len(base64.urlsafe_b64decode(key["n"] + "==")) >= 256 and key["alg"] == "RS256"
        else:
            assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
    return {key["kid"]: key for key in keys}


def kid(jwt: str) -> str:
    return decoded(jwt.split(".")[0])["kid"]


def later(house: Yimen, seconds: int):
    """As if the server had been down for so long, as far as its keys know."""
    assert house.stop() == 0
    columns = ("created_at_ms", "activated_at_ms", "retired_at_ms")
    older = ", ".join(f"{column} = {column} - {seconds}000" for column in columns)
    house.change(f"UPDATE identity_signing_key SET {older}")
    house.start()


def verifies(party: RelyingParty, id_token: str) -> bool:
    try:
        party.verify(id_token)
        return True
    except (JoseError, ValueError):
        return False


def test_rule_27_a_key_is_seen_before_it_signs_and_until_its_tokens_are_dead(house, parties):
    first = published(house)
    assert {key["alg"] for key in first.values()} == set(parties)
    old = {algorithm: party.sign_in(CITIZEN) for algorithm, party in parties.items()}
    for algorithm, answer in old.items():
        assert first[kid(answer["id_token"])]["alg"] == algorithm
        assert kid(answer["access_token"]) in first

    told = house.succeed("keys", "rotate", "--signing")
    fresh = set(re.findall(r"^signing\t(\S+)\tnext\t", told, re.MULTILINE))
    assert len(fresh) == 2 and not fresh & first.keys()
    wait_until(lambda: fresh <= published(house).keys(), "the next keys in the key set", 90)
    for seconds in (0, DAY - 3600):
        if seconds:
            later(house, seconds)
        for party in parties.values():
            answer = party.sign_in(CITIZEN)
            used = {kid(answer["id_token"]), kid(answer["access_token"])}
            assert used <= first.keys(), "not everybody has seen the next"
        assert published(house).keys() == first.keys() | fresh

    # The last tokens under the old keys; none lives longer than an hour.
    old = {algorithm: party.sign_in(CITIZEN) for algorithm, party in parties.items()}
    later(house, 3600)
    for algorithm, party in parties.items():
        answer = party.sign_in(CITIZEN)
        assert kid(answer["id_token"]) in fresh and kid(answer["access_token"]) in fresh, algorithm
        for value in (answer, old[algorithm]):
            assert verifies(party, value["id_token"]) and userinfo(party, value["access_token"]) == 200
    assert published(house).keys() == first.keys() | fresh

    # Two days later their key is gone; it alone has grown older here, the tokens have not.
    later(house, 2 * DAY)
    assert published(house).keys() == fresh
    for algorithm, party in parties.items():
        answer = old[algorithm]
        assert not verifies(party, answer["id_token"]) and userinfo(party, answer["access_token"]) == 401
        hint = {"id_token_hint": answer["id_token"]}
        assert httpx.get(party.metadata["end_session_endpoint"], params=hint).status_code == 400
        refreshed = token(party, grant_type="refresh_token", refresh_token=answer["refresh_token"])
        assert refreshed.status_code == 200 and kid(refreshed.json()["access_token"]) in fresh, "nobody signs in anew"
