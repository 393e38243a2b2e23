"""Rotating sealing keys beside a running server, killed and run again; proving the audit chains."""

import os
import random
import re
import signal
import sqlite3
import subprocess
import time
import uuid

import pytest
from booking_calls import confirm, hold_first_free
from conftest import backends
from kiosk_device import KioskDevice
from processes import PROGRAMS, ROOT, wait_until
from relying_party import RelyingParty
from system import CITIZEN, ROUND_THE_CLOCK_HALL, Yimen


@pytest.fixture(scope="module", params=backends())
def system(request):
    system = Yimen(request.param, "keys")
    try:
        system.prepare()
        system.start()
        yield system
        if system.program.process.poll() is None:
            assert system.stop() == 0
    finally:
        if system.program and system.program.process.poll() is None:
            system.program.process.kill()
        system.remove()


def sql(system: Yimen, *statements: str):
    """Behind the program's back, as somebody with access to the database would."""
    if system.backend == "sqlite":
        with sqlite3.connect(f"{system.directory}/yimen.sqlite", timeout=30) as connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
    else:
        for statement in statements:
            subprocess.run(
                ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", system.environment["YIMEN_DATABASE_URL"], "-c", statement],
                check=True,
                capture_output=True,
            )


def states(system: Yimen) -> dict[int, tuple[str, int]]:
    lines = [line.split("\t") for line in system.succeed("keys", "list").splitlines()]
    return {int(line[1]): (line[2], int(line[3].split()[0])) for line in lines if line[0] == "sealing"}


@pytest.fixture(scope="module")
def party(system):
    party = RelyingParty(system, "keys-app", "openid profile phone booking")
    party.register()
    return party


