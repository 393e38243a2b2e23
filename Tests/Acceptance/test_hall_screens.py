"""What stands in a hall when something goes wrong: no network, no printer, stray keys, a board whose server is away."""

import json
import re

import journey
import pytest
from booking_calls import confirm, hold_first_free
from browsing import Browser, text
from conftest import backends
from kiosk_device import KioskDevice
from relying_party import RelyingParty
from selenium.webdriver.common.keys import Keys
from system import ROUND_THE_CLOCK_HALL as HALL
from system import Yimen

ITEM = "estate-transfer-existing"
WINDOW = f"{HALL}-estate-2"


@pytest.fixture
def machine(yimen, kiosk):
    screen = Browser("kiosk")
    journey.enrol(screen, yimen.url, HALL, kiosk.client_id, kiosk.secret)
    yield screen
    screen.picture("end-machine")
    screen.quit()


def booked(yimen, portal, citizen: str) -> dict:
    with yimen.client(portal.sign_in(citizen)["access_token"]) as client:
        return confirm(client, hold_first_free(client, HALL, ITEM)["id"]).json()


def test_a_machine_without_network_says_so_and_goes_on(yimen, machine):
    machine.network(False)
    machine.see(text("layout.kiosk.offline"))
    machine.see(text("layout.kiosk.offline.other"))
    machine.picture("kiosk-offline")
    assert f"/kiosk/{HALL}" in machine.url, "it did not leave for the browser's own error page"
    machine.network(True)
    machine.until(lambda: not machine.has(".offline"), "the end of the notice")
    machine.follow(text("kiosk.home.take"))
    machine.see(text("kiosk.take.title"))


def test_a_machine_does_not_leave_for_a_server_that_does_not_answer(yimen, machine):
    # The cable is in, and nothing answers: what a router does whose line is down.
    machine.driver.execute_cdp_cmd("Network.enable", {})
    machine.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*favicon*"]})
    machine.follow(text("kiosk.home.take"))
    machine.see(text("layout.kiosk.offline"))
    assert machine.url.endswith(f"/kiosk/{HALL}")
    machine.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    machine.see(text("kiosk.take.title"))


def test_a_wrong_address_at_a_machine_keeps_its_screen(yimen, machine):
    machine.open(f"{yimen.url}/kiosk/{HALL}/nothing/here")
    machine.see(text("web.error.kiosk.home"))
    assert machine.driver.find_elements("css selector", "html.kiosk")
    machine.picture("kiosk-error")
    machine.press(text("web.error.kiosk.home"))
    machine.see(text("kiosk.home.booked"))


def was_read(machine) -> None:
    """The machine found the booking: checked in, or told to come back because its time is not near yet."""
    words = [text("kiosk.issued.checkedIn"), text("kiosk.fault.too-early")]
    machine.until(lambda: any(word in machine.words_of("body") for word in words), f"one of {words}")


@pytest.mark.parametrize("start", ["", "/code"], ids=["start", "number pad"])
@pytest.mark.parametrize("before", ["", "]Q1", "7"], ids=["plain", "symbology", "stray key"])
def test_a_scan_is_read_whatever_stands_before_it(yimen, portal, machine, start, before):
    # A person's visits do not overlap: one person each.
    person = 9 + ["", "]Q1", "7"].index(before) * 2 + ["", "/code"].index(start)
    ticket = booked(yimen, portal, f"199000000{person:02}")
    machine.open(f"{yimen.url}/kiosk/{HALL}{start}")
    machine.type(before + ticket["ticket"] + Keys.ENTER)
    was_read(machine)


def test_a_scan_is_read_on_the_screen_of_the_person_before(yimen, portal, machine):
    ticket = booked(yimen, portal, "19900000007")
    machine.open(f"{yimen.url}/kiosk/{HALL}/take/{ITEM}")
    # The space within a ticket must not press the button that somebody has reached with the keyboard.
    machine.driver.execute_script("document.querySelector('form button').focus()")
    machine.type("NO TICKET OF OURS, BUT LONG ENOUGH" + Keys.ENTER)
    machine.see(text("kiosk.fault.invalid-ticket"))
    machine.type(ticket["ticket"] + Keys.ENTER)
    was_read(machine)


def test_a_scanned_code_is_read_at_the_start(yimen, portal, machine):
    ticket = booked(yimen, portal, "19900000008")
    machine.type(ticket["code"] + Keys.ENTER)
    was_read(machine)


def test_a_number_is_good_without_paper(yimen, machine):
    number = journey.walk_in(machine, "过户", "存量房")
    machine.driver.execute_script("window.print = () => {}")
    machine.press(text("kiosk.issued.print"))
    machine.see(text("kiosk.issued.printFault"))
    assert number in machine.words_of("[data-print-fault]")
    machine.picture("kiosk-printer-fault")
    machine.driver.execute_script("window.dispatchEvent(new Event('afterprint'))")
    machine.see(text("kiosk.issued.again"))
    assert number in machine.words_of("[data-printed]")


def test_a_machine_goes_back_to_the_start_by_itself(yimen, machine):
    journey.walk_in(machine, "过户", "存量房")
    # A minute in the life of the page passes at once.
    shown = machine.one("[data-return]")
    assert re.search(r"\d+", shown.text)
    target = shown.get_attribute("data-home")
    machine.open(f"{yimen.url}{target}")
    machine.see(text("kiosk.home.booked"))
    machine.driver.back()
    machine.until(lambda: machine.has("main"), "a page")


