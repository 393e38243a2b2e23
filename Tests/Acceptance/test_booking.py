"""Booking over the public API: a slot held, confirmed, redeemed, called; twice the same; too many at once."""

import threading
import uuid

import pytest
from booking_calls import begin_now, confirm, free_slots, hold, hold_first_free
from system import ROUND_THE_CLOCK_HALL as HALL

ITEM = "estate-transfer-existing"
WINDOW = f"{HALL}-estate-2"


@pytest.fixture(scope="module")
def citizen(yimen, portal):
    with yimen.client(portal.sign_in("19900000005")["access_token"]) as client:
        yield client


@pytest.fixture(scope="module")
def machine(yimen, kiosk):
    with yimen.client(kiosk.token()) as client:
        yield client


@pytest.fixture(scope="module")
def officer(yimen, desk):
    with yimen.client(desk.sign_in("officer.jinan")["access_token"]) as client:
        yield client


def test_a_slot_has_one_place_less_while_it_is_held(anonymous, citizen):
    slot = free_slots(anonymous, HALL, ITEM)[-1]
    answer = hold(citizen, HALL, ITEM, slot["start"])
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "held" and answer.json()["expiresAt"]
    assert answer.headers["cache-control"] == "no-store"
    after = [found["remaining"] for found in free_slots(anonymous, HALL, ITEM) if found["start"] == slot["start"]]
    assert after in ([slot["remaining"] - 1], []), (slot, after)
    release = citizen.post(
        f"/api/v1/reservations/{answer.json()['id']}/cancel", headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert release.status_code == 200 and release.json()["state"] in ("released", "cancelled")


def test_a_repeated_request_gets_the_first_answer(anonymous, citizen):
    slot = free_slots(anonymous, HALL, ITEM)[-1]
    key = str(uuid.uuid4())
    first = hold(citizen, HALL, ITEM, slot["start"], key)
    again = hold(citizen, HALL, ITEM, slot["start"], key)
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    other = hold(citizen, HALL, ITEM, free_slots(anonymous, HALL, ITEM)[-2]["start"], key)
    assert other.status_code == 422 and other.json()["type"].endswith(":idempotency-mismatch")
    citizen.post(f"/api/v1/reservations/{first.json()['id']}/cancel", headers={"Idempotency-Key": str(uuid.uuid4())})


def test_nobody_sees_another_person_s_booking(citizen, yimen, portal):
    mine = hold_first_free(citizen, HALL, ITEM)
    with yimen.client(portal.sign_in("19900000006")["access_token"]) as stranger:
        assert stranger.get(f"/api/v1/reservations/{mine['id']}").status_code == 404
        assert confirm(stranger, mine["id"]).status_code == 404
        assert mine["id"] not in stranger.get("/api/v1/reservations").text
    citizen.post(f"/api/v1/reservations/{mine['id']}/cancel", headers={"Idempotency-Key": str(uuid.uuid4())})


def test_from_booking_to_the_window(yimen, anonymous, citizen, machine, officer):
    held = hold_first_free(citizen, HALL, ITEM)
    booked = confirm(citizen, held["id"]).json()
    assert booked["state"] == "booked" and len(booked["ticket"]) == 158 and len(booked["code"]) == 10
    assert citizen.get(f"/api/v1/reservations/{held['id']}/ticket.svg").text.lstrip().startswith("<svg")
    assert "BEGIN:VCALENDAR" in citizen.get(f"/api/v1/reservations/{held['id']}/calendar.ics").text

    begin_now(yimen, held["id"])
    ticket = machine.post(
        f"/api/v1/halls/{HALL}/check-ins",
        json={"ticket": booked["ticket"]},
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    assert ticket.status_code == 201, ticket.text
    number = ticket.json()["number"]
    second = machine.post(
        f"/api/v1/halls/{HALL}/check-ins", json={"code": booked["code"]}, headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert second.status_code == 409 and second.json()["type"].endswith(":already-redeemed")

    assert officer.post(f"/api/v1/windows/{WINDOW}/open").status_code == 200
    called = call_until(officer, number)
    board = anonymous.get(f"/api/v1/halls/{HALL}/board").json()
    assert number in [call["number"] for call in board["calls"]]
    early = officer.post(f"/api/v1/tickets/{called['id']}/finish")
    assert early.status_code == 409 and early.json()["type"].endswith(":out-of-order")
    assert officer.post(f"/api/v1/tickets/{called['id']}/start").json()["state"] == "serving"
    assert officer.post(f"/api/v1/tickets/{called['id']}/finish").json()["state"] == "done"
    assert citizen.get(f"/api/v1/reservations/{held['id']}").json()["state"] == "done"
    assert officer.post(f"/api/v1/windows/{WINDOW}/close").status_code == 200


def call_until(officer, number: str) -> dict:
    """Calls and finishes until the number comes: other tests may have left people waiting."""
    for _ in range(20):
        answer = officer.post(f"/api/v1/windows/{WINDOW}/call-next")
        assert answer.status_code == 200, answer.text
        called = answer.json()
        if called["number"] == number:
            return called
        officer.post(f"/api/v1/tickets/{called['id']}/start")
        officer.post(f"/api/v1/tickets/{called['id']}/finish")
    raise AssertionError(f"{number} was never called")


def test_a_walk_in_needs_no_account(machine):
    answer = machine.post(
        f"/api/v1/halls/{HALL}/tickets", json={"item": ITEM}, headers={"Idempotency-Key": str(uuid.uuid4())}
    )
    assert answer.status_code == 201
    ticket = answer.json()
    assert (
        ticket["number"]
        and ticket["ahead"] >= 0
        and ticket["wait"]["low"] <= ticket["wait"]["median"] <= ticket["wait"]["high"]
    )


def test_a_slot_is_never_sold_twice(yimen, anonymous, portal):
    slot = free_slots(anonymous, HALL, ITEM)[-3]
    tokens = [portal.sign_in(f"199000000{number:02}")["access_token"] for number in range(7, 17)]
    answers = []
    lock = threading.Lock()

    def try_hold(token):
        with yimen.client(token) as client:
            for _ in range(3):
                answer = hold(client, HALL, ITEM, slot["start"])
                with lock:
                    answers.append(answer)

    threads = [threading.Thread(target=try_hold, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409, 503}
    sold = sum(answer.status_code == 201 for answer in answers)
    left = [found["remaining"] for found in free_slots(anonymous, HALL, ITEM) if found["start"] == slot["start"]] or [0]
    assert sold + left[0] == slot["remaining"], (sold, left, slot)
