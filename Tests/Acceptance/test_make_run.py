"""`make run` as somebody meets it who has just cloned: what it says when something is missing, taken or doubled."""

import os
import pathlib
import signal
import socket
import subprocess

import httpx
import pytest
from browsing import Browser
from processes import ARTIFACTS, PROGRAMS, ROOT, free_port, wait_until
from system import CITIZEN, DEMO_PASSWORD, Yimen


class Run:
    """scripts/run.sh on a data directory and ports of its own."""

    def __init__(self, directory: pathlib.Path, name: str, **changes: str):
        self.port, self.samples = free_port(), free_port()
        self.directory = directory / "var"
        self.output = ARTIFACTS / f"make-run-{name}.log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("YIMEN_DATABASE")},
            "PROGRAMS": str(PROGRAMS),
            "YIMEN_DATA_DIRECTORY": str(self.directory),
            "YIMEN_HTTP_PORT": str(self.port),
            "SAMPLES_PORT": str(self.samples),
            **changes,
        }
        self.process: subprocess.Popen | None = None

    def start(self):
        self.process = subprocess.Popen(
            ["scripts/run.sh"],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.output.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def table(self) -> str:
        def printed() -> str:
            text = self.output.read_text()
            assert self.process.poll() is None, text
            return text if "Kiosk device" in text else ""

        return wait_until(printed, "the table of make run", 120)

    def interrupt(self) -> int:
        """Ctrl-C goes to the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(40)

    def finish(self) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["scripts/run.sh"], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120
        )


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def shims(directory: pathlib.Path, **programs: str) -> str:
    """A PATH whose first folder holds these shell scripts."""
    folder = directory / "shims"
    folder.mkdir()
    for name, body in programs.items():
        path = folder / name.replace("_", "-")
        path.write_text("#!/bin/sh\n" + body)
        path.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def test_it_starts_answers_and_stops_with_ctrl_c(tmp_path):
    run = Run(tmp_path, "plain")
    run.start()
    try:
        table = run.table()
        assert f"http://localhost:{run.port}/" in table and f"http://localhost:{run.samples}/" in table
        assert DEMO_PASSWORD in table and CITIZEN in table
        assert httpx.get(f"http://localhost:{run.port}/").status_code == 200
        assert httpx.get(f"http://localhost:{run.samples}/").status_code == 200
        second = Run(tmp_path, "second").finish()
        assert second.returncode == 1 and "already running" in second.stderr and str(run.directory) in second.stderr
        assert httpx.get(f"http://localhost:{run.port}/health/ready").status_code == 200
    finally:
        code = run.interrupt()
    assert code == 0 and "Stopped. The data is kept in" in run.output.read_text()
    assert is_free(run.port) and is_free(run.samples)
    # A second run keeps what was there.
    run.start()
    run.table()
    assert run.interrupt() == 0


@pytest.mark.parametrize("which", ["YIMEN_HTTP_PORT", "SAMPLES_PORT"])
def test_a_taken_port_is_told_before_anything_is_made(tmp_path, which):
    with socket.create_server(("127.0.0.1", 0)) as other:
        run = Run(tmp_path, "taken", **{which: str(other.getsockname()[1])})
        done = run.finish()
    assert done.returncode == 1
    assert f"Port {run.environment[which]} is taken" in done.stderr and which in done.stderr
    assert not (run.directory / "yimen.sqlite").exists()


def test_missing_packages_are_named_and_nothing_is_left_behind(tmp_path):
    """Without root and sudo: exactly the missing ones, the command that installs them, no half state."""
    path = shims(
        tmp_path,
        dpkg_query='for word; do last=$word; done\ncase $last in libargon2-dev|libqrencode-dev) exit 1;; esac\necho installed',
        id="echo 1000",
        sudo="exit 1",
        apt_get=f"touch {tmp_path}/apt-was-called",
    )
    run = Run(tmp_path, "packages", PATH=path)
    done = run.finish()
    assert done.returncode == 1
    assert "These Debian packages are missing: libargon2-dev libqrencode-dev\n" in done.stderr
    assert "apt-get install --no-install-recommends libargon2-dev libqrencode-dev" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert not (tmp_path / "apt-was-called").exists() and not run.directory.exists()


def test_packages_that_cannot_be_installed_stop_it(tmp_path):
    path = shims(
        tmp_path,
        dpkg_query='for word; do last=$word; done\n[ "$last" != libpq-dev ] && echo installed',
        id="echo 0",
        apt_get=f'echo "$@" >>{tmp_path}/calls\ncase $* in *install*) echo "E: no space left" >&2; exit 100;; esac',
    )
    run = Run(tmp_path, "install", PATH=path)
    done = run.finish()
    assert done.returncode == 1
    assert "E: no space left" in done.stderr and "Installing libpq-dev failed" in done.stderr
    calls = (tmp_path / "calls").read_text()
    assert calls.count("install") >= 1 and "libssl-dev" not in calls
    assert not run.directory.exists()


def test_without_swift_it_says_where_to_get_it(tmp_path):
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "dirname", "env", "id", "cat", "mkdir", "dpkg-query", "sed"):
        found = subprocess.run(["bash", "-c", f"command -v {name}"], capture_output=True, text=True).stdout.strip()
        (folder / name).symlink_to(found)
    done = Run(tmp_path, "swift", PATH=str(folder)).finish()
    assert done.returncode == 1 and "Swift 6.3 is needed" in done.stderr and "swift.org" in done.stderr


@pytest.mark.skipif("YIMEN_TEST_POSTGRES" not in os.environ, reason="YIMEN_TEST_POSTGRES is not set")
def test_with_a_database_url_it_serves_from_postgresql(tmp_path):
    database = Yimen("postgres", "make-run")
    run = Run(tmp_path, "postgres", YIMEN_DATABASE_URL=database.environment["YIMEN_DATABASE_URL"])
    try:
        run.start()
        run.table()
        assert httpx.get(f"http://localhost:{run.port}/api/v1/items").json()["items"]
        assert run.interrupt() == 0
        assert not (run.directory / "yimen.sqlite").exists()
    finally:
        if run.process and run.process.poll() is None:
            run.interrupt()
        database.remove()


def test_over_https_a_browser_signs_in_at_a_department(tmp_path):
    run = Run(tmp_path, "tls", YIMEN_HTTP_TLS="true")
    run.start()
    try:
        table = run.table()
        assert f"https://localhost:{run.port}/" in table and "certs/development-ca.pem" in table
        authority = ROOT / "certs" / "development-ca.pem"
        assert httpx.get(f"https://localhost:{run.port}/", verify=str(authority)).status_code == 200
        browser = Browser("desktop", arguments=[f"--ignore-certificate-errors-spki-list={fingerprint(authority.parent)}"])
        try:
            browser.driver.get(f"http://localhost:{run.samples}/social-security/")
            browser.driver.find_element("css selector", "a.button[href='login']").click()
            wait_until(lambda: browser.driver.current_url.startswith("https://localhost"), "the sign-in page")
            browser.driver.find_element("name", "username").send_keys(CITIZEN)
            browser.driver.find_element("name", "password").send_keys(DEMO_PASSWORD + "\n")
            wait_until(
                lambda: browser.driver.current_url.startswith(f"http://localhost:{run.samples}/"), "the way back"
            )
            browser.driver.get(f"https://localhost:{run.port}/bookings")
            cookies = {cookie["name"]: cookie for cookie in browser.driver.get_cookies()}
            assert any(name.startswith("__Host-") and cookie["secure"] for name, cookie in cookies.items())
            # Plain http on another port of the same name still works.
            browser.driver.get(f"http://localhost:{run.samples}/")
            assert browser.driver.current_url.startswith("http://localhost")
        finally:
            browser.picture("make-run-tls")
            browser.quit()
    finally:
        assert run.interrupt() == 0


def fingerprint(certificates: pathlib.Path) -> str:
    """SHA-256 of the public key, as Chromium takes it."""
    return subprocess.run(
        "openssl x509 -in server.pem -pubkey -noout | openssl pkey -pubin -outform der | "
        "openssl dgst -sha256 -binary | base64",
        shell=True,
        cwd=certificates,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
