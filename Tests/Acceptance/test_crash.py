"""What was acknowledged survives kill -9; a hundred cycles of the same are `Benchmarks/run --only crash`."""

import sys
from pathlib import Path

import pytest
from conftest import backends
from processes import PROGRAMS, ROOT
from system import Yimen

sys.path.append(str(ROOT / "Benchmarks"))

from harness import bookings, crash  # noqa: E402
from harness.database import PostgreSQLAt, SQLiteFile  # noqa: E402
from harness.server import Server  # noqa: E402

CYCLES = 5
PEOPLE = 80


@pytest.mark.parametrize("backend", backends())
def test_nothing_acknowledged_is_lost_or_done_twice_when_the_server_is_killed(backend):
    system = Yimen(backend, "crash")
    url = system.environment.get("YIMEN_DATABASE_URL")
    server = Server(PROGRAMS / "yimen", Path(system.directory) / "crash", system.port, url)
    database = PostgreSQLAt(url) if url else SQLiteFile(server.directory)
    try:
        bench = bookings.prepare(server, database, PEOPLE)
        acknowledged, lost, wrong, twice = crash.run(server, bench, database, CYCLES)
        assert acknowledged > CYCLES
        assert (lost, wrong, twice) == (0, 0, 0)
    finally:
        server.stop()
        system.remove()
