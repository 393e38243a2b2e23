"""Starting and stopping the programs under test."""

import os
import pathlib
import signal
import socket
import subprocess
import time

import httpx

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / ".build" / "artifacts"
# Taken out of the environment: the programs themselves know no such variable.
PROGRAMS = pathlib.Path(os.environ.pop("YIMEN_PROGRAMS", ROOT / ".build" / "debug"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, what: str, seconds: float = 30, every: float = 0.05):
    """Polls until `condition` gives something true and returns that; fails with `what` after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(every)


class Program:
    """One process with its output in a file under .build/artifacts."""

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str] | None = None):
        ARTIFACTS.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = ARTIFACTS / f"{name}.log"
        self._output = self.log.open("wb")
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=ROOT,
        )

    def wait_for(self, url: str, seconds: float = 60, verify: str | bool = True):
        def answers():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.process.returncode}:\n{self.last_words()}")
            try:
                return httpx.get(url, timeout=2, verify=verify).status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(answers, f"{self.name} at {url}; its log says:\n{self.last_words()}", seconds)

    def last_words(self, lines: int = 30) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self, seconds: float = 30) -> int:
        """Asks the process to stop and returns its exit code; kills and fails when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"{self.name} did not stop within {seconds} s") from None
        finally:
            self._output.close()
