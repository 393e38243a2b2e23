"""Somebody else holds the embedded database's file: a short while only delays, a long one is told, nothing is lost."""

import concurrent.futures
import sqlite3

import pytest
from booking_calls import free_slots, hold
from outages import Work, ready, search_works, serving, without_limits
from processes import wait_until
from relying_party import RelyingParty
from system import CITIZEN
from system import ROUND_THE_CLOCK_HALL as HALL

ITEM = "social-card-application"


@pytest.fixture(scope="module")
def app():
    with serving(without_limits("sqlite", "locked")) as app:
        yield app


@pytest.fixture
def somebody(app):
    """Another program that writes, as a copy tool or a forgotten shell would."""
    file = f"{app.yimen.directory}/yimen.sqlite"
    connection = sqlite3.connect(file, isolation_level=None)
    yield connection
    connection.close()


def test_a_short_lock_only_delays(app, somebody):
    token = app.sign_in(CITIZEN)["access_token"]
    with app.yimen.client(token) as citizen, concurrent.futures.ThreadPoolExecutor() as pool:
        slot = free_slots(citizen, HALL, ITEM)[-1]
        somebody.execute("BEGIN EXCLUSIVE")
        waiting = pool.submit(hold, citizen, HALL, ITEM, slot["start"])
        assert not concurrent.futures.wait([waiting], timeout=1).done, "nobody can write now"
        # Who only reads is not held up.
        assert citizen.get("/api/v1/reservations").json()["reservations"] == []
        somebody.execute("COMMIT")
        answer = waiting.result()
        assert answer.status_code == 201, answer.text
        kept = citizen.get("/api/v1/reservations").json()["reservations"]
        assert [found["id"] for found in kept] == [answer.json()["id"]]


def test_a_long_lock_is_told_honestly_and_ends_by_itself(app, somebody):
    with Work(app.yimen, app) as work:
        work.go_on()
        somebody.execute("BEGIN EXCLUSIVE")
        wait_until(lambda: ready(app.yimen) == 503, "readiness to see the lock")
        wait_until(lambda: work.load.faults and work.sign_ins.faults, "refused bookings and sign-ins")
        assert search_works(app.yimen)
        somebody.execute("COMMIT")
        wait_until(lambda: ready(app.yimen) == 200, "readiness to see the end of the lock")
        work.go_on()
    work.verify()
