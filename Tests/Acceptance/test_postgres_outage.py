"""PostgreSQL goes away under load and comes back: the server waits, refuses honestly, and recovers by itself."""

import os
import pathlib
import signal
import subprocess
import tempfile

import pytest
from outages import Work, ready, search_works, serving, without_limits
from processes import ROOT, wait_until

pytestmark = pytest.mark.skipif("YIMEN_TEST_POSTGRES" not in os.environ, reason="YIMEN_TEST_POSTGRES is not set")


class Cluster:
    """A database server of the test's own, because the shared one must not be disturbed."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="yimen-outage-", dir="/tmp")
        self.url = self._script("start", self.directory, "fsync=off").strip()

    @staticmethod
    def _script(*arguments: str) -> str:
        done = subprocess.run(
            [ROOT / "scripts" / "postgres.sh", *arguments], stdout=subprocess.PIPE, text=True, timeout=90
        )
        assert done.returncode == 0, arguments
        return done.stdout

    def restart(self):
        """Cut off in the middle of everything, and back as soon as it has recovered."""
        self._script("restart", self.directory)

    def cut_off(self):
        """Ends every connection at once and stays away."""
        pid_file = pathlib.Path(self.directory) / "data" / "postmaster.pid"
        os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGQUIT)
        wait_until(lambda: not pid_file.exists(), "the end of the database server")

    def start(self):
        self._script("start", self.directory)

    def remove(self):
        self._script("stop", self.directory)


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    try:
        yield cluster
    finally:
        cluster.remove()


@pytest.fixture(scope="module")
def app(cluster):
    with serving(without_limits("postgres", "outage", cluster.url)) as app:
        yield app


def test_a_restart_under_load_loses_nothing_and_needs_no_hand(app, cluster):
    with Work(app.yimen, app) as work:
        work.go_on()
        cluster.restart()
        work.go_on()
    assert ready(app.yimen) == 200
    work.verify()


def test_an_outage_is_told_honestly_and_ends_by_itself(app, cluster):
    with Work(app.yimen, app) as work:
        work.go_on()
        cluster.cut_off()
        try:
            wait_until(lambda: ready(app.yimen) == 503, "readiness to see the outage")
            wait_until(lambda: work.load.faults and work.sign_ins.faults, "refused bookings and sign-ins")
            assert search_works(app.yimen)
        finally:
            cluster.start()
        wait_until(lambda: ready(app.yimen) == 200, "readiness to see the recovery")
        work.go_on()
    work.verify()
