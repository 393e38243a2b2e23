"""Rows of the hall floor: a call reaches a thousand boards, people check in at the kiosk."""

import datetime
import json
import selectors
import socket
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import load
from .browser import Browser, post, redeem
from .report import Row, at_most, timed

BOARDS = 1_000
CALLS = 20


class API:
    """JSON with a bearer token."""

    def __init__(self, port: int, token: str):
        self.port, self.token, self.count = port, token, 0

    def post(self, path: str, body: dict | None = None) -> dict:
        self.count += 1
        request = urllib.request.Request(
            f"http://localhost:{self.port}{path}", json.dumps(body or {}).encode(), method="POST", headers={
                "Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
                "Idempotency-Key": f"bench-{time.time_ns()}-{self.count}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise SystemExit(f"bench: {path} answered {error.code}: {error.read()[:300]!r}") from None


def machine(server, bench) -> API:
    """The kiosk of the hall."""
    status, answer = post(
        server.port, "/oauth2/token", {"grant_type": "client_credentials", "scope": bench.machine_scope},
        bench.machine_client, bench.machine_secret)
    if status != 200:
        raise SystemExit(f"bench: no token for the kiosk: {status} {answer}")
    return API(server.port, answer["access_token"])


def officer(server, bench) -> API:
    code = Browser(server.port).sign_in(bench.window_client, bench.redirect, "openid hall.window", "officer.jinan")
    status, answer = redeem(server.port, bench.window_client, bench.redirect, code)
    if status != 200:
        raise SystemExit(f"bench: no token for the officer: {status} {answer}")
    return API(server.port, answer["access_token"])


class Boards:
    """Boards of one hall; a thread notes when each event arrives at each of them."""

    def __init__(self, port: int, hall: str, count: int):
        self.arrivals: list[float] = []
        self._selector = selectors.DefaultSelector()
        request = (
            f"GET /api/v1/halls/{hall}/board/events HTTP/1.1\r\nHost: localhost:{port}\r\n"
            "Accept: text/event-stream\r\n\r\n").encode()
        self._sockets = []
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", port), 30)
            one.sendall(request)
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ)
            self._sockets.append(one)
        self._open = True
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self):
        while self._open:
            for key, _ in self._selector.select(0.2):
                try:
                    text = key.fileobj.recv(65536)
                except BlockingIOError:
                    continue
                if b"ticket.called" in text or b"event: called" in text:
                    self.arrivals.append(time.monotonic())
                if not text:
                    self._selector.unregister(key.fileobj)

    def wait(self, count: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while len(self.arrivals) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return len(self.arrivals) >= count

    def close(self):
        self._open = False
        self._thread.join()
        for one in self._sockets:
            one.close()


def calls(server, bench, add):
    kiosk, desk = machine(server, bench), officer(server, bench)
    tickets = [kiosk.post(f"/api/v1/halls/{bench.hall}/tickets", {"item": bench.item}) for _ in range(CALLS)]
    window = tickets[0]["windows"][0]
    desk.post(f"/api/v1/windows/{window}/open")
    boards = Boards(server.port, bench.hall, BOARDS)
    time.sleep(2)
    delays = []
    try:
        for _ in range(CALLS):
            boards.arrivals.clear()
            begin = time.monotonic()
            ticket = desk.post(f"/api/v1/windows/{window}/call-next")["id"]
            if not boards.wait(BOARDS, 10):
                raise SystemExit(f"bench: only {len(boards.arrivals)} of {BOARDS} boards heard a call")
            delays += [arrival - begin for arrival in boards.arrivals[:BOARDS]]
            desk.post(f"/api/v1/tickets/{ticket}/start")
            desk.post(f"/api/v1/tickets/{ticket}/finish")
    finally:
        boards.close()
    delays.sort()
    p99 = delays[len(delays) * 99 // 100] * 1000
    note = f"p50 {delays[len(delays) // 2] * 1000:.0f} ms, {CALLS} calls; the boards' own reading is part of it"
    add(at_most(f"from the call to {BOARDS:,} boards, p99", p99, 200, "ms", note))


def check_ins(server, bench, directory: Path, seconds, add, people: int = 200):
    """Bookings for the next slots, then their codes at the kiosk, four kiosks at a time."""
    tokens = bench.tokens.read_text().split()[:people]
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=3)
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    slots = []
    for day in (today, today + datetime.timedelta(days=1)):
        path = f"/api/v1/halls/{bench.hall}/slots?item={bench.item}&date={day.isoformat()}"
        slots += [slot["start"] for slot in server.json(path)["slots"]]
    start = next(slot for slot in slots if datetime.datetime.fromisoformat(slot) > soon)
    codes = []
    for token in tokens:
        person = API(server.port, token)
        held = person.post("/api/v1/reservations", {"hall": bench.hall, "items": [bench.item], "start": start})
        codes.append(person.post(f"/api/v1/reservations/{held['id']}/confirm")["code"])
    bodies = directory / "check-ins.txt"
    bodies.write_text("".join(json.dumps({"code": code}) + "\n" for code in codes))
    outcome = load.once(
        server, f"/api/v1/halls/{bench.hall}/check-ins", bodies, seconds, 4, type="application/json",
        bearer=machine(server, bench).token)
    if outcome.failed > 4:
        add(Row("check-in at the kiosk", f"{outcome.failed} of {outcome.requests} refused", passed=False))
    row = at_most(
        "check-in at the kiosk, 4 kiosks, p99", outcome.p99_ms, 50, "ms", f"{outcome.note()}, {outcome.rate:.0f}/s")
    add(timed(row, outcome))
