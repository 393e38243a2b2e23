"""Live sessions and refresh tokens put straight into the tables, as many as a province has on a busy day."""

import base64
import hashlib
import json
import shutil
import time
import uuid
from pathlib import Path

PEOPLE = 10_000
DAY_MS = 86_400_000
# A session, the system visited in it, the grant and its token: one row each.
ROWS_OF_ONE = 4


def people(seed: Path, own: Path) -> Path:
    """A seed directory with more people: a person of the demo would own a hundred thousand sessions."""
    shutil.copytree(seed, own)
    file = own / "people.json"
    content = json.loads(file.read_text())
    content["people"] += [
        {"id": _id(9, number), "name": "测试", "signInName": f"bench.{number}", "assurance": "L2"}
        for number in range(PEOPLE)]
    file.write_text(json.dumps(content, ensure_ascii=False))
    return own


def cookie(number: int) -> str:
    return "yimen-sso=" + _secret("session", number)


def token(number: int) -> str:
    return _secret("refresh", number)


def rows(database, client: str, numbers: range):
    """One browser signed in to one system with a refresh token, for each number."""
    now = int(time.time() * 1000)
    ends, person = now + DAY_MS // 2, {number: _id(9, number) for number in range(PEOPLE)}
    database.bulk(
        "identity_sso_session",
        "id handle_hash person_id device_hash device_label acr amr authenticated_at_ms created_at_ms last_seen_at_ms "
        "idle_ends_at_ms ends_at_ms",
        ((_id(1, n), _digest(_secret("session", n)), person[n % PEOPLE], _digest(f"device {n}"), "Firefox · Windows",
          "L2", '["pwd"]', now, now, now, ends, ends) for n in numbers))
    database.bulk(
        "identity_relying_session",
        "sid sso_session_id person_id client_id protocol created_at_ms last_used_at_ms",
        ((_id(2, n), _id(1, n), person[n % PEOPLE], client, "oidc", now, now) for n in numbers))
    database.bulk(
        "identity_refresh_family",
        "id client_id person_id sid offline scopes acr amr authenticated_at_ms created_at_ms ends_at_ms",
        ((_id(3, n), client, person[n % PEOPLE], _id(2, n), 0, '["openid"]', "L2", '["pwd"]', now, now, ends)
         for n in numbers))
    database.bulk(
        "identity_refresh_token", "token_hash family_id generation created_at_ms expires_at_ms",
        ((_digest(token(n)), _id(3, n), 0, now, ends) for n in numbers))


def expire(database, numbers: range):
    """Moves the end of all four rows of each number to a month ago, past every time that is kept."""
    past = int(time.time() * 1000) - 30 * DAY_MS

    def between(key: str, kind: int) -> str:
        return f"WHERE {key} BETWEEN '{_id(kind, numbers.start)}' AND '{_id(kind, numbers.stop - 1)}'"

    # The last one visited goes with the session it hangs on.
    database.query(
        f"UPDATE identity_sso_session SET idle_ends_at_ms = {past}, ends_at_ms = {past} {between('id', 1)}")
    database.query(f"UPDATE identity_refresh_family SET ends_at_ms = {past} {between('id', 3)}")
    database.query(f"UPDATE identity_refresh_token SET expires_at_ms = {past} {between('family_id', 3)}")


def left(database, numbers: range) -> int:
    """How many rows of these numbers are still there."""
    return sum(
        int(database.query(
            f"SELECT count(*) FROM {table} WHERE {key} BETWEEN '{_id(kind, numbers.start)}'"
            f" AND '{_id(kind, numbers.stop - 1)}'")[0][0])
        for table, key, kind in (
            ("identity_sso_session", "id", 1), ("identity_relying_session", "sid", 2),
            ("identity_refresh_family", "id", 3), ("identity_refresh_token", "family_id", 3)))


def _id(kind: int, number: int) -> str:
    """As long as the ids of the product, and growing as they do."""
    return str(uuid.UUID(int=0x0190 << 112 | kind << 96 | 0x7000 << 64 | 0x8 << 60 | number))


def _secret(kind: str, number: int) -> str:
    return _digest(f"{kind} {number}")


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
