"""One `yimen serve` on data of its own."""

import http.client
import json
import os
import subprocess
import time
from pathlib import Path


class Listener:
    """A process that listens on a port: all that a load needs to know."""

    def __init__(self, port: int, process: subprocess.Popen | None = None):
        self.port = port
        self.process = process

    def used_seconds(self) -> float:
        """Processor time so far, of all threads, those that have ended too."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


class Server(Listener):
    def __init__(self, program: Path, directory: Path, port: int, database_url: str | None = None):
        super().__init__(port)
        self.program = program
        self.directory = directory
        self.log = directory / "server.log"
        directory.mkdir(parents=True, exist_ok=True)
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("YIMEN_")
        } | {
            "YIMEN_DATA_DIRECTORY": str(directory / "var"),
            "YIMEN_HTTP_PORT": str(port),
            "YIMEN_ISSUER": f"http://localhost:{port}",
            "YIMEN_DEMO": "true",
            # The load comes from one address, which a limit would stop.
            "YIMEN_LIMITS_ENABLED": "false",
            "YIMEN_HTTP_STREAMS_PER_ADDRESS": "100000",
            "YIMEN_BOOKING_LIMITS_ACTIVE": "1000",
            "YIMEN_BOOKING_LIMITS_PER_ITEM_AND_DAY": "100",
            # Check-in is measured for a slot that begins soon.
            "YIMEN_BOOKING_CHECK_IN_EARLY_MINUTES": "240",
        }
        if database_url:
            self.environment["YIMEN_DATABASE_URL"] = database_url

    def command(self, *arguments: str) -> str:
        answer = subprocess.run(
            [self.program, *arguments], env=self.environment, capture_output=True, text=True, timeout=300)
        if answer.returncode != 0:
            raise SystemExit(f"bench: yimen {' '.join(arguments)} failed:\n{answer.stdout}{answer.stderr}")
        return answer.stdout

    def start(self) -> float:
        """Starts the server; gives the seconds to the first answer."""
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [self.program, "serve"], env=self.environment, stdout=self.log.open("ab"), stderr=subprocess.STDOUT)
        while time.monotonic() - begin < 60:
            if self.process.poll() is not None:
                raise SystemExit(f"bench: the server ended at once; see {self.log}")
            if self._answers("/health/live"):
                seconds = time.monotonic() - begin
                self._wait_until_ready()
                return seconds
            time.sleep(0.005)
        raise SystemExit(f"bench: the server did not answer within a minute; see {self.log}")

    def _wait_until_ready(self):
        deadline = time.monotonic() + 60
        while not self._answers("/health/ready"):
            if time.monotonic() > deadline:
                raise SystemExit(f"bench: the server did not become ready; see {self.log}")
            time.sleep(0.05)

    def _answers(self, path: str) -> bool:
        try:
            return self.get(path)[0] == 200
        except OSError:
            return False

    def get(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{self.port}"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def json(self, path: str):
        status, body = self.get(path)
        if status != 200:
            raise SystemExit(f"bench: {path} answered {status}: {body[:300]!r}")
        return json.loads(body)

    def processor_seconds(self) -> tuple[float, float]:
        """What the threads that hash passwords have used so far, and what all others have."""
        tick = os.sysconf("SC_CLK_TCK")
        hashing = others = 0.0
        for thread in Path(f"/proc/{self.process.pid}/task").iterdir():
            try:
                fields = (thread / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            used = (int(fields[11]) + int(fields[12])) / tick
            # They alone run at a lower priority.
            if int(fields[16]) > 0:
                hashing += used
            else:
                others += used
        return hashing, others

    def kill(self):
        """kill -9: nothing is finished, nothing is said."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
