"""Several real processes on one database: migrating, starting, serving and stopping at the same time."""

import concurrent.futures
import os
import re
import socket
import subprocess
import threading
import time
import uuid
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from conftest import backends
from kiosk_device import KioskDevice
from processes import PROGRAMS, ROOT, Program, free_port, wait_until
from relying_party import CALLBACK, RelyingParty
from system import CITIZEN, DEMO_PASSWORD, ROUND_THE_CLOCK_HALL, Yimen


@pytest.fixture(params=backends())
def fresh(request):
    system = Yimen(request.param, "many")
    yield system
    if system.program and system.program.process.poll() is None:
        system.program.process.kill()
    system.remove()


def second_server(system: Yimen, **changes: str) -> tuple[Program, str]:
    """Another process of the same installation, under the same issuer, on a port of its own."""
    port = free_port()
    program = Program(
        f"yimen-second-{system.name}",
        [PROGRAMS / "yimen", "serve"],
        {**system.environment, "YIMEN_HTTP_PORT": str(port), **changes},
    )
    return program, f"http://localhost:{port}"


def at_once(system: Yimen, count: int, *arguments: str) -> list[subprocess.CompletedProcess]:
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda _: system.run(*arguments), range(count)))


def test_migrations_at_once_are_applied_once(fresh):
    done = at_once(fresh, 4, "migrate")
    assert [one.returncode for one in done] == [0] * 4, [one.stderr for one in done]
    applied = [line for one in done for line in one.stdout.splitlines() if line.startswith("applied ")]
    assert len(applied) == len(set(applied)) > 10
    assert fresh.succeed("migrate").strip() == "nothing to apply"


def test_servers_that_start_at_once_share_one_set_of_signing_keys(fresh):
    fresh.succeed("migrate")
    fresh.program = Program(f"yimen-{fresh.name}", [PROGRAMS / "yimen", "serve"], fresh.environment)
    other, address = second_server(fresh)
    try:
        fresh.program.wait_for(f"{fresh.url}/health/ready")
        other.wait_for(f"{address}/health/ready")
        sets = [httpx.get(f"{url}/oauth2/jwks").json()["keys"] for url in (fresh.url, address)]
        assert sets[0] == sets[1]
        assert sorted(key["alg"] for key in sets[0]) == ["ES256", "RS256"]
        assert fresh.succeed("keys", "list").count("\tactive\t") == 2
    finally:
        assert other.stop() == 0
        assert fresh.stop() == 0


@pytest.mark.skipif("YIMEN_TEST_POSTGRES" not in os.environ, reason="YIMEN_TEST_POSTGRES is not set")
def test_one_code_redeemed_by_fifty_clients_over_two_servers_gives_tokens_once():
    system = Yimen("postgres", "redeem")
    other = None
    try:
        system.prepare()
        system.start()
        other, address = second_server(system)
        other.wait_for(f"{address}/health/ready")
        party = RelyingParty(system, "fifty", "openid profile booking")
        party.register()
        for round_number in range(3):
            url, _, verifier, _ = party.begin(party.session())
            visitor = party.visitor()
            redirect = visitor.sign_in(visitor.open(url), CITIZEN, DEMO_PASSWORD)
            code = parse_qs(urlsplit(redirect).query)["code"][0]
            barrier = threading.Barrier(50)

            def redeem(number: int) -> httpx.Response:
                with httpx.Client(base_url=(system.url, address)[number % 2], timeout=60) as client:
                    client.get("/health/live")
                    barrier.wait(60)
                    return client.post(
                        "/oauth2/token",
                        data={
                            "grant_type": "authorization_code",
                            "code": code,
                            "redirect_uri": CALLBACK,
                            "code_verifier": verifier,
                        },
                        auth=(party.client_id, party.secret),
                    )

            with concurrent.futures.ThreadPoolExecutor(50) as pool:
                answers = list(pool.map(redeem, range(50)))
            statuses = sorted(answer.status_code for answer in answers)
            assert statuses == [200] + [400] * 49, statuses
            refused = [answer.json()["error"] for answer in answers if answer.status_code == 400]
            assert refused == ["invalid_grant"] * 49
            # A code that came twice has revoked what it gave (RFC 6749 §10.5).
            token = next(answer.json() for answer in answers if answer.status_code == 200)
            again = httpx.post(
                f"{address}/oauth2/token",
                data={"grant_type": "refresh_token", "refresh_token": token["refresh_token"]},
                auth=(party.client_id, party.secret),
            )
            assert again.status_code == 400, round_number
    finally:
        if other:
            assert other.stop() == 0
        if system.program:
            assert system.stop() == 0
        system.remove()


