"""The disk of the embedded database is full: nothing acknowledged is lost, and space is all that it takes to go on."""

import contextlib
import pathlib
import resource
import signal
import sqlite3
import subprocess

import pytest
from outages import Work, ready, search_works, serving, without_limits
from processes import wait_until
from system import Yimen

SIZE = 48 << 20


class FullDisk:
    """A small file system with a file in it that takes the rest of the space."""

    words = "is full: free some space"

    def __init__(self, yimen: Yimen):
        self.directory = yimen.directory
        self.ballast = pathlib.Path(yimen.directory) / "ballast"
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", yimen.directory], capture_output=True
        )
        if done.returncode != 0:
            yimen.remove()
            pytest.skip("mounting a small disk needs the rights of root")

    def fill(self, yimen: Yimen):
        with self.ballast.open("wb", buffering=0) as file:
            # The server writes meanwhile, so that less may be left than was counted.
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * 65536)

    def clear(self, yimen: Yimen):
        self.ballast.unlink()

    def remove(self):
        subprocess.run(["umount", "--lazy", self.directory], check=True)
        pathlib.Path(self.directory).rmdir()


class LimitedFiles:
    """No file of the server may grow any more, as under a quota; needs nobody's permission."""

    words = "check the disk and free space"

    def __init__(self, yimen: Yimen):
        # A write beyond the limit shall fail and not end the process; the server inherits this wish.
        self._before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    def fill(self, yimen: Yimen):
        files = pathlib.Path(yimen.directory).glob("yimen.sqlite*")
        self._limit(yimen, max(file.stat().st_size for file in files if not file.name.endswith("-shm")))

    def clear(self, yimen: Yimen):
        self._limit(yimen, resource.RLIM_INFINITY)

    @staticmethod
    def _limit(yimen: Yimen, bytes: int):
        resource.prlimit(yimen.program.process.pid, resource.RLIMIT_FSIZE, (bytes, resource.RLIM_INFINITY))

    def remove(self):
        signal.signal(signal.SIGXFSZ, self._before)


@pytest.mark.parametrize("kind", [FullDisk, LimitedFiles])
def test_a_full_disk_loses_nothing_and_space_is_all_it_takes(kind):
    yimen = without_limits("sqlite", "full")
    disk = kind(yimen)
    try:
        with serving(yimen) as app:
            with Work(yimen, app) as work:
                work.go_on()
                disk.fill(yimen)
                wait_until(lambda: work.load.faults and work.sign_ins.faults, "refused bookings and sign-ins")
                wait_until(lambda: ready(yimen) == 503, "readiness to see that nothing can be written")
                assert search_works(yimen)
                disk.clear(yimen)
                wait_until(lambda: ready(yimen) == 200, "readiness to see the space")
                work.go_on()
            work.verify()
            with sqlite3.connect(f"file:{yimen.directory}/yimen.sqlite?mode=ro", uri=True) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert disk.words in yimen.program.log.read_text(), "the log tells the operator why"
    finally:
        disk.remove()