class TestRotation:
    def test_a_dry_run_counts_and_changes_nothing(self, system):
        before = states(system)
        assert "nothing was changed" in system.succeed("keys", "rotate", "--dry-run")
        assert states(system) == before == {1: ("current", before[1][1])}

    def test_killed_again_and_again_it_ends_and_people_sign_in_all_the_while(self, system, party):
        environment = {**os.environ, **system.environment}
        chance = random.Random(20261123)
        party.sign_in(CITIZEN)
        for _ in range(6):
            rotation = subprocess.Popen(
                [PROGRAMS / "yimen", "keys", "rotate"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
            )
            time.sleep(chance.uniform(0.05, 1.2))
            rotation.send_signal(signal.SIGKILL)
            rotation.wait()
            party.sign_in(CITIZEN)
        system.succeed("keys", "rotate")
        after = states(system)
        current = max(after)
        assert after[current][0] == "current" and after[current][1] > 40
        assert all(count == 0 for number, (_, count) in after.items() if number != current), after
        party.sign_in(CITIZEN)

    def test_a_key_in_use_is_not_retired_and_an_older_one_is(self, system, party):
        after = states(system)
        current = max(after)
        refused = system.run("keys", "retire", str(current))
        assert refused.returncode == 1 and "cannot be retired" in refused.stderr
        for number in after:
            if number != current:
                early = system.run("keys", "retire", str(number))
                assert early.returncode == 1 and "still about" in early.stderr
                system.succeed("keys", "retire", str(number), "--now")
        assert [state for state, _ in states(system).values()].count("current") == 1
        party.sign_in(CITIZEN)

    def test_a_server_follows_without_a_restart(self, system, party):
        system.succeed("keys", "rotate")
        current = max(states(system))
        before = states(system)[current][1]
        # A page session is sealed by the server itself.
        from web_visitor import WebVisitor

        visitor = WebVisitor()
        visitor.sign_in(visitor.open(f"{system.url}/bookings"), CITIZEN, "Yimen-demo-2026")
        assert states(system)[current][1] == before + 1

    def test_the_next_signing_keys_are_published_before_they_sign(self, system, party):
        published = {key["kid"] for key in system.client().get("/oauth2/jwks").json()["keys"]}
        told = system.succeed("keys", "rotate", "--signing")
        fresh = set(re.findall(r"^signing\t(\S+)\tnext\t", told, re.MULTILINE))
        assert len(fresh) == 2 and not fresh & published and "signs from" in told

        def seen() -> bool:
            return fresh <= {key["kid"] for key in system.client().get("/oauth2/jwks").json()["keys"]}

        wait_until(seen, "the next keys in the key set", 90)
        token = party.sign_in(CITIZEN)["id_token"]
        import base64
        import json

        header = token.split(".")[0]
        assert json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"] in published

    def test_a_lost_key_directory_stops_the_start(self, system):
        other = f"{system.directory}/other"
        os.makedirs(other, exist_ok=True)
        if system.backend == "sqlite":
            sql(system, f"VACUUM INTO '{other}/yimen.sqlite'")
        done = system.run("serve", YIMEN_DATA_DIRECTORY=other, YIMEN_HTTP_PORT="0")
        assert done.returncode == 1 and "There are no keys in" in done.stderr and "backup" in done.stderr
        # Nor do others make new ones, under which nobody could be found.
        for command in (("keys", "list"), ("user", "list"), ("seed", "demo"), ("migrate",)):
            done = system.run(*command, YIMEN_DATA_DIRECTORY=other)
            assert done.returncode == 1 and "There are no keys in" in done.stderr, command
        assert not os.path.exists(f"{other}/keys")


class TestAudit:
    @pytest.fixture
    def visits(self, system, party):
        """A few records in both kinds of chain; the server is stopped afterwards."""
        if system.program.process.poll() is not None:
            return
        token = party.sign_in(CITIZEN)
        with system.client(token["access_token"]) as citizen:
            held = hold_first_free(citizen, ROUND_THE_CLOCK_HALL, "estate-transfer-existing")
            assert confirm(citizen, held["id"]).status_code == 200
        device = KioskDevice(system, ROUND_THE_CLOCK_HALL)
        device.enrol()
        with system.client(device.token()) as kiosk:
            for _ in range(3):
                answer = kiosk.post(
                    f"/api/v1/halls/{ROUND_THE_CLOCK_HALL}/tickets",
                    json={"item": "estate-transfer-existing"},
                    headers={"Idempotency-Key": str(uuid.uuid4())},
                )
                assert answer.status_code == 201, answer.text

        def chained() -> bool:
            found = re.search(rf"booking {ROUND_THE_CLOCK_HALL}: intact, (\d+)", system.run("audit", "verify").stdout)
            return bool(found) and int(found[1]) >= 4

        wait_until(chained, "the events to be chained", 30)
        assert system.stop() == 0

    def test_good_chains_are_proved(self, system, visits):
        told = system.succeed("audit", "verify")
        assert re.search(r"^identity: intact, ([1-9]\d*) records$", told, re.MULTILINE)
        assert re.search(rf"^booking {ROUND_THE_CLOCK_HALL}: intact, ([1-9]\d*) records", told, re.MULTILINE)
        assert "BROKEN" not in told

    @pytest.mark.parametrize(
        "change, undo, place",
        [
            (
                "UPDATE identity_audit_event SET subject = subject || 'x' WHERE id = "
                "(SELECT event_id FROM identity_audit_link WHERE position = 2)",
                "UPDATE identity_audit_event SET subject = substr(subject, 1, length(subject) - 1) WHERE id = "
                "(SELECT event_id FROM identity_audit_link WHERE position = 2)",
                "identity: BROKEN at record 2",
            ),
            (
                "UPDATE identity_audit_link SET hash = hash || 'x' WHERE position = 3",
                "UPDATE identity_audit_link SET hash = substr(hash, 1, length(hash) - 1) WHERE position = 3",
                "identity: BROKEN at record 3",
            ),
            (
                f"UPDATE booking_event SET detail = detail || ' ' WHERE hall = '{ROUND_THE_CLOCK_HALL}' AND sequence = 2",
                "UPDATE booking_event SET detail = substr(detail, 1, length(detail) - 1) "
                f"WHERE hall = '{ROUND_THE_CLOCK_HALL}' AND sequence = 2",
                f"booking {ROUND_THE_CLOCK_HALL}: BROKEN at record 2",
            ),
            (
                f"UPDATE booking_event SET sequence = 1000 WHERE hall = '{ROUND_THE_CLOCK_HALL}' AND sequence = 3",
                f"UPDATE booking_event SET sequence = 3 WHERE hall = '{ROUND_THE_CLOCK_HALL}' AND sequence = 1000",
                f"booking {ROUND_THE_CLOCK_HALL}: BROKEN at record 3",
            ),
        ],
        ids=["identity-event", "identity-link", "booking-event", "booking-removed"],
    )
    def test_a_changed_record_is_named_with_its_position(self, system, visits, change, undo, place):
        sql(system, change)
        done = system.run("audit", "verify")
        assert done.returncode == 1 and place in done.stdout.splitlines(), done.stdout
        assert done.stdout.count("BROKEN") == 1
        sql(system, undo)
        assert system.run("audit", "verify").returncode == 0

    def test_a_chain_cut_off_at_its_end_is_found(self, system, visits):
        sql(
            system,
            f"DELETE FROM booking_event WHERE hall = '{ROUND_THE_CLOCK_HALL}' AND sequence = "
            f"(SELECT max(sequence) FROM booking_event WHERE hall = '{ROUND_THE_CLOCK_HALL}')",
        )
        done = system.run("audit", "verify")
        assert done.returncode == 1 and f"booking {ROUND_THE_CLOCK_HALL}: BROKEN" in done.stdout
