"""Work that goes on while the database cannot answer, and what the server may say meanwhile."""

from contextlib import contextmanager

import httpx
from booking_load import BookingLoad
from processes import wait_until
from relying_party import RelyingParty
from sign_in_load import SignInLoad
from system import ROUND_THE_CLOCK_HALL, Yimen

BOOKERS = [f"199000000{number:02}" for number in range(1, 7)]
VISITORS = [f"199000000{number:02}" for number in range(7, 9)]


def without_limits(backend: str, name: str, server: str | None = None) -> Yimen:
    """A system whose people may book as much as they like."""
    yimen = Yimen(backend, name, server)
    yimen.environment["YIMEN_BOOKING_LIMITS_ACTIVE"] = "0"
    yimen.environment["YIMEN_BOOKING_LIMITS_PER_ITEM_AND_DAY"] = "0"
    return yimen


@contextmanager
def serving(yimen: Yimen):
    """Prepared and started, with an app that may book; ends cleanly, by itself the same process all the time."""
    with yimen.served():
        app = RelyingParty(yimen, "acceptance-app", "openid profile booking")
        app.register()
        yield app


class Work:
    """Bookings and sign-ins at once."""

    def __init__(self, system: Yimen, app: RelyingParty):
        self.load = BookingLoad(system, app, BOOKERS, ROUND_THE_CLOCK_HALL, "social-card-application", days=6)
        self.sign_ins = SignInLoad(app, VISITORS)

    def __enter__(self):
        self.load.__enter__()
        self.sign_ins.__enter__()
        return self

    def __exit__(self, *_):
        self.sign_ins.__exit__()
        self.load.__exit__()

    def go_on(self, bookings: int = 40, sign_ins: int = 2):
        """Waits until so many more have been acknowledged."""
        booked, given = len(self.load.known) + bookings, len(self.sign_ins.given) + sign_ins
        wait_until(
            lambda: len(self.load.known) >= booked and len(self.sign_ins.given) >= given,
            f"{bookings} more bookings and {sign_ins} more sign-ins",
        )

    def verify(self):
        """Nothing but honest refusals was said, and what was promised is there."""
        for answer in self.load.faults + self.sign_ins.faults:
            check_refusal(answer)
        assert not [error for error in self.sign_ins.errors if error != "temporarily_unavailable"]
        assert not self.load.broken and not self.sign_ins.broken
        self.load.verify()
        self.sign_ins.verify()


def check_refusal(answer: httpx.Response):
    """503 with Retry-After: a problem for a program, `temporarily_unavailable` for a client, a page for a person."""
    said = f"{answer.request.method} {answer.url.path}: {answer.status_code} {answer.text[:500]}"
    assert answer.status_code == 503, said
    assert int(answer.headers["retry-after"]) >= 1, said
    kind = answer.headers["content-type"]
    if answer.url.path.startswith("/api/"):
        assert kind.startswith("application/problem+json"), said
        found = answer.json()
        assert found["type"] in ("urn:yimen:problem:busy", "urn:yimen:problem:timeout"), said
        assert found["status"] == 503 and found["title"], said
    elif answer.url.path == "/oauth2/token":
        assert answer.json()["error"] == "temporarily_unavailable", said
    else:
        assert kind.startswith("text/html") and "<h1" in answer.text, said


def ready(system: Yimen) -> int:
    """The status of readiness; the process itself lives on whatever it is."""
    with system.client() as client:
        assert client.get("/health/live").status_code == 200
        answer = client.get("/health/ready")
    assert answer.status_code in (200, 503)
    return answer.status_code


def search_works(system: Yimen) -> bool:
    """The catalogue is answered from memory, so that people can still read."""
    with system.client() as client:
        found = client.get("/api/v1/items", params={"q": "办房本"})
    return found.status_code == 200 and bool(found.json()["items"])
