"""A million live sessions and a million refresh tokens beside an all but empty database; then many that expire at once."""

import http.client
import os
import time
from dataclasses import dataclass

from . import bookings, fill, protocol
from .login import fetch_form, send
from .report import Row, rate

FEW = 1_000
# So many rows go at once; what is left of the sweep is waited for.
EXPIRED_ROWS = 200_000
LONGEST_SWEEP = 600
SIGN_INS = 100


@dataclass
class State:
    """What a server showed with so many sessions in its database."""

    start: float
    fresh: float
    used: float
    p99: dict[str, float]
    note: dict[str, str]


def rows(server, database, root, directory, count, seconds, add):
    seed = fill.people(root / "config" / "seed", server.directory / "seed")
    server.environment["YIMEN_SEED_DIRECTORY"] = str(seed)
    bench = bookings.prepare(server, database, people=1)
    client = bench.refresh_client
    fill.rows(database, client, range(FEW))
    few = exercise(server, bench, range(FEW), directory, seconds)
    begin = time.monotonic()
    fill.rows(database, client, range(FEW, count))
    # Or the first flush of the server would wait for all that the filling has left to be written.
    os.sync()
    filling = time.monotonic() - begin
    doomed = range(FEW, FEW + min(EXPIRED_ROWS // fill.ROWS_OF_ONE, count // 4))
    living = range(doomed.stop, count)
    many = exercise(server, bench, living, directory, seconds)
    compare(database, few, many, count, filling, add)
    sweep(server, bench, database, doomed, living, directory, seconds, add)


def compare(database, few: State, many: State, count: int, filling: float, add):
    name = f"{count:,} sessions and refresh tokens, {database.name}"
    beside = f"with {FEW:,}"
    add(Row(
        f"{name}: start", f"{many.start:.2g} s", f"{beside} {few.start:.2g} s", many.start / few.start,
        note=f"put in by SQL within {filling:.0f} s"))
    for what, large, small in (
        ("resident memory after the start", many.fresh, few.fresh),
        ("resident memory after the load", many.used, few.used),
    ):
        add(Row(f"  {what}", f"{large:.0f} MB", f"{beside} {small:.0f} MB", large / small))
    for what, large in many.p99.items():
        small = few.p99[what]
        ratio = large / small
        add(Row(
            f"  {what}, p99", f"{large:.3g} ms", f"{beside} {small:.3g} ms", ratio, "≤ 2", ratio <= 2,
            f"{many.note[what]}; {beside} {few.note[what]}"))


def exercise(server, bench, numbers: range, directory, seconds) -> State:
    """Sign-ins, sign-on with the sessions that were put in, exchange of the codes, refresh of the tokens put in."""
    start = server.start()
    try:
        fresh, p99, note = server.resident_megabytes(), {}, {}
        p99["password sign-in, one by one"], note["password sign-in, one by one"] = sign_ins(server, bench)
        for what, load in (
            ("sign-on with a live session", lambda: protocol.sign_on(
                server, bench, [fill.cookie(n) for n in sample(numbers)], directory, seconds)),
            ("code exchange", lambda: protocol.exchange(server, bench, directory, seconds)),
            ("refresh", lambda: refresh(server, bench, numbers, 0, directory, seconds)),
        ):
            outcome = load()
            p99[what] = outcome.p99_ms
            note[what] = f"{rate(outcome.rate)}, {outcome.cpu_ms:.3f} ms CPU a request"
        return State(start, fresh, server.resident_megabytes(), p99, note)
    finally:
        server.stop()


def sweep(server, bench, database, doomed: range, living: range, directory, seconds, add):
    """The server finds the expired rows at its start; what refreshes meanwhile must not feel it."""
    fill.expire(database, doomed)
    server.start()
    try:
        begin = time.monotonic()
        # A server that has just started answers its first requests more slowly, swept or not.
        refresh(server, bench, living, 1, directory, 2)
        before = fill.left(database, doomed)
        busy = refresh(server, bench, living, 2, directory, seconds)
        after = fill.left(database, doomed)
        while fill.left(database, doomed) and time.monotonic() - begin < LONGEST_SWEEP:
            time.sleep(1)
        took, forgotten = time.monotonic() - begin, fill.left(database, doomed)
        calm = refresh(server, bench, living, 3, directory, seconds)
    finally:
        server.stop()
    ratio = busy.p99_ms / calm.p99_ms
    what = f"refresh while {len(doomed) * fill.ROWS_OF_ONE:,} expired rows are swept, {database.name}"
    add(Row(
        f"{what}: p99", f"{busy.p99_ms:.3g} ms", f"without {calm.p99_ms:.3g} ms", ratio, "≤ 2",
        ratio <= 2 and forgotten == 0 and before > after,
        f"{before - after:,} went meanwhile, all within {took:.0f} s" if not forgotten else f"{forgotten:,} stay"))


def refresh(server, bench, numbers: range, turn: int, directory, seconds):
    """A token that was used in an earlier turn has been replaced, so each turn has tokens of its own."""
    return protocol.refresh(server, bench, [fill.token(n + turn) for n in sample(numbers)], directory, seconds)


def sample(numbers: range, size: int = 20_000) -> range:
    """Numbers at equal distances over all of them, four or more apart."""
    return numbers[: len(numbers) - 4 : max(4, len(numbers) // size)]


def sign_ins(server, bench) -> tuple[float, str]:
    """The 99th percentile of a password sign-in in ms, nobody else being there, and the median in words."""
    forms = [
        fetch_form(server.port, bench.browser_client, bench.redirect, f"199000000{index % 16 + 1:02d}")
        for index in range(SIGN_INS)]
    connection, times = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60), []
    for form in forms:
        begin = time.monotonic()
        if send(connection, server.port, form) not in (302, 303):
            raise SystemExit("bench: a sign-in was refused")
        times.append((time.monotonic() - begin) * 1000)
    connection.close()
    times.sort()
    return times[len(times) * 99 // 100], f"p50 {times[len(times) // 2]:.0f} ms"
