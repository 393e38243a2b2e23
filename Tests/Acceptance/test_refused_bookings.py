"""A hold that ran out, a code that is not good here and now, a key that was used for something else: the API and the
pages say which it is, in both languages, and nothing changes."""

import uuid

import pytest
from booking_calls import begin_now, confirm, free_slots, hold, hold_first_free, move_start
from browsing import text
from kiosk_device import KioskDevice
from persons import new_citizen
from processes import wait_until
from system import DEMO_PASSWORD
from system import ROUND_THE_CLOCK_HALL as HALL
from web_visitor import WebVisitor, forms

ITEM = "social-card-application"
OTHER_HALL = "jinan"
DAY = 24 * 60 * 60 * 1000
LANGUAGES = {"zh-CN": "zh-Hans", "en": "en"}


class Citizen:
    """Somebody of the test's own, with a token and with a browser."""

    def __init__(self, yimen, portal):
        self.yimen = yimen
        self.name = new_citizen(yimen)
        self.api = yimen.client(portal.sign_in(self.name)["access_token"])

    def booked(self) -> dict:
        booked = confirm(self.api, hold_first_free(self.api, HALL, ITEM)["id"])
        assert booked.status_code == 200, booked.text
        return booked.json()

    def state(self, reservation: dict) -> str:
        return self.api.get(f"/api/v1/reservations/{reservation['id']}").json()["state"]

    def cancel(self, reservation: dict):
        key = {"Idempotency-Key": str(uuid.uuid4())}
        done = self.api.post(f"/api/v1/reservations/{reservation['id']}/cancel", headers=key)
        assert done.status_code == 200, done.text


@pytest.fixture
def citizen(yimen, portal):
    citizen = Citizen(yimen, portal)
    with citizen.api:
        yield citizen


@pytest.fixture(scope="module")
def elsewhere(yimen) -> KioskDevice:
    """The queue machine of another hall."""
    device = KioskDevice(yimen, OTHER_HALL)
    device.enrol()
    return device


