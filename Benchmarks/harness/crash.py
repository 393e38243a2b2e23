"""kill -9 under load, over and over: what was acknowledged is there afterwards, nothing is sold or issued twice.

`Tests/Acceptance` runs a few cycles of the same on both databases.
"""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field

from . import browser
from . import database as behind
from .report import Row


@dataclass
class Ledger:
    """What the server has acknowledged."""

    held: set[str] = field(default_factory=set)
    booked: set[str] = field(default_factory=set)
    codes: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Load:
    """People who hold and confirm, and systems that exchange a code three times each, until the server is gone."""

    def __init__(self, port, bench, tokens, codes, ledger, round_name):
        self.port, self.bench, self.ledger, self.name = port, bench, ledger, round_name
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self._guarded, args=(self._book, tokens[number::8], number))
            for number in range(min(8, len(tokens)))]
        self.threads += [threading.Thread(target=self._guarded, args=(self._exchange, code)) for code in codes]
        for thread in self.threads:
            thread.start()

    def join(self):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _guarded(self, work, *arguments):
        try:
            work(*arguments)
        except (OSError, http.client.HTTPException, ValueError):
            pass  # The server is gone; what it has not acknowledged does not count.

    def _book(self, tokens, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        starts = self.bench.starts
        for index in range(100_000):
            if self.over.is_set():
                return
            token, start = tokens[index % len(tokens)], starts[(index * 8 + number) % len(starts)]
            body = {"hall": self.bench.hall, "items": [self.bench.item], "start": start}
            status, held = self._post(connection, "/api/v1/reservations", body, token, f"{self.name}-{number}-{index}")
            if status != 201:
                continue
            with self.ledger.lock:
                self.ledger.held.add(held["id"])
            path = f"/api/v1/reservations/{held['id']}/confirm"
            status, booked = self._post(connection, path, {}, token, f"{self.name}-{number}-{index}-c")
            if status == 200 and booked["state"] == "booked":
                with self.ledger.lock:
                    self.ledger.booked.add(held["id"])

    def _post(self, connection, path, body, token, key):
        connection.request("POST", path, json.dumps(body), {
            "Host": f"localhost:{self.port}", "Authorization": f"Bearer {token}", "Content-Type": "application/json",
            "Idempotency-Key": key})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")

    def _exchange(self, code):
        for _ in range(3):
            status, answer = browser.redeem(self.port, self.bench.refresh_client, self.bench.redirect, code)
            if status == 200 and "access_token" in answer:
                with self.ledger.lock:
                    self.ledger.codes[code] = self.ledger.codes.get(code, 0) + 1


def sign_ins(port, bench, count):
    """Codes for later: one sign-in, then the live session."""
    visitor = browser.Browser(port)
    return [
        visitor.sign_in(bench.refresh_client, bench.redirect, "openid", "19900000003") for _ in range(count)]


def run(server, bench, database, cycles, seconds=1.0):
    """Gives (acknowledged, lost, miscounted cells, codes redeemed twice)."""
    ledger = Ledger()
    tokens = bench.tokens.read_text().split()
    for cycle in range(cycles):
        server.start()
        codes = sign_ins(server.port, bench, 6)
        load = Load(server.port, bench, tokens, codes, ledger, f"crash-{time.time_ns()}-{cycle}")
        time.sleep(seconds * (0.3 + cycle % 8 / 10))
        server.kill()
        load.join()
        # A code that was exchanged before the fall is not good after it.
        server.start()
        again = Load(server.port, bench, [], codes, ledger, "again")
        again.join()
        server.stop()
    known = {row[0]: row[1] for row in database.query("SELECT id, state FROM booking_reservation")}
    lost = sum(known.get(id) is None for id in ledger.held) + sum(known.get(id) != "booked" for id in ledger.booked)
    wrong = int(database.query(behind.OVERSOLD)[0][0])
    twice = sum(count > 1 for count in ledger.codes.values())
    return len(ledger.held) + len(ledger.booked), lost, wrong, twice


def row(server, bench, database, cycles, add):
    acknowledged, lost, wrong, twice = run(server, bench, database, cycles)
    add(Row(
        f"kill -9 under load on {database.name}, {cycles} cycles",
        f"{lost} lost, {wrong} cells wrong, {twice} codes twice", bar="0, 0, 0",
        passed=acknowledged > 0 and lost == wrong == twice == 0, note=f"{acknowledged} acknowledged"))
