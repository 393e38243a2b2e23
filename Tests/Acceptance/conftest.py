"""Fixtures: a running Yimen on each database, sample departments beside it, a browser in two sizes."""

import os

import pytest
from kiosk_device import KioskDevice
from processes import ARTIFACTS, PROGRAMS, Program, free_port
from relying_party import RelyingParty
from system import ROUND_THE_CLOCK_HALL, Yimen, slug

SAMPLES = {
    "social-security": ("sample-social-security", "SAMPLE_SOCIAL_SECURITY_SECRET"),
    "real-estate": ("sample-real-estate", "SAMPLE_REAL_ESTATE_SECRET"),
}


def backends() -> list:
    no_postgres = pytest.mark.skipif("YIMEN_TEST_POSTGRES" not in os.environ, reason="YIMEN_TEST_POSTGRES is not set")
    return ["sqlite", pytest.param("postgres", marks=no_postgres)]


@pytest.fixture(scope="session", params=backends())
def yimen(request):
    """One seeded server per database, shared by the tests; rate limits are off (they have tests of their own)."""
    system = Yimen(request.param, "shared")
    with system.served():
        yield system


@pytest.fixture(scope="session")
def portal(yimen) -> RelyingParty:
    """A third party's app that may book for the citizen."""
    party = RelyingParty(yimen, "acceptance-app", "openid profile booking")
    party.register()
    return party


@pytest.fixture(scope="session")
def desk(yimen) -> RelyingParty:
    """A third party's window program."""
    party = RelyingParty(yimen, "acceptance-desk", "openid hall.window")
    party.register()
    return party


@pytest.fixture(scope="session")
def kiosk(yimen) -> KioskDevice:
    """The queue machine of the round-the-clock hall."""
    device = KioskDevice(yimen, ROUND_THE_CLOCK_HALL)
    device.enrol()
    return device


@pytest.fixture(scope="session")
def departments(yimen):
    """The sample departments, registered anew because their port is not the demo's."""
    port = free_port()
    site = f"http://localhost:{port}"
    secrets = {}
    for folder, (client_id, variable) in SAMPLES.items():
        secrets[variable] = f"acceptance-secret-{folder}-of-32-or-more"
        yimen.run("client", "remove", "--id", client_id)
        yimen.succeed(
            "client",
            "add",
            "--id",
            client_id,
            "--secret",
            secrets[variable],
            "--auth-method",
            "client_secret_basic",
            "--redirect-uri",
            f"{site}/{folder}/callback",
            "--post-logout-redirect-uri",
            f"{site}/{folder}/signed-out",
            "--backchannel-logout-uri",
            f"{site}/{folder}/backchannel-logout",
            "--grant",
            "authorization_code",
            "--scope",
            "openid",
            "--scope",
            "profile",
        )
    program = Program(
        f"samples-{yimen.backend}",
        [PROGRAMS / "department-samples", "--issuer", yimen.url, "--port", port],
        secrets,
    )
    program.wait_for(f"{site}/health")
    yield site
    assert program.stop() == 0


@pytest.fixture
def anonymous(yimen):
    with yimen.client() as client:
        yield client


@pytest.fixture(scope="session")
def sizes():
    return {"phone": (390, 844), "desktop": (1280, 900)}


@pytest.fixture
def browser(request):
    """Debian's Chromium; `request.param` is a size's name. The last page is kept as a picture."""
    from browsing import Browser

    size = getattr(request, "param", "desktop")
    session = Browser(size)
    yield session
    session.picture(f"end-{slug(request.node.name)}")
    session.quit()


def pytest_sessionstart(session):
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for program in ("yimen", "department-samples"):
        if not (PROGRAMS / program).exists():
            raise pytest.UsageError(f"{PROGRAMS / program} is missing; run `swift build` first")
