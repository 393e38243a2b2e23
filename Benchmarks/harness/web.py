"""Rows that need no booking: start, static body, reads, tokens, sign-ins, memory."""

import urllib.parse

from . import load, machine
from .login import fetch_form, sign_in
from .report import Row, against, at_most, rate

QUERIES = ["办房本", "身份证", "shenfenzheng", "社保卡", "护照", "公积金", "passport", "营业执照", "发票", "结婚"]


def start(server, add):
    add(at_most("start to first answer, after the demo seed", server.start(), 1, "s"))
    add(at_most("resident memory after start", server.resident_megabytes(), 150, "MB"))


def memory(server, add):
    add(Row("resident memory after all of the above", f"{server.resident_megabytes():.0f} MB"))


def static(server, directory, seconds, add) -> float:
    """The limit of every HTTP row: a body of a few bytes through the same listener and middleware."""
    outcome = load.get(server.port, ["/health/live"], directory, seconds)
    add(Row("static body (/health/live), 64 clients", rate(outcome.rate), note=_latency(outcome)))
    return outcome.rate


def reads(server, bench, directory, seconds, limit, add):
    slots = [
        f"/api/v1/halls/{bench.hall}/slots?" + urllib.parse.urlencode({"item": bench.item, "date": day})
        for day in bench.days]
    _read("slot list of a day", load.get(server.port, slots, directory, seconds), limit, add)
    items = ["/api/v1/items?" + urllib.parse.urlencode({"q": query}) for query in QUERIES]
    _read("item search", load.get(server.port, items, directory, seconds), limit, add)


def _read(what, outcome, limit, add):
    add(against(what, outcome.rate, limit, "static body", 0.6, _latency(outcome)))
    add(at_most(f"{what}, p99", outcome.p99_ms, 20, "ms"))


def tokens(server, bench, seconds, limit, add):
    outcome = load.tokens(server.port, bench.machine_client, bench.machine_secret, bench.machine_scope, seconds)
    add(against("token issue (client credentials, ES256)", outcome.rate, limit, "static body", 0.4, _latency(outcome)))


def login_forms(server, bench, count):
    return [
        fetch_form(server.port, bench.browser_client, bench.redirect, f"199000000{index % 16 + 1:02d}")
        for index in range(count)]


def login_row(what, figure, limit, failures, bar=0.95):
    row = against(what, figure, limit, "Argon2id alone", bar)
    row.note = f"{failures} failed"
    row.passed = row.passed and failures == 0
    return row


def login(server, bench, limits, seconds, add):
    limit = limits.argon2id(machine.cores(), seconds)
    count = max(64, int(limit * seconds))
    figure, failures = sign_in(server.port, login_forms(server, bench, count), 32)
    add(login_row("password sign-in, 16 people, 32 clients", figure, limit, failures))
    one = [
        fetch_form(server.port, bench.browser_client, bench.redirect, "19900000001") for _ in range(64)]
    figure, failures = sign_in(server.port, one, 64)
    add(login_row("64 sign-ins of one person at once", figure, limit, failures, bar=0.5))


def _latency(outcome) -> str:
    failed = f", {outcome.failed} failed" if outcome.failed else ""
    return f"p50 {outcome.p50_ms:.1f} ms, p99 {outcome.p99_ms:.1f} ms{failed}"
