"""Security rules 29, 30, 32 and 33: passwords, guessing, locked accounts, and who may register a client.

See test_security_rules.py for the other rules and their sources.
"""

import re
import sqlite3

import httpx
import pytest
from oauth_requests import eventually, token, userinfo
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import WebVisitor, forms

PASSWORD = "one boat two rivers"


@pytest.fixture(scope="module")
def officer(yimen) -> str:
    """A person of these tests' own, since passwords are changed and accounts locked here."""
    return add_person(yimen, "rules.officer", "--role", "officer", "--hall", "jinan")


def add_person(yimen, name: str, *more: str) -> str:
    done = yimen.run(
        *("user", "add", "--name", "测试规则", "--sign-in-name", name, "--assurance", "L2", "--password-from", "NEW"),
        *more,
        NEW=PASSWORD,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# 29. Passwords: no rules of composition, none of those tried first, and unknown names look like known ones.


def test_rule_29_passwords(yimen, portal):
    for weak in ("short", "12345678", "woaini1314", "qwertyuiop", "19911112222", "P@ssw0rd123"):
        done = yimen.run(
            *("user", "add", "--name", "甲", "--phone", "19911112222", "--password-from", "NEW"), NEW=weak
        )
        assert done.returncode != 0 and "the password" in done.stderr and weak not in done.stderr, weak
    done = yimen.run(
        *("user", "add", "--name", "甲", "--sign-in-name", "rules.short", "--role", "auditor"),
        *("--password-from", "NEW"),
        NEW="elevenchars",
    )
    assert done.returncode != 0 and "12 characters" in done.stderr
    if yimen.backend == "sqlite":
        with sqlite3.connect(f"file:{yimen.directory}/yimen.sqlite?mode=ro", uri=True) as database:
            hashes = [row[0] for row in database.execute("SELECT phc FROM identity_password")]
        assert hashes and all(text.startswith("$argon2id$") for text in hashes)

    def attempt(name: str) -> tuple[int, str]:
        visitor = WebVisitor()
        answer = visitor.sign_in(visitor.open(f"{yimen.url}/login"), name, "not-the-password")
        return answer.status_code, re.sub(r'name="csrf" value="[^"]*"', "", answer.text).replace(name, "")

    assert attempt("19900000014") == attempt("19900000099") == attempt("nobody.at.all")


# 30. Guessing is throttled by account; a device that the person has used is exempt from strangers' failures.


def test_rule_30_throttle(yimen, portal):
    name = "19900000013"
    own = portal.visitor()
    portal.sign_in(name, own)
    stranger = WebVisitor()
    page = stranger.open(f"{yimen.url}/login")
    for _ in range(10):
        page = stranger.sign_in(page, name, "guess")
        assert page.status_code == 400
    refused = stranger.sign_in(page, name, DEMO_PASSWORD)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    assert portal.sign_in(name, own, prompt="login")["claims"]["sub"]


# 32. A change of password or a lock needs a fresh sign-in, tells the person, ends other sessions and all grants.


def test_rule_32_change_of_password_and_lock(yimen, portal, officer):
    def signed_in(visitor: WebVisitor) -> bool:
        return isinstance(visitor.open(portal.begin(portal.session())[0]), str)

    def enter(password: str) -> tuple[WebVisitor, dict]:
        visitor, session = portal.visitor(), portal.session()
        url, state, verifier, _ = portal.begin(session)
        answer = visitor.sign_in(visitor.open(url), "rules.officer", password)
        assert isinstance(answer, str), answer.text
        endpoint = portal.metadata["token_endpoint"]
        return visitor, session.fetch_token(endpoint, authorization_response=answer, state=state, code_verifier=verifier)

    def dead(answer: dict) -> bool:
        refreshed = token(portal, grant_type="refresh_token", refresh_token=answer["refresh_token"])
        return refreshed.status_code == 400 and eventually(lambda: userinfo(portal, answer["access_token"]) == 401)

    elsewhere, theirs = enter(PASSWORD)
    here, own = enter(PASSWORD)
    page = here.open(f"{yimen.url}/account/password")
    fields = next(form for form in forms(page.text) if "new" in form.fields)
    new = "three lamps and a bridge"
    wrong = here.submit(page, fields, current="guess", new=new, repeated=new)
    assert wrong.status_code == 400 and signed_in(elsewhere)
    done = here.submit(page, fields, current=PASSWORD, new=new, repeated=new)
    assert done.status_code == 200 and "密码已修改" in done.text
    assert signed_in(here) and not signed_in(elsewhere)
    assert dead(theirs) and dead(own)
    assert eventually(lambda: "您的登录密码已修改" in httpx.get(f"{yimen.url}/demo/messages").text)

    visitor, answer = enter(new)
    assert "locked" in yimen.succeed("user", "lock", "rules.officer")
    assert not signed_in(visitor) and dead(answer)
    assert "locked" in yimen.succeed("user", "show", "rules.officer")
    yimen.succeed("user", "unlock", officer)
    visitor, answer = enter(new)
    done = yimen.run("user", "password", "rules.officer", "--password-from", "NEW", NEW=PASSWORD)
    assert done.returncode == 0 and not signed_in(visitor) and dead(answer)
    enter(PASSWORD)
    listed = yimen.succeed("user", "list", "--limit", "1000")
    assert officer in listed and "rules.officer" in listed and CITIZEN not in listed


# 33. Dynamic registration is closed; addresses that could run script or leave https are refused everywhere.


def test_rule_33_registration_is_closed(yimen):
    endpoint = yimen.discovery()["registration_endpoint"]
    asked = {"redirect_uris": ["https://a.example/cb"]}
    for headers in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eDp5"}):
        answer = httpx.post(endpoint, json=asked, headers=headers)
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_token", headers
        assert answer.headers["www-authenticate"].startswith("Bearer ") and "client_id" not in answer.json()
    for uri in ("javascript:alert(1)", "data:text/html,x", "http://a.example/cb", "https://a.example/cb#x", "app:/cb"):
        done = yimen.run("client", "add", "--id", "rules-bad", "--redirect-uri", uri)
        assert done.returncode != 0 and "--redirect-uri" in done.stderr, uri
