"""Two `yimen serve` on one PostgreSQL: whichever a client reaches, nothing is sold or called twice."""

import os
import threading
import uuid
from collections import Counter

import httpx
import pytest
from booking_calls import confirm, free_slots, hold
from kiosk_device import KioskDevice
from relying_party import RelyingParty
from system import ROUND_THE_CLOCK_HALL as HALL
from system import two_servers

ITEM = "estate-transfer-existing"
WINDOWS = [f"{HALL}-estate-{number}" for number in (1, 2)]
PEOPLE = [f"199000000{number:02}" for number in range(1, 17)]

pytestmark = pytest.mark.skipif("YIMEN_TEST_POSTGRES" not in os.environ, reason="YIMEN_TEST_POSTGRES is not set")


@pytest.fixture(scope="module")
def system():
    with two_servers("two") as yimen:
        yield yimen


@pytest.fixture(scope="module")
def citizens(system):
    app = RelyingParty(system, "acceptance-app", "openid profile booking")
    app.register()
    return [app.sign_in(person)["access_token"] for person in PEOPLE]


@pytest.fixture(scope="module")
def officer(system):
    desk = RelyingParty(system, "acceptance-desk", "openid hall.window")
    desk.register()
    return desk.sign_in("officer.jinan")["access_token"]


@pytest.fixture(scope="module")
def machine(system):
    device = KioskDevice(system, HALL)
    device.enrol()
    return device.token()


def client(system, number: int, token: str | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=system.urls[number % 2], headers=headers, timeout=30)


def together(count: int, act) -> list:
    """What `act(number)` gave, all started at the same moment."""
    start = threading.Barrier(count)
    found = [None] * count

    def one(number: int):
        start.wait()
        found[number] = act(number)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_both_never_sell_more_than_there_is(system, citizens):
    with client(system, 0) as anonymous:
        slot = free_slots(anonymous, HALL, ITEM)[-1]

    def one(number: int) -> int:
        with client(system, number, citizens[number % len(citizens)]) as citizen:
            return hold(citizen, HALL, ITEM, slot["start"]).status_code

    found = Counter(together(48, one))
    assert set(found) <= {201, 409, 503}, found
    with client(system, 1) as anonymous:
        left = [s["remaining"] for s in free_slots(anonymous, HALL, ITEM) if s["start"] == slot["start"]] or [0]
    assert found[201] >= 1 and found[201] + left[0] == slot["remaining"], (found, left, slot)


def test_one_key_on_both_is_one_reservation_and_confirming_on_both_is_one_booking(system, citizens):
    with client(system, 0) as anonymous:
        slot = free_slots(anonymous, HALL, ITEM)[-4]
    key = str(uuid.uuid4())

    def one(number: int) -> httpx.Response:
        with client(system, number, citizens[3]) as citizen:
            return hold(citizen, HALL, ITEM, slot["start"], key)

    answers = together(8, one)
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert len({answer.text for answer in answers}) == 1

    def settle(number: int) -> httpx.Response:
        with client(system, number, citizens[3]) as citizen:
            return confirm(citizen, answers[0].json()["id"])

    booked = together(8, settle)
    assert {answer.status_code for answer in booked} == {200}, [answer.text for answer in booked]
    assert len({answer.json()["ticket"] for answer in booked}) == 1


def test_officers_at_both_never_call_the_same_person(system, officer, machine):
    numbers = []
    for number in range(8):
        with client(system, number, machine) as kiosk:
            numbers.append(kiosk.post(f"/api/v1/halls/{HALL}/tickets", json={"item": ITEM}).json()["number"])
    assert len(set(numbers)) == 8
    for number, window in enumerate(WINDOWS):
        with client(system, number, officer) as desk:
            assert desk.post(f"/api/v1/windows/{window}/open").status_code == 200
    called = []
    for _ in range(4):

        def call(number: int) -> httpx.Response:
            with client(system, number, officer) as desk:
                return desk.post(f"/api/v1/windows/{WINDOWS[number // 2]}/call-next")

        # Each window presses at both servers at once.
        answers = together(4, call)
        assert Counter(answer.status_code for answer in answers) == {200: 2, 409: 2}, [a.text for a in answers]
        assert all(a.json()["state"] == "called" for a in answers if a.status_code == 409)
        good = [answer.json() for answer in answers if answer.status_code == 200]
        assert {ticket["window"] for ticket in good} == set(WINDOWS)
        for number, ticket in enumerate(good):
            called.append(ticket["number"])
            with client(system, number, officer) as desk:
                assert desk.post(f"/api/v1/tickets/{ticket['id']}/start").status_code == 200
            with client(system, number + 1, officer) as desk:
                assert desk.post(f"/api/v1/tickets/{ticket['id']}/finish").status_code == 200
    assert sorted(called) == sorted(numbers)
    for number, window in enumerate(WINDOWS):
        with client(system, number + 1, officer) as desk:
            assert desk.post(f"/api/v1/windows/{window}/close").json()["state"] == "closed"
