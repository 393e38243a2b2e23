"""The citizen's way from the start page to the number, in English: nothing is left in Chinese."""

import re

import journey
import pytest
from booking_calls import begin_now
from browsing import Browser
from persons import new_citizen
from system import ROUND_THE_CLOCK_HALL as HALL

ITEM = journey.ITEM

# What a person can read or have read aloud, without what is marked as Chinese, such as the link to the Chinese pages.
READABLE = """
const english = node => !node.closest("[lang]").lang.startsWith("zh");
const said = [document.title];
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = texts.nextNode());) {
  const parent = node.parentElement;
  if (!["SCRIPT", "STYLE", "TEMPLATE"].includes(parent.tagName) && english(parent)) said.push(node.data);
}
for (const element of document.querySelectorAll("[aria-label], [title], [alt], [placeholder]")) {
  if (!english(element)) continue;
  for (const name of ["aria-label", "title", "alt", "placeholder"]) said.push(element.getAttribute(name) ?? "");
}
return said;
"""
CHINESE = re.compile(r"[\u2e80-\u303f\u3040-\u9fff\uf900-\ufaff\uff00-\uffef]")


class Reader:
    """Looks at every page on the way."""

    def __init__(self, browser: Browser):
        self.browser = browser
        self.pages: list[str] = []

    def look(self, name: str):
        assert self.browser.driver.execute_script("return document.documentElement.lang") == "en", name
        said = self.browser.driver.execute_script(READABLE)
        left = [text.strip() for text in said if CHINESE.search(text)]
        assert not left, f"{name} at {self.browser.url}"
        assert sum(len(text.strip()) for text in said) > 40, f"{name} has nothing to read"
        self.pages.append(name)


@pytest.fixture(params=["phone", "desktop"])
def english(request):
    browser = Browser(request.param, language="en-GB")
    yield browser
    browser.picture("end-english")
    browser.quit()


def test_every_page_of_the_way_is_english(yimen, kiosk, english):
    reader, name = Reader(english), new_citizen(yimen, "Test Visitor")
    english.open(f"{yimen.url}/")
    reader.look("start")
    journey.find_item(english, yimen.url, "existing home", ITEM)
    reader.look("item")
    english.open(f"{yimen.url}/items?q=existing+home")
    reader.look("search")
    english.open(f"{yimen.url}/halls/{HALL}")
    reader.look("hall")
    english.open(f"{yimen.url}/items/{ITEM}")
    english.follow(css=f"main a[href$='/book/{ITEM}']")
    english.one(".booking-halls")
    reader.look("halls")
    english.follow(css=f".booking-halls a[href*='{HALL}']")
    english.one("ol.days")
    reader.look("times")
    english.open(f"{yimen.url}/items/{ITEM}")
    journey.choose_time(english, HALL)
    english.one("input[type=password]")
    reader.look("sign-in")
    journey.sign_in(english, name)
    english.one(".countdown, form[data-send-at-once] button")
    reader.look("held")
    journey.confirm(english)
    reader.look("ticket")
    journey.ticket_code(english)
    reservation, ticket = english.url.rsplit("/", 1)[1], journey.scanned(english)
    for path in ("move", "cancel"):
        english.open(f"{yimen.url}/bookings/{reservation}/{path}")
        reader.look(path)
    for path in ("bookings", "account", "account/access", "account/password", "nothing"):
        english.open(f"{yimen.url}/{path}")
        reader.look(path)
    complaints = [fault for fault in english.faults() if "/nothing" not in fault]
    assert not complaints
    begin_now(yimen, reservation)
    walk_through_the_hall(yimen, kiosk, ticket)


def walk_through_the_hall(yimen, kiosk, ticket: str):
    """The same ticket at a machine that was asked for English."""
    machine = Browser("kiosk", language="en-GB")
    reader = Reader(machine)
    try:
        journey.enrol(machine, yimen.url, HALL, kiosk.client_id, kiosk.secret)
        reader.look("kiosk")
        machine.follow(machine.text("kiosk.home.take"))
        machine.see(machine.text("kiosk.take.title"))
        reader.look("kiosk take")
        machine.open(f"{yimen.url}/kiosk/{HALL}/code")
        reader.look("kiosk code")
        journey.check_in_by_scan(machine, ticket)
        reader.look("kiosk number")
    finally:
        machine.picture("end-english-machine")
        machine.quit()


def test_the_link_on_the_page_is_kept_until_the_sign_in_and_beyond(yimen):
    """Somebody whose browser asks for Chinese chooses English once."""
    browser = Browser("desktop")
    reader, name = Reader(browser), new_citizen(yimen, "Test Visitor")
    try:
        browser.open(f"{yimen.url}/items/{ITEM}")
        browser.follow("English")
        browser.until(lambda: browser.url.endswith(f"/items/{ITEM}"), "the same page")
        browser.locale = "en"
        reader.look("item")
        browser.open(f"{yimen.url}/bookings")
        reader.look("sign-in")
        journey.sign_in(browser, name)
        browser.see(browser.text("booking.list.title"))
        reader.look("bookings")
    finally:
        browser.quit()
