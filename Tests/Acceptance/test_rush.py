"""The moment a day opens: two hundred clients on each of three channels want the same slot."""

import asyncio
import uuid
from collections import Counter

import httpx
import pytest
from booking_calls import free_slots
from relying_party import RelyingParty
from system import ROUND_THE_CLOCK_HALL as HALL

ITEM = "social-card-application"
CLIENTS_PER_CHANNEL = 200


@pytest.fixture(scope="module")
def channels(yimen, portal):
    """Tokens of sixteen citizens, each by three channels."""
    parties = [portal]
    for channel in ("mobile", "hall"):
        party = RelyingParty(yimen, f"acceptance-{channel}", "openid booking")
        party.register("--channel", channel)
        parties.append(party)
    people = [f"199000000{number:02}" for number in range(1, 17)]
    return [[party.sign_in(person)["access_token"] for person in people] for party in parties]


def test_never_sells_more_than_there_is(yimen, anonymous, channels):
    slot = free_slots(anonymous, HALL, ITEM)[-1]

    async def one(client: httpx.AsyncClient, token: str) -> int:
        answer = await client.post(
            "/api/v1/reservations",
            json={"hall": HALL, "items": [ITEM], "start": slot["start"]},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())},
        )
        return answer.status_code

    async def rush() -> list[int]:
        limits = httpx.Limits(max_connections=3 * CLIENTS_PER_CHANNEL)
        async with httpx.AsyncClient(base_url=yimen.url, timeout=60, limits=limits) as client:
            return await asyncio.gather(
                *(one(client, tokens[n % len(tokens)]) for n in range(CLIENTS_PER_CHANNEL) for tokens in channels)
            )

    found = Counter(asyncio.run(rush()))
    assert set(found) <= {201, 409, 503}, found
    left = [later["remaining"] for later in free_slots(anonymous, HALL, ITEM) if later["start"] == slot["start"]] or [0]
    assert found[201] >= 1 and found[201] + left[0] == slot["remaining"], (found, left, slot)
