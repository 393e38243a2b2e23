"""One citizen walks through: search, book, sign in once, ticket, the other department's site, out everywhere; then the
hall: kiosk, board, window. In a real browser, at phone and desktop size, on both databases."""

import re

import journey
import pytest
from booking_calls import begin_now, confirm, hold_first_free
from browsing import Browser, text
from system import ROUND_THE_CLOCK_HALL as HALL

ITEM = "estate-transfer-existing"
WINDOW = f"{HALL}-estate-1"
# Each run books for somebody else, so that no run meets the limits of another.
CITIZENS = {
    ("sqlite", "phone"): "19900000001",
    ("sqlite", "desktop"): "19900000002",
    ("postgres", "phone"): "19900000001",
    ("postgres", "desktop"): "19900000002",
}


@pytest.mark.parametrize("browser", ["phone", "desktop"], indirect=True)
def test_books_visits_another_department_and_leaves_both(yimen, departments, kiosk, browser):
    journey.find_item(browser, yimen.url, "办房本", ITEM)
    journey.choose_time(browser, HALL)
    journey.sign_in(browser, CITIZENS[yimen.backend, browser.size])
    journey.confirm(browser)
    journey.ticket_code(browser)
    assert "济南" in browser.words
    reservation, ticket = browser.url.rsplit("/", 1)[1], journey.scanned(browser)

    browser.open(f"{departments}/social-security/")
    browser.follow("一门账号")
    browser.see("已由一门统一身份认证登录")
    assert browser.url == f"{departments}/social-security/", "no page came between"
    browser.picture("sample-signed-in")
    browser.open(f"{departments}/real-estate/login")
    browser.see("已由一门统一身份认证登录")

    # Out at the one site is out at the other and at Yimen itself.
    browser.open(f"{departments}/social-security/")
    browser.press("退出登录")
    browser.until(lambda: "signed-out" in browser.url, "the way back to the sample site")
    browser.picture("sample-signed-out")
    browser.until(
        lambda: (browser.open(f"{departments}/real-estate/"), "一门账号" in browser.words)[1],
        "the end of the other session",
    )
    browser.open(f"{yimen.url}/bookings")
    browser.one("input[type=password]")

    # The picture of the code is all that the hall needs.
    begin_now(yimen, reservation)
    machine = Browser("kiosk")
    try:
        journey.enrol(machine, yimen.url, HALL, kiosk.client_id, kiosk.secret)
        assert re.fullmatch(r"[A-Z]\d{2,4}", journey.check_in_by_scan(machine, ticket))
    finally:
        machine.quit()


@pytest.mark.parametrize("browser", ["desktop"], indirect=True)
def test_leaving_yimen_leaves_the_departments(yimen, departments, browser):
    browser.open(f"{yimen.url}/bookings")
    journey.sign_in(browser, "19900000003")
    browser.see(text("booking.list.title"))
    browser.open(f"{departments}/social-security/login")
    browser.see("已由一门统一身份认证登录")
    browser.open(f"{yimen.url}/bookings")
    browser.press(text("layout.signOut"))
    browser.until(lambda: yimen.url in browser.url and text("layout.signIn") in browser.words, "Yimen without a person")
    browser.until(
        lambda: (browser.open(f"{departments}/social-security/"), "用一门账号登录" in browser.words)[1],
        "the end of the session there",
    )


@pytest.fixture
def machines(yimen, kiosk):
    """The three screens of the hall."""
    screens = {name: Browser(name if name != "window" else "desktop") for name in ("kiosk", "board", "window")}
    yield screens
    for name, screen in screens.items():
        screen.picture(f"end-{name}")
        screen.quit()


def test_is_called_in_the_hall(yimen, kiosk, machines, portal):
    queue, board, desk = machines["kiosk"], machines["board"], machines["window"]
    journey.enrol(queue, yimen.url, HALL, kiosk.client_id, kiosk.secret)
    queue.picture("kiosk-home")
    board.open(f"{yimen.url}/board/{HALL}")
    board.one("[data-clock]")
    journey.take_window(desk, yimen.url, WINDOW)
    desk.picture("window-open")

    code = booked_code(yimen, portal, "19900000004")
    booked_number = journey.check_in_by_code(queue, code)
    assert re.fullmatch(r"[A-Z]\d{2,4}", booked_number)
    queue.see(text("booking.ahead"))
    queue.press(text("kiosk.issued.done"))

    # The same code a second time is told when and where it was used.
    queue.follow(text("kiosk.home.booked"))
    for digit in code:
        queue.press(digit)
    queue.press(text("kiosk.code.go"))
    queue.see(text("kiosk.fault.already-redeemed"))
    queue.picture("kiosk-second-time")
    queue.press(text("kiosk.home"))

    walk_in_number = journey.walk_in(queue, "过户", "存量房")
    assert walk_in_number != booked_number

    # Somebody of another test may stand in the queue too, so calls go on until both were called.
    called: list[str] = []
    while not {booked_number, walk_in_number} <= set(called):
        assert len(called) < 12, f"{booked_number} and {walk_in_number} were never called, only {called}"
        called.append(call_and_serve(desk, board, called))


def call_and_serve(desk: Browser, board: Browser, called: list[str]) -> str:
    desk.press(text("window.do.call-next"))
    number = desk.until(
        lambda: next((shown.text for shown in desk.all(".current .queue-number") if shown.text not in called), None),
        "the next number",
    )
    board.until(lambda: number in board.words_of("section.now"), f"{number} on the board", 5)
    board.picture("board-call")
    desk.picture("window-called")
    desk.press(text("window.do.start"))
    desk.one("#do-finish")
    desk.press(text("window.do.finish"))
    desk.until(lambda: not desk.has(".current .queue-number"), "an empty desk")
    return number


def booked_code(yimen, portal, citizen: str) -> str:
    """A booking that is due, made by a third party's app over the public API."""
    token = portal.sign_in(citizen)["access_token"]
    with yimen.client(token) as client:
        reservation = hold_first_free(client, HALL, ITEM)
        confirmed = confirm(client, reservation["id"])
        assert confirmed.status_code == 200, confirmed.text
        begin_now(yimen, reservation["id"])
        return confirmed.json()["code"]
