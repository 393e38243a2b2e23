"""Load by wrk: one thread, so that the server has the other core on a machine of two."""

import base64
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "load"


@dataclass
class Outcome:
    rate: float
    p50_ms: float
    p99_ms: float
    failed: int
    requests: int
    # Processor time of the server for one request; that of a PostgreSQL beside it is not in it.
    cpu_ms: float

    def note(self) -> str:
        failed = f", {self.failed} failed" if self.failed else ""
        return f"p50 {self.p50_ms:.1f} ms{failed}"


def run(server, script: str, path: str, seconds: float, clients: int, **variables) -> Outcome:
    """Load on a `Listener`; `variables` reach the script as LOAD_ and their name."""
    environment = os.environ | {"LOAD_DIRECTORY": str(FOLDER)}
    environment |= {f"LOAD_{name.upper()}": str(value) for name, value in variables.items()}
    used = server.used_seconds()
    answer = subprocess.run(
        ["wrk", "-t1", f"-c{clients}", f"-d{int(seconds)}s", "--timeout", "10s", "--latency", "-s", FOLDER / script,
         f"http://localhost:{server.port}{path}"],
        env=environment, capture_output=True, text=True, timeout=seconds + 60)
    used = server.used_seconds() - used
    line = next((line for line in answer.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise SystemExit(f"bench: wrk gave no result:\n{answer.stdout}{answer.stderr}")
    result = json.loads(line.removeprefix("RESULT "))
    served = result["requests"] - result["failed"]
    return Outcome(
        served / result["seconds"], result["p50"] / 1000, result["p99"] / 1000, result["failed"] + result["lost"],
        result["requests"], used * 1000 / max(result["requests"], 1))


def get(server, paths: list[str], directory: Path, seconds: float, clients: int = 64) -> Outcome:
    file = directory / "paths.txt"
    file.write_text("\n".join(paths) + "\n")
    return run(server, "get.lua", "/", seconds, clients, paths=file)


def tokens(server, client: str, secret: str, scope: str, seconds: float, clients: int = 64) -> Outcome:
    body = "grant_type=client_credentials&scope=" + scope
    return form(server, "/oauth2/token", client, secret, body, seconds, clients)


def form(server, path: str, client: str, secret: str, body: str, seconds: float, clients: int = 64) -> Outcome:
    """One form over and over, with the client's HTTP Basic credentials."""
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    return run(server, "form.lua", path, seconds, clients, basic=basic, form=body)


def once(server, path: str, bodies: Path, seconds: float, clients: int, **variables) -> Outcome:
    """Each line of a file is sent once; ends when they are used up."""
    return run(server, "once.lua", "/", seconds, clients, bodies=bodies, target=path, **variables)


def holds(server, plan, starts: list[str], directory: Path, seconds: float, name: str, clients: int = 64) -> Outcome:
    file = directory / f"starts-{name}.txt"
    file.write_text("\n".join(starts) + "\n")
    return run(
        server, "hold.lua", "/", seconds, clients, tokens=plan.tokens, starts=file, hall=plan.hall, item=plan.item,
        round=name)