def key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def problem(answer, status: int, name: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    found = answer.json()
    assert found["type"] == f"urn:yimen:problem:{name}" and found["status"] == status
    return found


def shows(answer, status: int, words: str):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert words in answer.text


def run_out(yimen, reservation: dict):
    """Time passes; whether the sweep has seen it yet makes no difference to anybody."""
    yimen.change(
        f"UPDATE booking_reservation SET hold_expires_at_ms = 1 WHERE id = '{reservation['id']}' AND state = 'held'"
    )


def test_a_hold_that_ran_out_is_not_confirmed(yimen, citizen):
    held = hold_first_free(citizen.api, HALL, ITEM)
    run_out(yimen, held)
    for _ in range(2):
        problem(confirm(citizen.api, held["id"]), 409, "hold-expired")
    assert citizen.state(held) != "booked"
    assert "ticket" not in citizen.api.get(f"/api/v1/reservations/{held['id']}").json()
    # The same time can soon be had again.
    wait_until(lambda: hold(citizen.api, HALL, ITEM, held["start"]).status_code == 201, "the place that was freed")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_hold_that_ran_out_says_so(yimen, citizen, language):
    held = hold_first_free(citizen.api, HALL, ITEM)
    visitor = WebVisitor(language=language)
    page = visitor.sign_in(visitor.open(f"{yimen.url}/bookings/{held['id']}"), citizen.name, DEMO_PASSWORD)
    form = next(form for form in forms(page.text) if form.action.endswith("/confirm"))
    run_out(yimen, held)
    refused = visitor.submit(page, form)
    shows(refused, 409, text("booking.fault.hold-expired", LANGUAGES[language]))
    assert 'class="ticket' not in refused.text
    assert citizen.state(held) != "booked"


class Screen:
    """The pages of a queue machine without a browser."""

    def __init__(self, device: KioskDevice, language: str):
        self.url = f"{device.yimen.url}/kiosk/{device.hall}"
        self.locale = LANGUAGES[language]
        self.visitor = WebVisitor(language=language)
        page = self.visitor.open(f"{device.yimen.url}/kiosk")
        form = next(form for form in forms(page.text) if "password" in form.kinds.values())
        names = {form.named("text"): device.client_id, form.named("password"): device.secret}
        assert self.visitor.submit(page, form, **names).status_code == 200

    def type(self, code: str):
        page = self.visitor.open(f"{self.url}/code")
        form = next(form for form in forms(page.text) if "code" in form.fields)
        return self.visitor.submit(page, form, code=code)


def refused_at(device: KioskDevice, citizen: Citizen, booked: dict, name: str, *meanwhile: str) -> dict:
    """By code and by ticket, over the API and on the screen in both languages; the booking stays what it was, or
    becomes what time alone makes of it."""
    before = citizen.state(booked)
    check_ins = f"/api/v1/halls/{device.hall}/check-ins"
    with device.yimen.client(device.token()) as machine:
        for proof in ({"code": booked["code"]}, {"ticket": booked["ticket"]}):
            found = problem(machine.post(check_ins, json=proof, headers=key()), 409, name)
    for language in LANGUAGES:
        screen = Screen(device, language)
        shows(screen.type(booked["code"]), 409, text(f"kiosk.fault.{name}", screen.locale))
    assert citizen.state(booked) in (before, *meanwhile)
    return found


def test_a_code_of_another_hall_is_told_where_it_belongs(citizen, elsewhere):
    found = refused_at(elsewhere, citizen, citizen.booked(), "wrong-hall")
    assert found["hall"] == HALL


def test_a_code_for_another_day_comes_too_early(yimen, citizen, kiosk):
    slot = free_slots(citizen.api, HALL, ITEM)[-1]
    booked = confirm(citizen.api, hold(citizen.api, HALL, ITEM, slot["start"]).json()["id"]).json()
    shift(yimen, booked, days=1)
    assert refused_at(kiosk, citizen, booked, "too-early")["opensAt"]


def test_a_code_of_yesterday_comes_too_late(yimen, citizen, kiosk):
    booked = citizen.booked()
    shift(yimen, booked, days=-2)
    refused_at(kiosk, citizen, booked, "too-late", "noShow")


def shift(yimen, reservation: dict, days: int):
    """The same time of another day."""
    move_start(yimen, reservation["id"], f"slot_start_at_ms + {days * DAY}")


def test_a_code_of_a_cancelled_booking_opens_nothing(citizen, kiosk):
    booked = citizen.booked()
    citizen.cancel(booked)
    assert refused_at(kiosk, citizen, booked, "out-of-order")["state"] == "cancelled"


def test_a_code_is_used_once(yimen, citizen, kiosk):
    booked = citizen.booked()
    begin_now(yimen, booked["id"])
    with kiosk.yimen.client(kiosk.token()) as machine:
        first = machine.post(f"/api/v1/halls/{HALL}/check-ins", json={"code": booked["code"]}, headers=key())
    assert first.status_code == 201, first.text
    found = refused_at(kiosk, citizen, booked, "already-redeemed")
    assert found["number"] == first.json()["number"] and found["hall"] == HALL and found["redeemedAt"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_that_nobody_was_given_is_not_found(kiosk, language):
    screen = Screen(kiosk, language)
    shows(screen.type("0000000006"), 422, text("kiosk.fault.invalid-ticket", screen.locale))
    # A wrong check digit is a slip of the finger: what was typed stays to be mended.
    slip = screen.type("0000000001")
    shows(slip, 422, text("kiosk.code.mistyped", screen.locale))
    assert next(form for form in forms(slip.text) if "code" in form.fields).fields["code"].replace(" ", "") == "0000000001"
    shows(screen.type("12"), 422, text("kiosk.code.bad", screen.locale))


def test_a_key_used_for_another_request_is_refused(yimen, citizen, kiosk):
    """Hold, move, check-in and walk-in: the same key with another body is a mistake of the caller, told as such."""
    slots = free_slots(citizen.api, HALL, ITEM)[-9::2]
    used = key()

    def same(client, path: str, body: dict, other: dict, status: int) -> dict:
        first = client.post(path, json=body, headers=used)
        assert first.status_code == status, first.text
        problem(client.post(path, json=other, headers=used), 422, "idempotency-mismatch")
        again = client.post(path, json=body, headers=used)
        assert again.status_code == status and again.json()["id"] == first.json()["id"]
        return first.json()

    wish = {"hall": HALL, "items": [ITEM], "start": slots[0]["start"]}
    held = same(citizen.api, "/api/v1/reservations", wish, {**wish, "start": slots[1]["start"]}, 201)
    confirm(citizen.api, held["id"])
    move = f"/api/v1/reservations/{held['id']}/move"
    moved = same(citizen.api, move, {"start": slots[2]["start"]}, {"start": slots[3]["start"]}, 200)
    assert moved["start"] == slots[2]["start"]
    citizen.cancel(held)

    booked = citizen.booked()
    begin_now(yimen, booked["id"])
    with yimen.client(kiosk.token()) as machine:
        check_ins = f"/api/v1/halls/{HALL}/check-ins"
        same(machine, check_ins, {"code": booked["code"]}, {"ticket": booked["ticket"]}, 201)
        tickets = f"/api/v1/halls/{HALL}/tickets"
        same(machine, tickets, {"item": ITEM}, {"item": ITEM, "class": "elder"}, 201)
