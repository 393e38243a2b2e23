"""A Yimen of the test's own: its database, its demo seed, its server on a free port, its command line."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import uuid

import httpx
from processes import PROGRAMS, ROOT, Program, free_port

DEMO_PASSWORD = "Yimen-demo-2026"
CITIZEN = "19900000001"
ROUND_THE_CLOCK_HALL = "jinan-24h"


class Yimen:
    """`backend` is `sqlite` or `postgres`; PostgreSQL is `server` or the one that YIMEN_TEST_POSTGRES names."""

    def __init__(self, backend: str, name: str, server: str | None = None):
        self.backend = backend
        self._server = server or os.environ.get("YIMEN_TEST_POSTGRES", "")
        self.name = f"{name}-{backend}"
        self.port = free_port()
        self.directory = tempfile.mkdtemp(prefix="yimen-acceptance-")
        self.environment = {
            "YIMEN_DEMO": "true",
            "YIMEN_DATA_DIRECTORY": self.directory,
            "YIMEN_HTTP_HOST": "127.0.0.1",
            "YIMEN_LOG_FORMAT": "text",
            "YIMEN_LIMITS_ENABLED": "false",
        }
        self.at(self.port)
        self._database = None
        if backend == "postgres":
            self._database = f"acceptance_{uuid.uuid4().hex[:12]}"
            self._psql(f"CREATE DATABASE {self._database}")
            self.environment["YIMEN_DATABASE_URL"] = re.sub(
                r"^(postgres(?:ql)?://[^/?]*)/?[^?]*", rf"\1/{self._database}", self._server
            )
        self.program: Program | None = None
        self.verify: str | bool = True

    def at(self, port: int):
        """Another port than the free one; only before the start."""
        self.port = port
        self.url = f"http://localhost:{port}"
        self.environment |= {"YIMEN_HTTP_PORT": str(port), "YIMEN_ISSUER": self.url}

    def _psql(self, statement: str, url: str | None = None):
        subprocess.run(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", url or self._server, "-c", statement],
            check=True,
            capture_output=True,
        )

    def change(self, statement: str):
        """A hand at the database, for what only time would bring about."""
        if self._database:
            self._psql(statement, self.environment["YIMEN_DATABASE_URL"])
            return
        with contextlib.closing(sqlite3.connect(f"{self.directory}/yimen.sqlite", timeout=30)) as database, database:
            database.execute(statement)

    def rows(self, query: str) -> list[list[str]]:
        """What stands in the database, every value as text."""
        if self._database:
            command = ["psql", "-X", "-A", "-t", "-F", "\t", self.environment["YIMEN_DATABASE_URL"], "-c", query]
            lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
            return [line.split("\t") for line in lines]
        with contextlib.closing(sqlite3.connect(f"file:{self.directory}/yimen.sqlite?mode=ro", uri=True)) as database:
            return [[str(value) for value in row] for row in database.execute(query)]

    def run(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess:
        """One `yimen` command; returns its exit code and output, whatever they are."""
        return subprocess.run(
            [PROGRAMS / "yimen", *arguments],
            env={**os.environ, **self.environment, **changes},
            cwd=ROOT,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    @staticmethod
    def command(*arguments: str) -> subprocess.CompletedProcess:
        """One that needs no installation."""
        return subprocess.run([PROGRAMS / "yimen", *arguments], capture_output=True, text=True, timeout=60)

    def succeed(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, (
            f"yimen {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr or done.stdout}"
        )
        return done.stdout

    def prepare(self):
        self.succeed("migrate")
        self.succeed("seed", "demo")

    def start(self):
        self.program = Program(f"yimen-{self.name}", [PROGRAMS / "yimen", "serve"], self.environment)
        self.program.wait_for(f"{self.url}/health/ready", verify=self.verify)

    def stop(self) -> int:
        return self.program.stop()

    @contextlib.contextmanager
    def served(self):
        """Prepared and started; ends cleanly when nobody needs it any more, and leaves nothing behind."""
        try:
            self.prepare()
            self.start()
            yield self
            assert self.stop() == 0, f"the server did not end cleanly:\n{self.program.last_words()}"
        finally:
            if self.program and self.program.process.poll() is None:
                self.program.process.kill()
            self.remove()

    def remove(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        if self._database:
            self._psql(f"DROP DATABASE IF EXISTS {self._database} WITH (FORCE)")

    def client(self, token: str | None = None, **options) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, **options)

    def discovery(self) -> dict:
        return self.client().get("/.well-known/openid-configuration").json()


@contextlib.contextmanager
def two_servers(name: str):
    """Two servers under one issuer, as behind a proxy that sends requests to either: they share PostgreSQL and keys,
    and nothing else. `urls` of the system that is yielded names both."""
    yimen = Yimen("postgres", name)
    second = None
    try:
        yimen.prepare()
        yimen.start()
        port = free_port()
        second = Program(
            f"yimen-{name}-second",
            [PROGRAMS / "yimen", "serve"],
            {**yimen.environment, "YIMEN_HTTP_PORT": str(port)},
        )
        yimen.urls = [yimen.url, f"http://localhost:{port}"]
        second.wait_for(f"{yimen.urls[1]}/health/ready")
        yield yimen
        assert second.stop() == 0 and yimen.stop() == 0
    finally:
        for program in (second, yimen.program):
            if program and program.process.poll() is None:
                program.process.kill()
        yimen.remove()


def seeded(file: str):
    """A file of the demo seed, as JSON."""
    return json.loads((ROOT / "config" / "seed" / file).read_text())


def slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()