@pytest.mark.parametrize("backend", backends())
def test_a_board_says_when_it_may_be_old_and_catches_up(backend):
    yimen = Yimen(backend, "board")
    board = None
    try:
        yimen.prepare()
        yimen.start()
        kiosk = KioskDevice(yimen, HALL)
        kiosk.enrol()
        desk = RelyingParty(yimen, "board-desk", "openid hall.window")
        desk.register()
        with yimen.client(kiosk.token()) as machine:
            for number in range(2):
                machine.post(
                    f"/api/v1/halls/{HALL}/tickets", json={"item": ITEM}, headers={"Idempotency-Key": f"board-walk-in-{number}"}
                )
        officer = desk.sign_in("officer.jinan")["access_token"]
        board = Browser("board")
        board.open(f"{yimen.url}/board/{HALL}")
        with yimen.client(officer) as client:
            client.post(f"/api/v1/windows/{WINDOW}/open")
            first = client.post(f"/api/v1/windows/{WINDOW}/call-next").json()
        board.until(lambda: first["number"] in board.words_of("section.now"), "the call", 10)
        said = board.until(lambda: board.one("[data-board]").get_attribute("data-said"), "the announcement", 10)
        assert "幺" in said or "零" in said, said
        assert "please go to window" in said, said

        assert yimen.stop() == 0
        board.see(text("board.lost"), 20)
        board.picture("board-stale")
        assert board.driver.find_elements("css selector", ".board-root.stale")
        yimen.start()
        with yimen.client(officer) as client:
            client.post(f"/api/v1/tickets/{first['id']}/start")
            client.post(f"/api/v1/tickets/{first['id']}/finish")
            second = client.post(f"/api/v1/windows/{WINDOW}/call-next").json()
        board.until(lambda: second["number"] in board.words_of("section.now"), "the call it missed", 60)
        board.until(lambda: not board.has("[data-link-lost]"), "a board that is current again", 30)
        assert "测" not in board.words
    finally:
        if board:
            board.quit()
        if yimen.program and yimen.program.process.poll() is None:
            yimen.stop()
        yimen.remove()


def test_a_board_of_no_hall_leads_to_the_halls(yimen):
    board = Browser("board")
    try:
        board.open(f"{yimen.url}/board/nowhere")
        board.see(text("web.error.board.wrong"))
        assert not board.driver.find_elements("css selector", "meta[http-equiv=refresh]")
        board.follow(text("web.error.board.choose"))
        board.see(text("board.choose.title"))
    finally:
        board.quit()


@pytest.fixture
def free_window(yimen, desk):
    """The window as nobody has left it."""
    free(yimen, desk)
    yield WINDOW
    free(yimen, desk)


def free(yimen, desk):
    """Closes the window, whatever a test before it has left there."""
    with yimen.client(desk.sign_in("officer.jinan")["access_token"]) as client:
        client.post(f"/api/v1/windows/{WINDOW}/close", json={"takeBack": True})


def test_an_officer_works_by_single_keys(yimen, kiosk, free_window):
    with yimen.client(kiosk.token()) as machine:
        for number in range(2):
            answer = machine.post(
                f"/api/v1/halls/{HALL}/tickets", json={"item": ITEM}, headers={"Idempotency-Key": f"keys-walk-in-{number}"}
            )
            assert answer.status_code == 201, json.dumps(answer.json())
    desk = Browser("desktop")
    try:
        journey.take_window(desk, yimen.url, WINDOW)
        desk.type("n")
        number = desk.words_of(".current .queue-number")
        desk.one("#do-start")
        desk.type("s")
        desk.one("#do-finish")
        desk.type("p")
        desk.until(lambda: number in [shown.text for shown in desk.all(".aside .ticket-number")], "a number set aside")
        desk.picture("desk-aside")
        row = next(row for row in desk.all(".aside li") if row.find_element("css selector", ".ticket-number").text == number)
        desk.type(row.find_element("css selector", "[data-key]").get_attribute("data-key"))
        desk.until(lambda: number not in [shown.text for shown in desk.all(".aside .ticket-number")], "it is back")
        desk.type("n")
        desk.one("#do-start")
        desk.type("s")
        desk.one("#do-transfer")
        desk.type("t")
        desk.one(".targets button")
        desk.picture("desk-transfer")
        desk.type(Keys.ENTER)
        desk.one("#do-call-next")
        desk.type("q")
        desk.one("#do-open")
        assert desk.faults() == []
    finally:
        desk.picture("end-desk")
        desk.quit()


def test_a_manager_closes_a_window_that_was_left(yimen, free_window):
    officer, manager = Browser("desktop"), Browser("desktop")
    try:
        journey.take_window(officer, yimen.url, free_window)
        manager.open(f"{yimen.url}/window")
        journey.sign_in(manager, "manager.jinan")
        manager.see(text("window.choose.title"))
        manager.picture("window-manager")
        manager.follow(css=f"a[href='/window/{free_window}']")
        manager.see(text("window.keeper.title"))
        manager.picture("window-left")
        manager.press(text("window.do.closeFor"))
        manager.see(text("window.closed"))
    finally:
        officer.quit()
        manager.quit()
