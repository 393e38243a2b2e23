"""`make screenshots`: the pictures of docs/pictures, from a demo of its own that is thrown away afterwards."""

import shutil
import sys

import journey
from booking_calls import confirm, hold_first_free
from browsing import Browser
from kiosk_device import KioskDevice
from processes import ARTIFACTS, ROOT
from relying_party import RelyingParty
from system import ROUND_THE_CLOCK_HALL as HALL
from system import Yimen

ITEM = "estate-transfer-existing"
WINDOW = f"{HALL}-estate-1"
PICTURES = ROOT / "docs" / "pictures"
# name of the picture taken on the way -> name in docs/pictures
KEPT = {
    "home-phone": "home-phone",
    "home-desktop": "home",
    "search-phone": "search-phone",
    "times-phone": "times-phone",
    "times-desktop": "times",
    "ticket-phone": "ticket-phone",
    "kiosk-home-kiosk": "kiosk",
    "kiosk-checked-in-kiosk": "kiosk-number",
    "board-call-board": "board",
    "window-called-desktop": "window",
}


def citizen(yimen: Yimen, size: str, name: str):
    browser = Browser(size)
    try:
        browser.open(yimen.url)
        browser.one("input[name=q]")
        browser.picture("home")
        journey.find_item(browser, yimen.url, "办房本", ITEM)
        journey.choose_time(browser, HALL)
        journey.sign_in(browser, name)
        journey.confirm(browser)
    finally:
        browser.quit()


def hall(yimen: Yimen):
    kiosk = KioskDevice(yimen, HALL)
    kiosk.enrol()
    app = RelyingParty(yimen, "pictures", "openid booking")
    app.register()
    machine, board, desk = Browser("kiosk"), Browser("board"), Browser("desktop")
    try:
        journey.enrol(machine, yimen.url, HALL, kiosk.client_id, kiosk.secret)
        machine.picture("kiosk-home")
        for person in ("19900000003", "19900000004"):
            with yimen.client(app.sign_in(person)["access_token"]) as client:
                code = confirm(client, hold_first_free(client, HALL, ITEM)["id"]).json()["code"]
            journey.check_in_by_code(machine, code)
            machine.press("完成")
        board.open(f"{yimen.url}/board/{HALL}")
        journey.take_window(desk, yimen.url, WINDOW)
        desk.press("叫下一位")
        number = desk.words_of(".current .queue-number")
        board.until(lambda: number in board.words_of("section.now"), f"{number} on the board")
        board.picture("board-call")
        desk.picture("window-called")
    finally:
        for browser in (machine, board, desk):
            browser.quit()


def main() -> int:
    yimen = Yimen("sqlite", "pictures")
    try:
        yimen.prepare()
        yimen.start()
        citizen(yimen, "phone", "19900000001")
        citizen(yimen, "desktop", "19900000002")
        hall(yimen)
    finally:
        if yimen.program:
            yimen.stop()
        yimen.remove()
    PICTURES.mkdir(parents=True, exist_ok=True)
    for source, name in KEPT.items():
        shutil.copyfile(ARTIFACTS / f"{source}.png", PICTURES / f"{name}.png")
    print(f"{len(KEPT)} pictures in {PICTURES.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
