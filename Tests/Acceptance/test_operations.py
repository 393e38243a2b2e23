"""What an operator relies on: commands, exit codes, health, metrics, logs, a clean end."""

import os
import pathlib
import re
import shutil
import subprocess

import httpx
import pytest
from conftest import backends
from processes import PROGRAMS
from system import CITIZEN, DEMO_PASSWORD, Yimen, seeded


@pytest.fixture(params=backends())
def fresh(request):
    """A system nobody has prepared yet."""
    system = Yimen(request.param, "fresh")
    yield system
    if system.program and system.program.process.poll() is None:
        system.program.process.kill()
    system.remove()


def test_tells_what_to_do_before_the_first_migration(fresh):
    done = fresh.run("serve")
    assert done.returncode != 0
    assert "yimen migrate" in done.stderr + done.stdout


def test_preparing_twice_keeps_everything(fresh):
    fresh.prepare()
    fresh.prepare()
    fresh.start()
    with fresh.client() as client:
        items = client.get("/api/v1/items").json()["items"]
    assert len({item["id"] for item in items}) == len(items) > 0
    assert fresh.stop() == 0


def test_a_dry_run_changes_nothing(fresh):
    fresh.environment["YIMEN_DATA_DIRECTORY"] += "/data"
    listed = fresh.succeed("migrate", "--dry-run")
    assert listed.startswith("would apply ") and os.listdir(fresh.directory) == []
    assert fresh.run("serve").returncode != 0
    assert fresh.succeed("migrate") == listed.replace("would apply", "applied")
    assert fresh.succeed("migrate", "--dry-run") == "nothing to apply\n"


