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


def run(port: int, script: str, path: str, seconds: float, clients: int, **variables) -> Outcome:
    environment = os.environ | {"LOAD_DIRECTORY": str(FOLDER)}
    environment |= {f"LOAD_{name.upper()}": str(value) for name, value in variables.items()}
    answer = subprocess.run(
        ["wrk", "-t1", f"-c{clients}", f"-d{int(seconds)}s", "--timeout", "10s", "--latency", "-s", FOLDER / script,
         f"http://localhost:{port}{path}"],
        env=environment, capture_output=True, text=True, timeout=seconds + 60)
    line = next((line for line in answer.stdout.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise SystemExit(f"bench: wrk gave no result:\n{answer.stdout}{answer.stderr}")
    result = json.loads(line.removeprefix("RESULT "))
    served = result["requests"] - result["failed"]
    return Outcome(
        served / result["seconds"], result["p50"] / 1000, result["p99"] / 1000, result["failed"] + result["lost"],
        result["requests"])


def get(port: int, paths: list[str], directory: Path, seconds: float, clients: int = 64) -> Outcome:
    file = directory / "paths.txt"
    file.write_text("\n".join(paths) + "\n")
    return run(port, "get.lua", "/", seconds, clients, paths=file)


def tokens(port: int, client: str, secret: str, scope: str, seconds: float, clients: int = 64) -> Outcome:
    basic = base64.b64encode(f"{client}:{secret}".encode()).decode()
    return run(port, "token.lua", "/oauth2/token", seconds, clients, basic=basic, scope=scope)


def holds(port: int, plan, starts: list[str], directory: Path, seconds: float, name: str, clients: int = 64) -> Outcome:
    file = directory / f"starts-{name}.txt"
    file.write_text("\n".join(starts) + "\n")
    return run(
        port, "hold.lua", "/", seconds, clients, tokens=plan.tokens, starts=file, hall=plan.hall, item=plan.item,
        round=name)
