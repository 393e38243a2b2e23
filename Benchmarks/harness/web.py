"""Rows that need no booking: start, static body, reads, tokens, sign-ins, memory."""

import os
import socket
import subprocess
import time
import urllib.parse

from . import load, machine
from .login import Storm, fetch_form, sign_in
from .report import Row, against, at_most, rate, served, timed
from .server import Listener

QUERIES = ["办房本", "身份证", "shenfenzheng", "社保卡", "护照", "公积金", "passport", "营业执照", "发票", "结婚"]


def start(server, add):
    add(at_most("start to first answer, after the demo seed", server.start(), 1, "s"))
    add(at_most("resident memory after start", server.resident_megabytes(), 150, "MB"))


def memory(server, add):
    add(Row("resident memory after all of the above", f"{server.resident_megabytes():.0f} MB"))


class StaticBody:
    """The limit of every HTTP row: a body of a few bytes through the same listener and middleware.

    It is taken anew after each row. A machine that shares its processors is a third slower from one minute to the next,
    so only what stands right before and after a row says what the row could have been.
    """

    def __init__(self, server, directory, seconds, add):
        self.server, self.directory, self.seconds = server, directory, max(2, seconds / 4)
        outcome = load.get(server, ["/health/live"], directory, seconds)
        add(timed(Row("static body (/health/live), 64 clients", rate(outcome.rate), note=outcome.note()), outcome))
        self.last = outcome.rate

    def beside(self) -> float:
        """Measures it anew: the mean of this time and the time before."""
        before = self.last
        self.last = load.get(self.server, ["/health/live"], self.directory, self.seconds).rate
        return (before + self.last) / 2


def bare(program, port, directory, seconds, static: StaticBody, add):
    """What the framework does with nothing of ours around it."""
    process = subprocess.Popen(
        [program, "rehearsal-listener", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        outcome = load.get(Listener(port, process), ["/health/live"], directory, seconds)
    finally:
        process.terminate()
        process.wait()
    row = Row(
        "the same body from bare Hummingbird", rate(outcome.rate), f"static body {rate(static.last)}",
        static.last / outcome.rate,
        note=f"ratio: static body to bare Hummingbird; {outcome.note()}")
    add(timed(row, outcome))


def reads(server, bench, directory, seconds, static: StaticBody, add):
    slots = [
        f"/api/v1/halls/{bench.hall}/slots?" + urllib.parse.urlencode({"item": bench.item, "date": day})
        for day in bench.days]
    _read("slot list of a day", load.get(server, slots, directory, seconds), static.beside(), add)
    items = ["/api/v1/items?" + urllib.parse.urlencode({"q": query}) for query in QUERIES]
    _read("item search", load.get(server, items, directory, seconds), static.beside(), add)


def _read(what, outcome, limit, add):
    add(served(what, outcome, limit, bar=0.6))
    add(at_most(f"{what}, p99", outcome.p99_ms, 20, "ms"))


def tokens(server, bench, seconds, static: StaticBody, add):
    outcome = load.tokens(server, bench.machine_client, bench.machine_secret, bench.machine_scope, seconds)
    add(served("token issue (client credentials, ES256)", outcome, static.beside(), bar=0.4))


def login_forms(server, bench, count):
    return [
        fetch_form(server.port, bench.browser_client, bench.redirect, f"199000000{index % 16 + 1:02d}")
        for index in range(count)]


def login_row(what, figure, limit, failures, spent, count, bar=0.95):
    """The load program's own time on the processors is taken off what Argon2id alone could use."""
    left = 1 - spent / (count / figure * machine.cores())
    row = against(what, figure, limit * left, "Argon2id alone", bar)
    row.note = f"{failures} failed; {limit:.1f}/s with all cores, {1 - left:.1%} of which the load program took"
    row.passed = row.passed and failures == 0
    return row


def login(server, bench, limits, seconds, add):
    def alone() -> float:
        return limits.argon2id(machine.cores(), seconds)

    before = alone()
    count = max(64, int(before * seconds))
    forms = login_forms(server, bench, count)
    used = server.processor_seconds()
    figure, failures, spent = timed_sign_ins(server, forms, 32)
    rest = (server.processor_seconds()[1] - used[1]) / count * 1000
    after = alone()
    add(login_row(
        "password sign-in, 16 people, 32 clients", figure, (before + after) / 2, failures, spent, count))
    add(at_most("  processor time beside the hash", rest, 2, "ms"))
    one = [
        fetch_form(server.port, bench.browser_client, bench.redirect, "19900000001") for _ in range(64)]
    figure, failures, spent = timed_sign_ins(server, one, 64)
    limit = (after + alone()) / 2
    add(login_row("64 sign-ins of one person at once", figure, limit, failures, spent, len(one), bar=0.5))


def timed_sign_ins(server, forms, clients) -> tuple[float, int, float]:
    """Sign-ins a second, those that failed, and the load program's own processor time in s."""
    spent = sum(os.times()[:2])
    figure, failures = sign_in(server.port, forms, clients)
    return figure, failures, sum(os.times()[:2]) - spent


def storm(server, bench, directory, seconds, add):
    """What 64 people who sign in at once do to somebody who looks for a free time."""
    slots = [
        f"/api/v1/halls/{bench.hall}/slots?" + urllib.parse.urlencode({"item": bench.item, "date": day})
        for day in bench.days]
    calm = load.get(server, slots, directory, seconds, clients=8)
    forms = login_forms(server, bench, int(200 * seconds))
    storm = Storm(server.port, forms, 64)
    busy = load.get(server, slots, directory, seconds, clients=8)
    signed_in, failures = storm.stop()
    ratio = busy.p99_ms / calm.p99_ms
    add(Row(
        "slot list, 8 clients, while 64 sign in: p99", f"{busy.p99_ms:.3g} ms", f"without them {calm.p99_ms:.3g} ms",
        ratio, "≤ 2", ratio <= 2, f"{signed_in} signed in meanwhile, {failures} failed"))
