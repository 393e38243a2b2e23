"""Security rules 32 and 33: changed passwords, locked accounts, and who may register a client.

See test_security_rules.py for the other rules and their sources.
"""

import httpx
import pytest
from oauth_requests import eventually, token, userinfo
from persons import new_citizen
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import WebVisitor, forms

PASSWORD = "one boat two rivers"


@pytest.fixture(scope="module")
def officer(yimen) -> str:
    """A person of these tests' own, since passwords are changed and accounts locked here."""
    return add_person(yimen, "rules.officer", "--role", "officer", "--hall", "jinan")


def notices(yimen) -> int:
    """How many people have been told that their password was changed."""
    return httpx.get(f"{yimen.url}/demo/messages").text.count("您的登录密码已修改")


def add_person(yimen, name: str, *more: str) -> str:
    done = yimen.run(
        *("user", "add", "--name", "测试规则", "--sign-in-name", name, "--assurance", "L2", "--password-from", "NEW"),
        *more,
        NEW=PASSWORD,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


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
    told = notices(yimen)
    done = yimen.run("user", "password", "rules.officer", "--password-from", "NEW", NEW=PASSWORD)
    assert done.returncode == 0 and not signed_in(visitor) and dead(answer)
    assert eventually(lambda: notices(yimen) == told + 1), "by whomever it was changed"
    enter(PASSWORD)
    listed = yimen.succeed("user", "list", "--limit", "1000")
    assert officer in listed and "rules.officer" in listed and CITIZEN not in listed


def test_rule_32_an_open_browser_is_asked_again(yimen):
    name, new = new_citizen(yimen), "three lamps and a bridge"
    visitor = WebVisitor()
    visitor.sign_in(visitor.open(f"{yimen.url}/login"), name, DEMO_PASSWORD)
    page = visitor.open(f"{yimen.url}/account/password")
    fields = next(form for form in forms(page.text) if "new" in form.fields)
    yimen.change("UPDATE identity_sso_session SET authenticated_at_ms = authenticated_at_ms - 300000")
    change = {"current": DEMO_PASSWORD, "new": new, "repeated": new}
    for asked in (visitor.open(f"{yimen.url}/account/password"), visitor.submit(page, fields, **change)):
        assert asked.url.path == "/login" and not [form for form in forms(asked.text) if "new" in form.fields]
    page = visitor.sign_in(asked, name, DEMO_PASSWORD)
    assert page.url.path == "/account/password", "nothing was changed, and after the sign-in it goes on"
    fields = next(form for form in forms(page.text) if "new" in form.fields)
    assert "密码已修改" in visitor.submit(page, fields, **change).text


# 33. Dynamic registration is closed; addresses that could run script or leave https are refused everywhere.


def test_rule_33_registration_is_closed(yimen, portal):
    endpoint = yimen.discovery()["registration_endpoint"]
    asked = {"redirect_uris": ["https://a.example/cb"]}
    for headers in ({}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eDp5"}):
        answer = httpx.post(endpoint, json=asked, headers=headers)
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_token", headers
        assert answer.headers["www-authenticate"].startswith("Bearer ") and "client_id" not in answer.json()
    for uri in ("javascript:alert(1)", "data:text/html,x", "http://a.example/cb", "https://a.example/cb#x", "app:/cb"):
        done = yimen.run("client", "add", "--id", "rules-bad", "--redirect-uri", uri)
        assert done.returncode != 0 and "--redirect-uri" in done.stderr, uri
        for flag in ("--redirect-uri", "--post-logout-redirect-uri"):
            done = yimen.run("client", "update", "--id", portal.client_id, flag, uri)
            assert done.returncode != 0 and flag in done.stderr, (flag, uri)
    lines = yimen.succeed("client", "initial-token").splitlines()
    initial = next(line.split()[1] for line in lines if line.startswith("token"))
    headers = {"Authorization": f"Bearer {initial}"}
    for uri in ("javascript:alert(1)", "data:text/html,x", "http://a.example/cb", "https://a.example/cb#x", "app:/cb"):
        for member in ("redirect_uris", "post_logout_redirect_uris"):
            answer = httpx.post(endpoint, json={**asked, member: [uri]}, headers=headers)
            assert answer.status_code == 400 and "client_id" not in answer.json(), (member, uri)
    assert httpx.post(endpoint, json=asked, headers=headers).status_code == 201, "none of them has used the token up"
    assert httpx.post(endpoint, json=asked, headers=headers).status_code == 401, "good for one registration"
