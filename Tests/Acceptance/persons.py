"""People of a test's own, for tests that would meet the limits or the bookings of somebody else."""

import uuid

from system import DEMO_PASSWORD, Yimen


def new_citizen(yimen: Yimen, real_name: str = "测试市民") -> str:
    """Adds a verified person; returns the name to sign in with."""
    name = f"citizen.{uuid.uuid4().hex[:12]}"
    done = yimen.run(
        *("user", "add", "--name", real_name, "--sign-in-name", name, "--assurance", "L2", "--password-from", "NEW"),
        NEW=DEMO_PASSWORD,
    )
    assert done.returncode == 0, done.stderr
    return name
