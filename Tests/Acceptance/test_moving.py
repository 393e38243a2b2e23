"""A booking is moved: both times in sight, the new one taken before the old one is given back."""

import journey
import pytest
from booking_calls import confirm, hold_first_free
from browsing import Browser, text
from persons import new_citizen
from system import ROUND_THE_CLOCK_HALL as HALL

ITEM = "estate-transfer-existing"


@pytest.fixture
def citizen(yimen) -> str:
    return new_citizen(yimen)


@pytest.fixture
def booking(yimen, portal, citizen):
    """A booking made by a third party's app."""
    with yimen.client(portal.sign_in(citizen)["access_token"]) as client:
        return confirm(client, hold_first_free(client, HALL, ITEM)["id"]).json()


def move(browser: Browser, yimen, booking, citizen: str):
    browser.open(f"{yimen.url}/bookings/{booking['id']}")
    journey.sign_in(browser, citizen)
    code = journey.ticket_code(browser)
    before = browser.words_of(".ticket .when")
    browser.follow(text("booking.booked.move"))
    browser.see(text("booking.move.title"))
    assert before.split("\n")[1].split("–")[0] in browser.words_of(".when-now")
    browser.one("ol.days")
    browser.picture("move-times")
    browser._click_through(lambda: browser.one("button.time"), "another time")
    browser.one(".exchange")
    browser.picture("move-both")
    browser.press(text("booking.move.go"))
    browser.one("article.ticket")
    browser.see(text("booking.booked.moved"))
    browser.picture("moved")
    assert browser.words_of(".ticket .when") != before
    assert journey.ticket_code(browser) == code


@pytest.mark.parametrize("browser", ["phone", "desktop"], indirect=True)
def test_moves_to_another_time(yimen, browser, booking, citizen):
    move(browser, yimen, booking, citizen)
    assert browser.faults() == []


def test_moves_without_script(yimen, booking, citizen):
    browser = Browser("desktop", script=False)
    try:
        move(browser, yimen, booking, citizen)
    finally:
        browser.quit()


@pytest.mark.parametrize("browser", ["phone"], indirect=True)
def test_a_booking_that_is_over_is_not_moved(yimen, portal, browser, citizen):
    with yimen.client(portal.sign_in(citizen)["access_token"]) as client:
        made = confirm(client, hold_first_free(client, HALL, ITEM)["id"]).json()
        client.post(f"/api/v1/reservations/{made['id']}/cancel", headers={"Idempotency-Key": made["id"]})
    browser.open(f"{yimen.url}/bookings/{made['id']}/move")
    journey.sign_in(browser, citizen)
    browser.see(text("booking.over.cancelled"))
    assert not browser.has("ol.days")