def test_a_program_without_its_resources_says_what_to_copy(fresh):
    fresh.succeed("migrate")
    alone = pathlib.Path(fresh.directory).resolve() / "alone" / "yimen"
    alone.parent.mkdir()
    shutil.copy2(PROGRAMS / "yimen", alone)
    for command, start, code in (("doctor", r"FAIL +resources +", 1), ("serve", "yimen: ", 78)):
        done = subprocess.run(
            [alone, command], env={**os.environ, **fresh.environment}, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == code, done
        told = re.search(f"^{start}(.*)", done.stdout + done.stderr, re.MULTILINE)
        assert told and told[1].startswith(f"{alone.parent}/yimen_Web.resources lacks"), done
        assert "copy the folders yimen_*.resources" in told[1] and "resources.directory" in told[1]


def test_a_resources_directory_that_is_not_there_is_named_with_its_key(fresh):
    fresh.succeed("migrate")
    done = fresh.run("serve", YIMEN_RESOURCES_DIRECTORY="/nosuch")
    assert done.returncode == 78
    assert "YIMEN_RESOURCES_DIRECTORY): /nosuch lacks the folders Locales, Static, Templates" in done.stderr


def test_the_version_is_told():
    done = Yimen.command("--version")
    assert done.returncode == 0 and re.fullmatch(r"\d+\.\d+\.\d+\n", done.stdout)


def test_production_refuses_the_demo(fresh):
    fresh.succeed("migrate")
    done = fresh.run("seed", "demo", YIMEN_DEMO="false", YIMEN_ISSUER="https://yimen.example")
    assert done.returncode != 0 and "demo" in (done.stderr + done.stdout).lower()


def test_production_refuses_an_http_issuer(fresh):
    fresh.succeed("migrate")
    done = fresh.run("serve", YIMEN_DEMO="false")
    assert done.returncode != 0 and "issuer" in (done.stderr + done.stdout).lower()


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"YIMEN_HTTP_PORT": "eighty"}, ["port", "65535"]),
        ({"YIMEN_LOG_LEVEL": "loud"}, ["log.level", "warning"]),
        ({"YIMEN_DATABASE_URL": "mysql://x/y"}, ["database.url", "postgres"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_setting_stops_the_start_and_is_named(fresh, changes, words):
    done = fresh.run("serve", **changes)
    assert done.returncode != 0
    for word in words:
        assert word in done.stderr + done.stdout


def test_a_wrong_key_in_the_file_is_named(fresh, tmp_path):
    file = tmp_path / "yimen.yaml"
    file.write_text("http:\n  prot: 8080\n")
    done = fresh.run("serve", YIMEN_CONFIG=str(file))
    assert done.returncode != 0
    assert str(file) in done.stderr + done.stdout and "prot" in done.stderr + done.stdout


@pytest.mark.parametrize(
    "command",
    "serve|migrate|seed|client|client add|client list|client remove|user|user add|device|device enrol|keys|keys list|"
    "keys rotate|keys retire|audit|audit verify|outbox|outbox list|outbox retry|doctor|configuration".split("|"),
)
def test_every_command_has_help(command):
    done = Yimen.command(*command.split(), "--help")
    assert done.returncode == 0 and "OVERVIEW" in done.stdout
    # A flag that is named after a member of the standards stands alone on its line, however long it is.
    text = [line for line in done.stdout.splitlines() if " " in line.strip() and not line.startswith("USAGE")]
    assert all(len(line) <= 80 for line in text)


def test_exit_codes_tell_what_kind_of_trouble_it_is(fresh):
    assert fresh.run("frobnicate").returncode == 64
    assert fresh.run("keys", "retire", "one").returncode == 64
    assert fresh.run("serve", YIMEN_HTTP_PORT="eighty").returncode == 78
    assert fresh.run("migrate", YIMEN_DATABASE_URL="postgres:///x?host=/nowhere").returncode == 69
    fresh.succeed("migrate")
    assert fresh.run("client", "remove", "--id", "nobody").returncode == 1
    (pathlib.Path(fresh.directory) / "keys" / "data-1.key").chmod(0o644)
    refused = fresh.run("keys", "list")
    assert refused.returncode == 77 and "chmod 600" in refused.stderr


@pytest.mark.parametrize("key", ["limits.signIn.perMinute", "limits.page.burst"])
def test_a_wrong_limit_names_file_line_key_and_range(fresh, tmp_path, key):
    _, name, value = key.split(".")
    file = tmp_path / "yimen.yaml"
    file.write_text(f"limits:\n  {name}:\n    {value}: none\n")
    done = fresh.run("serve", YIMEN_CONFIG=str(file))
    assert done.returncode == 78
    assert f"{file}:3: {key}" in done.stderr and "1 to 1000000" in done.stderr


def test_limits_hold_when_they_are_on(fresh):
    fresh.environment |= {
        "YIMEN_LIMITS_ENABLED": "true",
        "YIMEN_LIMITS_READ_PER_MINUTE": "1",
        "YIMEN_LIMITS_READ_BURST": "3",
    }
    fresh.prepare()
    fresh.start()
    with fresh.client() as client:
        answers = [client.get("/api/v1/items") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert client.get("/").status_code == 200
    assert fresh.stop() == 0


def test_the_doctor_finds_a_healthy_system(yimen):
    done = yimen.run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr


def test_clients_are_added_listed_and_removed(yimen):
    add = [
        "client",
        "add",
        "--id",
        "listed",
        "--secret",
        "x" * 40,
        "--redirect-uri",
        "https://a.example/cb",
        "--grant",
        "authorization_code",
        "--scope",
        "openid",
    ]
    yimen.succeed(*add)
    listing = yimen.succeed("client", "list")
    assert "listed" in listing and "x" * 40 not in listing
    assert yimen.run(*add).returncode != 0
    yimen.succeed("client", "remove", "--id", "listed")
    assert "listed" not in yimen.succeed("client", "list")
    assert yimen.run("client", "remove", "--id", "listed").returncode != 0
    assert (
        yimen.run(
            "client", "add", "--id", "bad", "--secret", "x" * 40, "--redirect-uri", "http://a.example/cb#x"
        ).returncode
        != 0
    )


class TestWhileServing:
    def test_is_live_and_ready(self, anonymous):
        assert anonymous.get("/health/live").status_code == 200
        assert anonymous.get("/health/ready").status_code == 200

    def test_counts_requests(self, anonymous):
        anonymous.get("/api/v1/items")
        text = anonymous.get("/metrics").text
        assert "# TYPE" in text and "/api/v1/items" in text

    def test_protects_every_page(self, anonymous):
        for path in ("/", "/items", "/nothing", "/api/v1/items", "/api/v1/nothing"):
            headers = anonymous.get(path).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert "content-security-policy" in headers, path
        policy = anonymous.get("/").headers["content-security-policy"]
        assert "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy

    def test_head_is_get_without_a_body(self, anonymous):
        answer = anonymous.head("/api/v1/items")
        assert answer.status_code == 200 and answer.content == b""

    def test_static_files_are_cached_for_good(self, anonymous):
        page = anonymous.get("/").text
        path = page.split('rel="stylesheet" href="')[1].split('"')[0]
        answer = anonymous.get(path)
        assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]

    def test_the_log_holds_no_secrets(self, yimen, portal):
        token = portal.sign_in(CITIZEN)
        log = yimen.program.log.read_text(errors="replace")
        for secret in (DEMO_PASSWORD, token["access_token"], token["refresh_token"], portal.secret, CITIZEN):
            assert secret not in log

    def test_the_seed_is_served(self, anonymous):
        found = anonymous.get("/api/v1/items", params={"q": "办房本"}).json()["items"]
        assert "estate-transfer-existing" in [item["id"] for item in found]
        assert seeded("items.json")


def test_a_busy_port_is_told(yimen):
    done = yimen.run("serve")
    assert done.returncode != 0 and str(yimen.port) in done.stderr + done.stdout
    assert "CancellationError" not in done.stderr + done.stdout


@pytest.mark.parametrize("host", ["nosuch.invalid", "203.0.113.9"])
def test_an_address_that_cannot_be_had_is_told_with_its_key(fresh, host):
    fresh.succeed("migrate")
    done = fresh.run("serve", "--host", host)
    assert done.returncode == 1
    told = done.stderr.splitlines()[-1]
    assert host in told and "http.host, YIMEN_HTTP_HOST or --host" in told


def test_stopping_lets_requests_finish(fresh):
    fresh.prepare()
    fresh.start()
    with httpx.stream("GET", f"{fresh.url}/api/v1/halls/jinan-24h/board/events", timeout=30) as events:
        assert events.status_code == 200
        assert fresh.stop() == 0
