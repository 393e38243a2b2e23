"""The server is killed in the middle of everything; whatever it has answered is still there when it is back."""

import time

import pytest
from booking_load import BookingLoad
from conftest import backends
from relying_party import RelyingParty
from system import ROUND_THE_CLOCK_HALL as HALL
from system import Yimen

ITEM = "social-card-application"
PEOPLE = [f"199000000{number:02}" for number in range(1, 9)]
ROUNDS = 4


@pytest.fixture(scope="module", params=backends())
def system(request):
    yimen = Yimen(request.param, "killed")
    yimen.environment["YIMEN_BOOKING_LIMITS_ACTIVE"] = "0"
    yimen.environment["YIMEN_BOOKING_LIMITS_PER_ITEM_AND_DAY"] = "0"
    try:
        yimen.prepare()
        yimen.start()
        yield yimen
    finally:
        if yimen.program and yimen.program.process.poll() is None:
            yimen.program.process.kill()
        yimen.remove()


def test_nothing_that_was_answered_is_lost(system):
    app = RelyingParty(system, "acceptance-app", "openid profile booking")
    app.register()
    load = BookingLoad(system, app, PEOPLE, HALL, ITEM)
    for _ in range(ROUNDS):
        with load:
            time.sleep(1)
            system.program.process.kill()
            system.program.process.wait()
        system.start()
    assert len(load.known) > 20, "there was something to lose"
    load.verify()
