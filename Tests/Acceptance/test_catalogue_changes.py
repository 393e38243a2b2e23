"""A change of the catalogue reaches people within a second, without a restart and whoever made it."""

import time

import httpx
import pytest
from booking_calls import confirm, free_slots, hold
from persons import new_citizen
from processes import wait_until
from system import DEMO_PASSWORD
from system import ROUND_THE_CLOCK_HALL as HALL
from system import seeded
from web_visitor import WebVisitor

ITEM = "social-card-application"
NEW_ITEM = "琉璃瓦登记"
NEW_HALL = "Glazed Tile Hall"


@pytest.fixture
def reader(yimen):
    """Somebody who reads in English; whatever was changed is as it was afterwards."""
    with yimen.client() as client:
        client.headers["Accept-Language"] = "en"
        yield client
    yimen.succeed("seed", "catalogue")


def found(reader: httpx.Client, words: str) -> list[str]:
    return [item["id"] for item in reader.get("/api/v1/items", params={"q": words}).json()["items"]]


def within_a_second(looks_right):
    """A look that begins a second after the change, or later, sees it."""
    changed = time.monotonic()
    while True:
        begun = time.monotonic()
        if looks_right():
            return
        assert begun - changed < 1, "a second later it was not there yet"


def test_a_hand_at_the_database_is_noticed(yimen, reader):
    """What another process does that shares nothing but the tables."""
    assert ITEM not in found(reader, NEW_ITEM)
    yimen.change(f"UPDATE catalogue_item SET name_zh = '{NEW_ITEM}' WHERE id = '{ITEM}'")
    yimen.change(f"UPDATE catalogue_hall SET name_en = '{NEW_HALL}' WHERE id = '{HALL}'")
    yimen.change("UPDATE catalogue_revision SET revision = revision + 1 WHERE id = 'catalogue'")
    within_a_second(lambda: ITEM in found(reader, NEW_ITEM))
    # One change is seen as a whole: whoever sees the item sees the hall, on pages too.
    assert reader.get(f"/api/v1/halls/{HALL}").json()["name"]["en"] == NEW_HALL
    assert NEW_HALL in reader.get(f"/halls/{HALL}").text
    assert NEW_ITEM in reader.get("/items", params={"q": NEW_ITEM}, headers={"Accept-Language": "zh-CN"}).text


def test_the_seed_command_changes_a_running_server(yimen, reader):
    """The catalogue's files are loaded again while people search."""
    name = next(item["name"]["zh"] for item in seeded("items.json")["items"] if item["id"] == ITEM)
    yimen.change(f"UPDATE catalogue_item SET name_zh = '{NEW_ITEM}' WHERE id = '{ITEM}'")
    yimen.change("UPDATE catalogue_revision SET revision = revision + 1 WHERE id = 'catalogue'")
    within_a_second(lambda: reader.get(f"/api/v1/items/{ITEM}").json()["name"]["zh"] == NEW_ITEM)
    yimen.succeed("seed", "catalogue")
    within_a_second(lambda: reader.get(f"/api/v1/items/{ITEM}").json()["name"]["zh"] == name)
    assert ITEM in found(reader, name) and ITEM not in found(reader, NEW_ITEM)


def test_an_answer_kept_by_a_client_is_not_used_after_a_change(yimen, reader):
    before = reader.get(f"/api/v1/items/{ITEM}")
    kept = {"If-None-Match": before.headers["etag"]}
    assert reader.get(f"/api/v1/items/{ITEM}", headers=kept).status_code == 304
    yimen.change(f"UPDATE catalogue_item SET name_zh = '{NEW_ITEM}' WHERE id = '{ITEM}'")
    yimen.change("UPDATE catalogue_revision SET revision = revision + 1 WHERE id = 'catalogue'")
    within_a_second(lambda: reader.get(f"/api/v1/items/{ITEM}", headers=kept).status_code == 200)


def test_a_day_that_is_closed_takes_no_more_bookings_and_tells_those_it_has(yimen, portal, reader):
    hall = "jinan"
    name = new_citizen(yimen)
    with yimen.client(portal.sign_in(name)["access_token"]) as citizen:
        start = free_slots(citizen, hall, ITEM, days=8)[-1]["start"]
        booked = confirm(citizen, hold(citizen, hall, ITEM, start).json()["id"]).json()
        date = start[:10]
        yimen.change(f"DELETE FROM catalogue_calendar_day WHERE date = '{date}'")
        yimen.change(
            "INSERT INTO catalogue_calendar_day (date, year, kind, acts_as_weekday, name_zh, name_en)"
            f" VALUES ('{date}', {date[:4]}, 'off', NULL, '停电', 'Power cut')"
        )
        yimen.change("UPDATE catalogue_revision SET revision = revision + 1 WHERE id = 'catalogue'")
        slots = {"item": ITEM, "date": date}
        wait_until(
            lambda: not reader.get(f"/api/v1/halls/{hall}/slots", params=slots).json()["slots"],
            "the times of the day are gone",
            seconds=10,
        )
        assert hold(citizen, hall, ITEM, start).status_code == 422
        assert citizen.get(f"/api/v1/reservations/{booked['id']}").json()["state"] == "booked"
    visitor = WebVisitor()
    page = visitor.sign_in(visitor.open(f"{yimen.url}/bookings/{booked['id']}"), name, DEMO_PASSWORD)
    assert "大厅这一天不开放了" in page.text
