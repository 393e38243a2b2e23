"""What the harness does behind the server's back: makes room in the cells beforehand, counts afterwards."""

import csv
import itertools
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Iterable, Iterator

ROOM = 10_000_000
WIDEN = f"UPDATE booking_cell SET places = {ROOM}, cap = {ROOM}, web_cap = {ROOM} WHERE open = TRUE"
OVERSOLD = """
    SELECT count(*) FROM booking_cell c LEFT JOIN (
        SELECT group_id, start_at_ms, sum(units) AS units FROM booking_claim GROUP BY group_id, start_at_ms
    ) t ON t.group_id = c.group_id AND t.start_at_ms = c.start_at_ms
    WHERE c.used > c.cap OR c.used < 0 OR c.used <> coalesce(t.units, 0)
"""
GROUP_CELLS = """
    SELECT start_at_ms, end_at_ms FROM booking_cell WHERE open = TRUE AND group_id = '{group}'
    AND start_at_ms > {after} ORDER BY start_at_ms LIMIT {count}
"""


class SQLiteFile:
    name = "SQLite"

    def __init__(self, directory: Path):
        self.directory = directory

    @property
    def file(self) -> Path:
        file = next(iter(sorted(self.directory.glob("**/*.sqlite"))), None)
        if file is None:
            raise SystemExit(f"bench: no SQLite file below {self.directory}")
        return file

    def query(self, sql: str) -> list[tuple]:
        with sqlite3.connect(self.file, timeout=30) as connection:
            return connection.execute(sql).fetchall()

    def bulk(self, table: str, columns: str, rows: Iterable[tuple]):
        """Many rows at once, while no server runs; the columns' names are separated by spaces."""
        names = columns.split()
        insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        connection = sqlite3.connect(self.file, timeout=30)
        # If the machine fell now, the benchmark would begin anew anyway.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -400000")
        for part in _batches(iter(rows), 50_000):
            with connection:
                connection.executemany(insert, part)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def schema(self, prefix: str) -> str:
        """The statements that make the tables whose names begin so, in their order."""
        rows = self.query(
            f"SELECT sql FROM sqlite_master WHERE tbl_name LIKE '{prefix}%' AND sql IS NOT NULL ORDER BY rowid")
        return "".join(row[0] + ";\n" for row in rows)


def _batches(rows: Iterator[tuple], size: int) -> Iterator[list[tuple]]:
    while part := list(itertools.islice(rows, size)):
        yield part


class PostgreSQLAt:
    """A database that is there already."""

    name = "PostgreSQL"

    def __init__(self, url: str):
        self.url = url

    def query(self, sql: str) -> list[tuple]:
        answer = subprocess.run(
            ["psql", self.url, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql],
            capture_output=True, text=True, timeout=120)
        if answer.returncode != 0:
            raise SystemExit(f"bench: psql failed:\n{answer.stderr}")
        return [tuple(line.split("|")) for line in answer.stdout.splitlines() if line]

    def bulk(self, table: str, columns: str, rows: Iterable[tuple]):
        """Many rows at once; the columns' names are separated by spaces."""
        copy = f"COPY {table} ({', '.join(columns.split())}) FROM STDIN WITH (FORMAT csv)"
        psql = subprocess.Popen(
            ["psql", self.url, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", copy, "-c", f"ANALYZE {table}"],
            stdin=subprocess.PIPE, text=True, encoding="utf-8")
        csv.writer(psql.stdin).writerows(rows)
        psql.stdin.close()
        if psql.wait() != 0:
            raise SystemExit(f"bench: psql could not fill {table}")


class PostgreSQL(PostgreSQLAt):
    """A throwaway cluster by scripts/postgres.sh, durable as it would be in production."""

    def __init__(self, root: Path, directory: Path):
        self.script = root / "scripts" / "postgres.sh"
        self.directory = directory
        super().__init__(self._run("start", directory, "shared_buffers=512MB", "max_wal_size=4GB").strip())

    def _run(self, *arguments) -> str:
        answer = subprocess.run(
            [self.script, *map(str, arguments)], capture_output=True, text=True, timeout=180)
        if answer.returncode != 0:
            raise SystemExit(f"bench: postgres.sh {arguments[0]} failed:\n{answer.stderr}")
        return answer.stdout

    def pgbench(self, script: Path, clients: int, seconds: float, **variables) -> float:
        """Transactions per second of a script, with prepared statements."""
        defines = [argument for name, value in variables.items() for argument in ("-D", f"{name}={value}")]
        answer = subprocess.run(
            ["pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(int(seconds)), "-f", script,
             *defines, "-h", self.directory, "-U", "yimen", "yimen"],
            capture_output=True, text=True, timeout=seconds + 120)
        line = next((line for line in answer.stdout.splitlines() if line.startswith("tps = ")), None)
        if line is None:
            raise SystemExit(f"bench: pgbench gave no rate:\n{answer.stdout}{answer.stderr}")
        return float(line.split()[2])

    def stop(self):
        self._run("stop", self.directory)
        shutil.rmtree(self.directory, ignore_errors=True)
