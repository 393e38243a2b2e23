"""The server is killed in the middle of everything; whatever it has answered is still there when it is back."""

import threading
import time
import uuid

import httpx
import pytest
from booking_calls import confirm, free_slots, hold
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
    tokens = [app.sign_in(person)["access_token"] for person in PEOPLE]
    with system.client() as anonymous:
        # The visit takes two cells of ten minutes: every second start, so that none counts for another.
        slots = free_slots(anonymous, HALL, ITEM)[-60::2]
    places = {slot["start"]: slot["remaining"] for slot in slots}
    # By id: who, when, under which key, and the last state that was answered.
    known: dict[str, tuple[int, str, str, str]] = {}
    asked: dict[str, tuple[int, str]] = {}
    lock = threading.Lock()

    def work(number: int, stop: threading.Event):
        with system.client(tokens[number]) as citizen:
            for step in range(10_000):
                if stop.is_set():
                    return
                start, key = slots[(number * 7 + step) % len(slots)]["start"], str(uuid.uuid4())
                with lock:
                    asked[key] = (number, start)
                try:
                    held = hold(citizen, HALL, ITEM, start, key)
                    if held.status_code != 201:
                        # Nothing was made, so there is nothing to tell of.
                        with lock:
                            del asked[key]
                        continue
                    with lock:
                        known[held.json()["id"]] = (number, start, key, "held")
                    if step % 2 and confirm(citizen, held.json()["id"]).status_code == 200:
                        with lock:
                            known[held.json()["id"]] = (number, start, key, "booked")
                except httpx.HTTPError:
                    return

    for _ in range(ROUNDS):
        stop = threading.Event()
        threads = [threading.Thread(target=work, args=(number, stop)) for number in range(len(PEOPLE))]
        for thread in threads:
            thread.start()
        time.sleep(1)
        system.program.process.kill()
        system.program.process.wait()
        stop.set()
        for thread in threads:
            thread.join()
        system.start()
    assert len(known) > 20, "there was something to lose"

    clients = [system.client(token) for token in tokens]
    taken: dict[str, int] = {}
    for identity, (number, start, key, state) in known.items():
        found = clients[number].get(f"/api/v1/reservations/{identity}")
        assert found.status_code == 200, (identity, found.text)
        # A confirmation may have been kept although its answer was lost.
        assert found.json()["state"] in ({"held", "booked"} if state == "held" else {"booked"}), found.text
        assert found.json()["start"] == start
        # Whoever repeats the request is told of the same reservation.
        assert hold(clients[number], HALL, ITEM, start, key).json()["id"] == identity
    # Nothing exists that nobody can learn of: each live reservation answers to a key that was sent.
    live = {}
    for number, client in enumerate(clients):
        cursor = {}
        while True:
            page = client.get("/api/v1/reservations", params={"limit": 100, **cursor}).json()
            live |= {found["id"]: (number, found["start"]) for found in page["reservations"]}
            if not page.get("next"):
                break
            cursor = {"cursor": page["next"]}
    told = {}
    for key, (number, start) in asked.items():
        answer = hold(clients[number], HALL, ITEM, start, key)
        if answer.status_code == 201:
            told[answer.json()["id"]] = (number, start)
    for identity, place in told.items():
        live.setdefault(identity, place)
    assert live == told
    for _, start in live.values():
        taken[start] = taken.get(start, 0) + 1
    with system.client() as anonymous:
        left = {slot["start"]: slot["remaining"] for slot in free_slots(anonymous, HALL, ITEM)}
    for start, count in taken.items():
        assert count + left.get(start, 0) == places[start], (start, count, left.get(start), places[start])
    for client in clients:
        client.close()
