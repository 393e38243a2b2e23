"""A demo with something on every screen, for looking at pages and for audits of them; Ctrl-C ends it.

    .build/venv/bin/python Tests/Acceptance/stage.py [PORT]
"""

import os
import signal
import sys

import httpx
from booking_calls import confirm, hold, hold_first_free, free_slots
from kiosk_device import KioskDevice
from processes import PROGRAMS, Program, free_port
from relying_party import RelyingParty
from system import DEMO_PASSWORD
from system import ROUND_THE_CLOCK_HALL as HALL
from system import Yimen, seeded

ITEM = "estate-transfer-existing"
SELF_SERVICE_ITEM = "id-card-renewal"
CITIZEN, WAITING, EMPTY = "19900000016", "19900000015", "19900000014"
HOLDING, CALLED = "19900000013", "19900000012"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def officer_calls(yimen: Yimen, token: str, window: str, *, start: bool):
    with yimen.client(token) as desk:
        assert desk.post(f"/api/v1/windows/{window}/open").status_code == 200
        called = desk.post(f"/api/v1/windows/{window}/call-next")
        assert called.status_code == 200, called.text
        if start:
            assert desk.post(f"/api/v1/tickets/{called.json()['id']}/start").status_code == 200


def device_code(yimen: Yimen) -> str:
    """What a television shows that wants to sign in."""
    yimen.succeed("client", "add", "--id", "stage-tv", "--name", "客厅电视", "--grant", DEVICE, "--scope", "openid")
    endpoint = yimen.discovery()["device_authorization_endpoint"]
    return httpx.post(endpoint, data={"client_id": "stage-tv", "scope": "openid"}).json()["user_code"]


def set_up(yimen: Yimen, kiosk: KioskDevice):
    """Citizens with a booking and a past, with a hold, waiting and called; windows that call and serve."""
    kiosk.enrol()
    app = RelyingParty(yimen, "stage", "openid booking")
    app.register()
    desk = RelyingParty(yimen, "stage-desk", "openid hall.window")
    desk.register()
    with yimen.client(app.sign_in(CITIZEN)["access_token"]) as citizen:
        dropped = hold_first_free(citizen, HALL, ITEM)["id"]
        citizen.post(f"/api/v1/reservations/{dropped}/cancel", headers={"Idempotency-Key": "stage-cancel"})
        slots = free_slots(citizen, HALL, "estate-query")
        confirm(citizen, hold(citizen, HALL, "estate-query", slots[-1]["start"]).json()["id"])
    with yimen.client(app.sign_in(WAITING)["access_token"]) as waiting:
        code = confirm(waiting, hold_first_free(waiting, HALL, ITEM)["id"]).json()["code"]
    with yimen.client(app.sign_in(HOLDING)["access_token"]) as holding:
        hold_first_free(holding, HALL, ITEM)
    with yimen.client(app.sign_in(CALLED)["access_token"]) as called:
        next_code = confirm(called, hold_first_free(called, HALL, SELF_SERVICE_ITEM)["id"]).json()["code"]
    with yimen.client(kiosk.token()) as machine:
        machine.post(f"/api/v1/halls/{HALL}/check-ins", json={"code": next_code})
    with yimen.client(kiosk.token()) as machine:
        for number in range(6):
            issued = machine.post(
                f"/api/v1/halls/{HALL}/tickets", json={"item": ITEM}, headers={"Idempotency-Key": f"stage-walk-in-{number}"}
            )
            assert issued.status_code == 201, issued.text
    officer = desk.sign_in("officer.jinan")["access_token"]
    officer_calls(yimen, officer, f"{HALL}-self-1", start=False)
    officer_calls(yimen, officer, f"{HALL}-estate-1", start=True)
    officer_calls(yimen, officer, f"{HALL}-estate-2", start=False)
    with yimen.client(kiosk.token()) as machine:
        machine.post(f"/api/v1/halls/{HALL}/check-ins", json={"code": code})


def register_samples(yimen: Yimen, site: str):
    """Anew, as the seed names the demo's port; with the secrets that the sample departments have by themselves."""
    for client in seeded("clients.json")["clients"]:
        folder = client["id"].removeprefix("sample-")
        if folder == client["id"]:
            continue
        yimen.succeed("client", "remove", "--id", client["id"])
        yimen.succeed(
            *("client", "add", "--id", client["id"], "--name", client["name"], "--name-en", client["nameEnglish"]),
            *("--secret", client["secret"]),
            *("--auth-method", client["authMethod"]),
            *(word for grant in client["grants"] for word in ("--grant", grant)),
            *(word for scope in client["scopes"] for word in ("--scope", scope)),
            *("--redirect-uri", f"{site}/{folder}/callback"),
            *("--post-logout-redirect-uri", f"{site}/{folder}/signed-out"),
            *("--backchannel-logout-uri", f"{site}/{folder}/backchannel-logout"),
        )


def main() -> int:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else free_port()
    yimen = Yimen("sqlite", "stage")
    yimen.at(port)
    yimen.environment["YIMEN_BOOKING_HOLD_SECONDS"] = "3600"
    samples = None
    try:
        yimen.prepare()
        yimen.start()
        kiosk = KioskDevice(yimen, HALL)
        set_up(yimen, kiosk)
        register_samples(yimen, f"http://localhost:{port + 1}")
        samples = Program(
            "stage-samples", [PROGRAMS / "department-samples", "--issuer", yimen.url, "--port", port + 1]
        )
        print(f"site      {yimen.url}")
        print(f"samples   http://localhost:{port + 1}")
        print(f"YIMEN_DEMO_PASSWORD={DEMO_PASSWORD}")
        print(f"YIMEN_DEVICE_CODE={device_code(yimen)}")
        print(f"YIMEN_KIOSK_ID={kiosk.client_id}")
        print(f"YIMEN_KIOSK_SECRET={kiosk.secret}", flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        for program in (samples, yimen.program):
            if program:
                program.stop()
        yimen.remove()
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
