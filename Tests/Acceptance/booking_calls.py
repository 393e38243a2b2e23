"""Calls of the public API that several tests make."""

import time
import uuid
from datetime import datetime, timedelta, timezone

import httpx
from system import Yimen

PROVINCE = timezone(timedelta(hours=8))


def next_days(count: int = 2) -> list[str]:
    today = datetime.now(PROVINCE).date()
    return [(today + timedelta(days=day)).isoformat() for day in range(count)]


def free_slots(client: httpx.Client, hall: str, item: str, days: int = 2) -> list[dict]:
    """Slots of today and the next days that have places left, the earliest first."""
    found = []
    for date in next_days(days):
        answer = client.get(f"/api/v1/halls/{hall}/slots", params={"item": item, "date": date})
        assert answer.status_code == 200, answer.text
        found += [slot for slot in answer.json()["slots"] if slot["remaining"] > 0]
    return sorted(found, key=lambda slot: datetime.fromisoformat(slot["start"]))


def hold(client: httpx.Client, hall: str, item: str, start: str, key: str | None = None) -> httpx.Response:
    return client.post(
        "/api/v1/reservations",
        json={"hall": hall, "items": [item], "start": start},
        headers={"Idempotency-Key": key or str(uuid.uuid4())},
    )


def confirm(client: httpx.Client, reservation: str, key: str | None = None) -> httpx.Response:
    return client.post(
        f"/api/v1/reservations/{reservation}/confirm", headers={"Idempotency-Key": key or str(uuid.uuid4())}
    )


def hold_first_free(client: httpx.Client, hall: str, item: str) -> dict:
    """Holds the earliest free slot; one that somebody else takes meanwhile is passed over."""
    answers = []
    for slot in free_slots(client, hall, item)[:10]:
        answer = hold(client, hall, item, slot["start"])
        if answer.status_code == 201:
            return answer.json()
        answers.append(answer.text)
    raise AssertionError(f"no slot could be held: {answers}")


def begin_now(yimen: Yimen, reservation: str):
    """The visit is due, whatever other tests have booked before it."""
    move_start(yimen, reservation, str(int(time.time() * 1000)))


def move_start(yimen: Yimen, reservation: str, start: str):
    """Puts a visit to another time behind everybody's back, as only waiting would; `start` is SQL."""
    yimen.change(
        f"UPDATE booking_reservation SET slot_end_at_ms = slot_end_at_ms - slot_start_at_ms + {start},"
        f" slot_start_at_ms = {start} WHERE id = '{reservation}'"
    )
