"""Rows of durable bookings: holds over HTTP, each of another person, on cells that do not fill up."""

import datetime
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import database as behind
from . import load
from .report import Row, against, at_most, rate, served

PEOPLE = 5_000
SPREAD = 1_000
SCRIPT = Path(__file__).resolve().parent.parent / "postgres" / "hold.sql"


@dataclass
class Bench:
    """What `prepare` has set up: a hall, an item, people with tokens, clients."""

    hall: str
    item: str
    group: str
    tokens: Path
    days: list[str]
    starts: list[str]
    cells: list[tuple[int, int]] = field(default_factory=list)
    browser_client: str = "bench-browser"
    redirect: str = "http://localhost:1/callback"
    refresh_client: str = "bench-refresh"
    window_client: str = "bench-window"
    machine_client: str = "bench-machine"
    machine_secret: str = "bench-secret-of-43-characters-and-some-more"
    machine_scope: str = "hall.kiosk"


def prepare(server, database, people: int = PEOPLE) -> Bench:
    """Migrates, seeds, registers clients, plans cells and widens them. Leaves the server stopped."""
    server.command("migrate")
    server.command("seed", "demo")
    bench = Bench("jinan-24h", "", "", server.directory / "tokens.txt", [], [])
    server.command(
        "client", "add", "--id", bench.machine_client, "--secret", bench.machine_secret, "--grant",
        "client_credentials", "--scope", bench.machine_scope, "--hall", bench.hall, "--auth-method",
        "client_secret_basic")
    server.command(
        "client", "add", "--id", bench.browser_client, "--redirect-uri", bench.redirect, "--grant",
        "authorization_code", "--scope", "openid", "--auth-method", "none")
    server.command(
        "client", "add", "--id", bench.refresh_client, "--redirect-uri", bench.redirect, "--grant",
        "authorization_code", "--grant", "refresh_token", "--scope", "openid", "--auth-method", "none")
    server.command(
        "client", "add", "--id", bench.window_client, "--redirect-uri", bench.redirect, "--grant",
        "authorization_code", "--scope", "openid", "--scope", "hall.window", "--auth-method", "none")
    server.start()
    try:
        # The first start has made the signing keys.
        server.command("rehearsal-tokens", "--count", str(people), "--output", str(bench.tokens))
        choose_item(server, database, bench)
    finally:
        server.stop()
    database.query(behind.WIDEN)
    return bench


def choose_item(server, database, bench):
    """The shortest bookable item of the hall that runs round the clock, and its next thousand starts."""
    items = server.json("/api/v1/items?limit=100")["items"]
    fitting = sorted(
        (item for item in items if item["booking"] == "allowed" and item.get("minimumAssurance", "L0") <= "L1"),
        key=lambda item: item["minutes"])
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    days = [(today + datetime.timedelta(days=offset)).isoformat() for offset in range(0, 12)]
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for item in fitting:
            status, body = server.get(f"/api/v1/halls/{bench.hall}/slots?item={item['id']}&date={days[1]}")
            if status == 200 and json.loads(body)["slots"]:
                bench.item, bench.days = item["id"], days[1:8]
                break
        if bench.item:
            break
        time.sleep(0.5)
    else:
        raise SystemExit(f"bench: no item has slots at {bench.hall}")
    for day in days[1:]:
        path = f"/api/v1/halls/{bench.hall}/slots?item={bench.item}&date={day}"
        bench.starts += [slot["start"] for slot in server.json(path)["slots"]]
    bench.starts = bench.starts[:SPREAD]
    first = int(datetime.datetime.fromisoformat(bench.starts[0]).timestamp() * 1000)
    groups = database.query(f"SELECT DISTINCT group_id FROM booking_cell WHERE start_at_ms = {first} AND open = TRUE")
    names = [row[0] for row in groups if row[0].startswith(bench.hall)]
    bench.group = names[0]
    rows = database.query(behind.GROUP_CELLS.format(group=bench.group, after=first - 1, count=SPREAD))
    bench.cells = [(int(start), int(end)) for start, end in rows]


def _holds(server, bench, starts, directory, seconds, name) -> load.Outcome:
    outcome = load.holds(server, bench, starts, directory, seconds, name)
    if outcome.failed > outcome.requests // 100:
        raise SystemExit(f"bench: {outcome.failed} of {outcome.requests} holds failed ({name}); see {server.log}")
    return outcome


def _oversold(database, what, add):
    wrong = int(database.query(behind.OVERSOLD)[0][0])
    add(Row(what, f"{wrong} cells", bar="0", passed=wrong == 0))


def on_sqlite(server, bench, limits, directory, seconds, static, add):
    schema = directory / "schema.sql"
    schema.write_text(behind.SQLiteFile(server.directory).schema("booking_"))
    bare = limits.bookings(seconds, SPREAD, schema)
    thin = limits.thin_bookings(seconds, SPREAD)
    static.beside()
    for what, starts, name in (
        (f"holds on SQLite, {len(bench.starts)} slots, 64 clients", bench.starts, "spread"),
        ("holds on SQLite, one slot, 64 clients", bench.starts[:1], "hot"),
    ):
        outcome = _holds(server, bench, starts, directory, seconds, name)
        add(served(what, outcome, static.beside(), bar=0.35))
        add(against("  the same", outcome.rate, bare, "bare SQLite, one a commit", 2))
        add(Row(
            "  the same", rate(outcome.rate), f"bare SQLite, two rows only {rate(thin)}", outcome.rate / thin,
            note="for comparison: a place and a name, none of the product's other rows"))
        add(at_most("  the same, p99", outcome.p99_ms, 100, "ms"))
    _oversold(behind.SQLiteFile(server.directory), "  cells oversold or miscounted", add)


def on_postgres(server, bench, database, directory, seconds, add):
    step = bench.cells[0][1] - bench.cells[0][0]
    for what, count, bar, name in (
        (f"holds on PostgreSQL, {len(bench.starts)} slots, 64 clients", len(bench.starts), 0.8, "spread"),
        ("holds on PostgreSQL, one slot, 64 clients", 1, 2, "hot"),
    ):
        limit = database.pgbench(
            SCRIPT, 32, seconds, group_id=bench.group, first=bench.cells[0][0], step=step, cells=count)
        outcome = _holds(server, bench, bench.starts[:count], directory, seconds, name)
        add(served(what, outcome, limit, "pgbench, 32 clients", bar))
        add(at_most("  the same, p99", outcome.p99_ms, 100, "ms"))
    database.query("DELETE FROM booking_claim WHERE reservation_id NOT LIKE '0%'")
