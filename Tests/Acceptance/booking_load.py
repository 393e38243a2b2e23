"""People who book all at once while something goes wrong, and what they were told."""

import threading
import uuid
from dataclasses import dataclass

import httpx
from booking_calls import confirm, free_slots, hold
from crowd import Crowd
from relying_party import RelyingParty
from system import Yimen


@dataclass
class Told:
    """The last answer about one reservation."""

    person: int
    start: str
    key: str
    state: str


class BookingLoad(Crowd):
    """Each person holds one time after the other and confirms every second one."""

    def __init__(self, system: Yimen, app: RelyingParty, people: list[str], hall: str, item: str, days: int = 2):
        super().__init__(list(range(len(people))))
        self.system, self.hall, self.item, self.days = system, hall, item, days
        self.tokens = [app.sign_in(person)["access_token"] for person in people]
        with system.client() as anonymous:
            # The visit takes two cells of ten minutes: every second start, so that none counts for another.
            self.slots = free_slots(anonymous, hall, item, days)[-30 * days :: 2]
        self.places = {slot["start"]: slot["remaining"] for slot in self.slots}
        self._before = {found["id"] for token in self.tokens for found in _all_of(system.client(token))}
        self.known: dict[str, Told] = {}
        # By key: who asked for when. A refusal that says nothing was made is taken out again.
        self.asked: dict[str, tuple[int, str]] = {}
        # Answers of 500 and more.
        self.faults: list[httpx.Response] = []
        # What was no answer at all.
        self.broken: list[httpx.HTTPError] = []
        self._lock = threading.Lock()
        self._steps = [0] * len(people)

    def work(self, number: int):
        with self.system.client(self.tokens[number]) as citizen:
            while not self.stop.is_set():
                try:
                    self._book(number, citizen)
                except httpx.HTTPError as error:
                    self.broken.append(error)
                    return

    def _book(self, number: int, citizen: httpx.Client):
        self._steps[number] += 1
        step = self._steps[number]
        start, key = self.slots[(number * 7 + step) % len(self.slots)]["start"], str(uuid.uuid4())
        with self._lock:
            self.asked[key] = (number, start)
        held = hold(citizen, self.hall, self.item, start, key)
        if held.status_code != 201:
            if held.status_code >= 500:
                self._refused(held)
                return
            # Nothing was made, so there is nothing to tell of.
            with self._lock:
                del self.asked[key]
            self.stop.wait(0.02)
            return
        told = Told(number, start, key, "held")
        with self._lock:
            self.known[held.json()["id"]] = told
        if step % 2:
            confirmed = confirm(citizen, held.json()["id"])
            if confirmed.status_code == 200:
                told.state = "booked"
            elif confirmed.status_code >= 500:
                self._refused(confirmed)

    def _refused(self, answer: httpx.Response):
        self.faults.append(answer)
        self.stop.wait(0.1)

    def verify(self):
        """Everything that was answered is there, nothing else is, and the places are counted right."""
        clients = [self.system.client(token) for token in self.tokens]
        for identity, told in self.known.items():
            found = clients[told.person].get(f"/api/v1/reservations/{identity}")
            assert found.status_code == 200, (identity, found.text)
            # A confirmation may have been kept although its answer was lost.
            assert found.json()["state"] in ({"held", "booked"} if told.state == "held" else {"booked"}), found.text
            assert found.json()["start"] == told.start
            # Whoever repeats the request is told of the same reservation.
            repeated = hold(clients[told.person], self.hall, self.item, told.start, told.key)
            assert repeated.json()["id"] == identity
        # Nothing exists that nobody can learn of: each live reservation answers to a key that was sent.
        live = {}
        for number, client in enumerate(clients):
            mine = [found for found in _all_of(client) if found["id"] not in self._before]
            live |= {found["id"]: (number, found["start"]) for found in mine}
        told = {}
        for key, (number, start) in self.asked.items():
            answer = hold(clients[number], self.hall, self.item, start, key)
            if answer.status_code == 201:
                told[answer.json()["id"]] = (number, start)
        for identity, place in told.items():
            live.setdefault(identity, place)
        assert live == told
        taken: dict[str, int] = {}
        for _, start in live.values():
            taken[start] = taken.get(start, 0) + 1
        with self.system.client() as anonymous:
            left = {slot["start"]: slot["remaining"] for slot in free_slots(anonymous, self.hall, self.item, self.days)}
        for start, count in taken.items():
            assert count + left.get(start, 0) == self.places[start], (start, count, left.get(start), self.places[start])
        for client in clients:
            client.close()


def _all_of(client: httpx.Client) -> list[dict]:
    """The caller's reservations, page by page."""
    found, cursor = [], {}
    while True:
        page = client.get("/api/v1/reservations", params={"limit": 100, **cursor}).json()
        found += page["reservations"]
        if not page.get("next"):
            return found
        cursor = {"cursor": page["next"]}
