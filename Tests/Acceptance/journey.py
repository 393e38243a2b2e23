"""The steps of the citizen, the kiosk, the board and the officer, one function each."""

import subprocess

from browsing import Browser
from processes import ARTIFACTS
from selenium.webdriver.common.keys import Keys
from system import DEMO_PASSWORD

ITEM = "estate-transfer-existing"


def sign_in(browser: Browser, name: str):
    browser.one("input[type=password]")
    browser.fill("form input[type=text], form input[type=tel], form input:not([type])", name)
    browser.fill("input[type=password]", DEMO_PASSWORD, enter=True)
    browser.until(lambda: not browser.has("input[type=password]"), "the end of the sign-in")


def find_item(browser: Browser, site: str, words: str, item: str):
    """From the start page to the page of an item."""
    browser.open(f"{site}/")
    browser.fill("input[name=q]", words, enter=True)
    browser.one(f"a[href*='/items/{item}']")
    browser.picture("search")
    browser.follow(css=f"a[href*='/items/{item}']")
    browser.until(lambda: f"/items/{item}" in browser.url, "the item's page")
    browser.picture("item")


def choose_time(browser: Browser, hall: str) -> str:
    """From the item's page to a held time; returns the time as the button named it. Signs in when asked to."""
    browser.follow(css=f"main a[href$='/book/{ITEM}']")
    browser.one(".booking-halls")
    browser.picture("halls")
    browser.follow(css=f".booking-halls a[href*='{hall}']")
    browser.one("ol.days")
    if not browser.all("button.time"):
        browser.follow(css="ol.days a.day[href]")
    if not browser.all("button.time"):
        browser.until(lambda: browser.driver.find_elements("css selector", "details.part-of-day"), "parts of the day")
        browser.driver.execute_script(
            "document.querySelectorAll('details.part-of-day').forEach(part => part.open = true)"
        )
    browser.picture("times")
    chosen = browser.one("button.time").find_element("css selector", ".at").text
    browser._click_through(lambda: browser.one("button.time"), "a free time")
    browser.until(lambda: browser.has(LANDED) or too_late(browser), "what comes after the choice")
    if not browser.has(LANDED):
        # The slot began between the look at the list and the click; the page says so and offers the next.
        chosen = browser.one("button.time").find_element("css selector", ".at").text
        browser._click_through(lambda: browser.one("button.time"), "the next free time")
    return chosen


# A held time, the page in between, or the sign-in.
LANDED = ".countdown, form[data-send-at-once] button, input[type=password]"


def too_late(browser: Browser) -> bool:
    return browser.text("booking.fault.not-a-slot") in browser.words


def confirm(browser: Browser):
    """From the held time to the ticket; the page in between may send itself."""
    browser.until(lambda: browser.has(".countdown") or browser.has("form[data-send-at-once] button"), "the held time")
    if browser.has("form[data-send-at-once] button") and not browser.has(".countdown"):
        try:
            browser.press(browser.text("booking.resume.go"))
        except AssertionError:
            pass
    browser.one(".countdown")
    browser.picture("held")
    browser.press(browser.text("booking.held.confirm"))
    browser.one("article.ticket")
    browser.one(".ticket .qr svg")
    browser.picture("ticket")


def ticket_code(browser: Browser) -> str:
    code = "".join(browser.words_of(".ticket .code").split())
    assert len(code) == 10 and code.isdigit(), code
    return code


def scanned(browser: Browser) -> str:
    """What a scanner reads from the ticket on the screen."""
    picture = ARTIFACTS / f"qr-{browser.size}-{browser.locale}.png"
    code = browser.one(".ticket .qr")
    # Only what is in sight gets into the picture.
    browser.driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", code)
    assert code.screenshot(str(picture))
    read = subprocess.run(["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, text=True)
    assert read.returncode == 0, f"{picture} holds no code that can be read: {read.stderr}"
    return read.stdout.rstrip("\n")


def check_in_by_scan(browser: Browser, ticket: str) -> str:
    """The scanner is a keyboard that types quickly; from any screen of the kiosk to the number."""
    browser.type(ticket + Keys.ENTER)
    browser.see(browser.text("kiosk.issued.checkedIn"))
    browser.picture("kiosk-scanned")
    return browser.words_of(".queue-number")


def enrol(browser: Browser, site: str, hall: str, client_id: str, secret: str):
    browser.open(f"{site}/kiosk")
    browser.fill("#device", client_id)
    browser.fill("#secret", secret)
    browser.press(browser.text("kiosk.enrol.go"))
    browser.see(browser.text("kiosk.home.booked"))


def check_in_by_code(browser: Browser, code: str) -> str:
    """From the kiosk's start page to the number."""
    browser.follow(browser.text("kiosk.home.booked"))
    browser.see(browser.text("kiosk.code.title"))
    for digit in code:
        browser.press(digit)
    browser.picture("kiosk-code")
    browser.press(browser.text("kiosk.code.go"))
    browser.see(browser.text("kiosk.issued.checkedIn"))
    browser.picture("kiosk-checked-in")
    return browser.words_of(".queue-number")


def walk_in(browser: Browser, words: str, item_words: str) -> str:
    browser.follow(browser.text("kiosk.home.take"))
    browser.see(browser.text("kiosk.take.title"))
    browser.fill("input[type=search]", words, enter=True)
    browser.follow(item_words, css=".tile")
    browser.picture("kiosk-item")
    browser.press(browser.text("kiosk.item.take"))
    browser.see(browser.text("kiosk.issued.title"))
    browser.picture("kiosk-walk-in")
    return browser.words_of(".queue-number")


def take_window(browser: Browser, site: str, window: str, name: str = "officer.jinan"):
    browser.open(f"{site}/window")
    sign_in(browser, name)
    browser.see(browser.text("window.choose.title"))
    browser.picture("window-choose")
    browser.follow(css=f"a[href*='{window}']")
    browser.see(browser.text("window.current"))
    browser.press(browser.text("window.do.open"))
    browser.see(browser.text("window.open"))