class TestStopping:
    """SIGTERM: not ready at once, requests in flight to their end, streams closed, exit code 0."""

    def test_readiness_goes_first_and_the_rest_follows(self, fresh):
        fresh.prepare()
        fresh.environment["YIMEN_HTTP_DRAIN_SECONDS"] = "3"
        fresh.start()
        fresh.program.process.terminate()
        wait_until(lambda: httpx.get(f"{fresh.url}/health/ready").status_code == 503, "readiness to go", 2.5)
        body = httpx.get(f"{fresh.url}/health/ready").json()
        assert body["checks"]["serving"] == "failed" and body["checks"]["database"] == "ok"
        assert httpx.get(f"{fresh.url}/health/live").status_code == 200
        assert httpx.get(f"{fresh.url}/api/v1/items").status_code == 200
        assert fresh.stop() == 0

    def test_a_request_in_flight_gets_its_answer(self, fresh):
        fresh.prepare()
        fresh.start()
        with socket.create_connection(("127.0.0.1", fresh.port), timeout=20) as connection:
            body = b"grant_type=authorization_code&code=unknown"
            head = (
                f"POST /oauth2/token HTTP/1.1\r\nHost: localhost:{fresh.port}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            connection.sendall(head.encode() + body[:10])
            time.sleep(0.3)
            fresh.program.process.terminate()
            time.sleep(0.7)
            assert fresh.program.process.poll() is None, "it did not wait for the request"
            connection.sendall(body[10:])
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
        assert answer.startswith(b"HTTP/1.1 401") or answer.startswith(b"HTTP/1.1 400"), answer[:200]
        assert b"invalid_client" in answer or b"invalid_request" in answer
        assert fresh.stop() == 0

    def test_event_streams_end_in_order(self, fresh):
        fresh.prepare()
        fresh.start()
        with httpx.stream("GET", f"{fresh.url}/api/v1/halls/jinan-24h/board/events", timeout=30) as events:
            pieces = events.iter_raw()
            assert next(pieces)
            began = time.monotonic()
            fresh.program.process.terminate()
            for _ in pieces:
                pass
        # httpx raises when the chunked body is cut off instead of closed.
        assert fresh.stop() == 0
        assert time.monotonic() - began < 15

    def test_without_requests_it_is_gone_quickly(self, fresh):
        fresh.prepare()
        fresh.start()
        began = time.monotonic()
        assert fresh.stop() == 0
        assert time.monotonic() - began < 15
        fresh.start()
        fresh.program.process.send_signal(2)
        assert fresh.program.process.wait(20) == 0


def test_waiting_for_the_schema_is_alive_and_not_ready(fresh):
    fresh.program = Program(f"yimen-{fresh.name}", [PROGRAMS / "yimen", "serve", "--wait"], fresh.environment)
    fresh.program.wait_for(f"{fresh.url}/health/live")
    assert httpx.get(f"{fresh.url}/health/ready").status_code == 503
    for method, path in (("GET", "/"), ("GET", "/items"), ("GET", "/api/v1/items?q=x"), ("POST", "/oauth2/token")):
        page = httpx.request(method, f"{fresh.url}{path}")
        assert page.status_code == 503 and page.headers["retry-after"], path
    fresh.prepare()
    fresh.program.wait_for(f"{fresh.url}/health/ready")
    assert httpx.get(f"{fresh.url}/api/v1/items").status_code == 200
    assert fresh.stop() == 0


def test_waiting_can_be_stopped(fresh):
    fresh.program = Program(f"yimen-{fresh.name}", [PROGRAMS / "yimen", "serve", "--wait"], fresh.environment)
    fresh.program.wait_for(f"{fresh.url}/health/live")
    assert fresh.stop() == 0


def test_the_database_is_measured(fresh):
    fresh.prepare()
    fresh.start()
    with fresh.client() as client:
        for _ in range(3):
            client.get("/api/v1/items")
        text = client.get("/metrics").text
    for name in (
        "storage_transaction_seconds_count",
        "storage_commit_seconds_count",
        "storage_read_seconds_count",
        "storage_wait_seconds_count",
        "storage_group_size_count",
        "storage_rollbacks_total",
        "storage_retries_total",
        "storage_refused_total",
        'storage_waiting_calls{queue="',
        "storage_workers ",
        "storage_workers_busy ",
    ):
        assert name in text, name
    if fresh.backend == "postgres":

        def fed() -> bool:
            found = re.search(r"storage_feed_lag_seconds_count (\d+)", httpx.get(f"{fresh.url}/metrics").text)
            return bool(found) and int(found[1]) > 0

        device = KioskDevice(fresh, ROUND_THE_CLOCK_HALL)
        device.enrol()
        with fresh.client(device.token()) as kiosk:
            answer = kiosk.post(
                f"/api/v1/halls/{ROUND_THE_CLOCK_HALL}/tickets",
                json={"item": "estate-transfer-existing"},
                headers={"Idempotency-Key": str(uuid.uuid4())},
            )
        assert answer.status_code == 201, answer.text
        wait_until(fed, "the change feed to be measured", 20)
    assert fresh.stop() == 0


def test_spans_are_written_when_asked_for(fresh):
    spans = ROOT / ".build" / "artifacts" / f"spans-{fresh.name}.jsonl"
    spans.unlink(missing_ok=True)
    fresh.environment |= {"YIMEN_TRACING_FILE": str(spans), "YIMEN_TRACING_PERCENT": "100", "YIMEN_LOG_FORMAT": "json"}
    fresh.prepare()
    fresh.start()
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    httpx.get(f"{fresh.url}/api/v1/items", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert fresh.stop() == 0
    text = spans.read_text()
    assert trace in text and '"GET /api/v1/items"' in text and '"parentSpanId":"00f067aa0ba902b7"' in text
    assert f'"trace":"{trace}"' in fresh.program.log.read_text()
