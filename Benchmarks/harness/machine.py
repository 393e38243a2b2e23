"""The machine without a server: what it is, and the limits it sets."""

import datetime
import os
import platform
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "limits" / "limits.c"


class Limits:
    """Rates of bare operations, by the small C program beside this folder."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.program = directory / "limits"
        compiler = next((name for name in ("cc", "clang", "gcc") if _found(name)), None)
        if compiler is None:
            raise SystemExit("bench: no C compiler on the PATH (cc, clang or gcc)")
        subprocess.run(
            [compiler, "-O2", "-o", self.program, SOURCE, "-largon2", "-lsqlite3", "-lpthread"], check=True)

    def _rate(self, *arguments) -> float:
        answer = subprocess.run([self.program, *map(str, arguments)], check=True, capture_output=True, text=True)
        return float(answer.stdout)

    def fdatasync(self, seconds: float) -> float:
        return self._rate("fdatasync", self.directory, seconds)

    def argon2id(self, threads: int, seconds: float) -> float:
        return self._rate("argon2id", threads, seconds)

    def bookings(self, seconds: float, cells: int, schema: Path) -> float:
        return self._rate("bookings", self.directory, seconds, cells, schema)

    def thin_bookings(self, seconds: float, cells: int) -> float:
        return self._rate("bookings-thin", self.directory, seconds, cells)


def cores() -> int:
    return len(os.sched_getaffinity(0))


def description() -> str:
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    gigabytes = int(memory.split()[1]) / 1024 / 1024
    return f"{cores()} × {model}, {gigabytes:.0f} GB, Linux {platform.release()}"


def today() -> str:
    return datetime.date.today().isoformat()


def busy() -> float:
    """Load average of the last minute: figures taken beside other work are worth less."""
    return os.getloadavg()[0]


def _found(name: str) -> bool:
    return any((Path(folder) / name).exists() for folder in os.environ.get("PATH", "").split(":"))
