"""Security rules 29 and 30: which passwords may be set, what checking them costs, and how often they may be guessed.

See test_security_rules.py for the other rules and their sources. Codes by text message or mail, codes of an app, and
accounts that people open or reset by themselves are not offered yet; the parts of both rules about them wait. Of rule
19 the limits of guessing that one person does not meet alone.
"""

import concurrent.futures
import os
import re
import statistics
import threading
import time

import httpx
import pytest
from conftest import backends
from persons import new_citizen
from system import CITIZEN, DEMO_PASSWORD, Yimen
from web_visitor import WebVisitor, forms


@pytest.fixture(scope="module", params=backends())
def narrow(request):
    """Few passwords may wait here, and a proxy in front says whose address it is."""
    narrow = Yimen(request.param, "narrow")
    narrow.environment |= {"YIMEN_PASSWORDS_QUEUE": "1", "YIMEN_HTTP_TRUSTED_PROXIES": "127.0.0.1"}
    with narrow.served():
        yield narrow


def attempt(
    yimen: Yimen, name: str, password: str, visitor: WebVisitor | None = None, address: str = ""
) -> httpx.Response:
    """The answer to the form itself."""
    visitor = visitor or WebVisitor()
    visitor.http.cookies.set("yimen-sso", "", domain="localhost.local", path="/")
    page = visitor.http.get(f"{yimen.url}/login")
    form = {**forms(page.text)[-1].fields, "username": name, "password": password}
    headers = {"Sec-Fetch-Site": "same-origin", **({"X-Forwarded-For": address} if address else {})}
    return visitor.http.post(f"{yimen.url}/login", data=form, headers=headers)


# 29. Passwords: no rules of composition, none of those tried first, and unknown names look like known ones.


WEAK = ("short", "7 chars", "12345678", "woaini1314", "qwertyuiop", "P@ssw0rd123", "aaaaaaaaaaaa", "qwertyuiop[]")


def stored(yimen: Yimen) -> set[str]:
    return {row[0] for row in yimen.rows("SELECT phc FROM identity_password")}


def test_rule_29_passwords_from_the_shell(yimen):
    def add(password: str, *who: str):
        return yimen.run("user", "add", "--name", "甲", *who, "--password-from", "NEW", NEW=password)

    for weak in (*WEAK, "19911112222"):
        done = add(weak, "--phone", "19911112222")
        assert done.returncode != 0 and "the password" in done.stderr and weak not in done.stderr, weak
    done = add("elevenchars", "--sign-in-name", "rules.short", "--role", "auditor")
    assert done.returncode != 0 and "12 characters" in done.stderr
    assert add("twelve chars", "--sign-in-name", "rules.twelve", "--role", "auditor").returncode == 0
    before = stored(yimen)
    new_citizen(yimen), new_citizen(yimen)
    assert len(stored(yimen) - before) == 2, "one password of two people is stored as two hashes"
    for phc in stored(yimen):
        cost = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", phc)
        assert cost and int(cost[1]) >= 19 * 1024 and int(cost[2]) >= 2, "as the OWASP sheet has it"


@pytest.mark.parametrize("least", [8, 12], ids=["citizen", "staff"])
def test_rule_29_passwords_on_the_page(yimen, least):
    name = new_citizen(yimen)
    if least == 12:
        name = f"staff.{name}"
        add = ("user", "add", "--name", "乙", "--sign-in-name", name, "--role", "auditor", "--password-from", "NEW")
        assert yimen.run(*add, NEW=DEMO_PASSWORD).returncode == 0
    visitor = WebVisitor()
    visitor.sign_in(visitor.open(f"{yimen.url}/login"), name, DEMO_PASSWORD)
    page = visitor.open(f"{yimen.url}/account/password")
    fields = next(form for form in forms(page.text) if "new" in form.fields)

    def change(new: str, repeated: str | None = None) -> httpx.Response:
        return visitor.submit(page, fields, current=DEMO_PASSWORD, new=new, repeated=repeated or new)

    long_enough = "boat lamp tree"[:least]
    for weak in (*WEAK, name, name + "1", long_enough[:-1], "x" * 1100, ""):
        refused = change(weak)
        assert refused.status_code == 400 and (not weak or weak not in refused.text), weak
    assert change(long_enough, long_enough + "x").status_code == 400
    assert attempt(yimen, name, DEMO_PASSWORD).status_code == 303, "none of them has changed anything"
    assert change(long_enough).status_code == 200, "small letters are enough"
    assert attempt(yimen, name, long_enough).status_code == 303
    assert attempt(yimen, name, DEMO_PASSWORD).status_code == 400


def test_rule_29_unknown_names_look_like_known_ones(yimen):
    def words(name: str) -> tuple[int, str]:
        answer = attempt(yimen, name, "not-the-password")
        return answer.status_code, re.sub(r'name="csrf" value="[^"]*"', "", answer.text).replace(name, "")

    assert words("19900000014") == words("19900000099") == words("nobody.at.all") == words("nobody at all!")

    def spent(name: str) -> float:
        began = time.monotonic()
        attempt(yimen, name, "not-the-password")
        return time.monotonic() - began

    kinds = {"known": new_citizen(yimen), "unknown": "citizen.of.nowhere", "nobody's": "nobody at all!"}
    times = {kind: [] for kind in kinds}
    for _ in range(7):
        for kind, name in kinds.items():
            times[kind].append(spent(name))
    # A name that costs no hash is answered ten times as fast.
    usual = {kind: statistics.median(values) for kind, values in times.items()}
    assert max(usual.values()) < 2 * min(usual.values()), times


def test_rule_29_only_so_many_passwords_are_checked_at_once(narrow):
    people = [f"199000000{number:02}" for number in range(1, 17)]
    # One hash a core, one waits: more come than any machine of this kind takes at once.
    names = people + [f"nobody.{number}" for number in range(4 * (os.cpu_count() or 1))]
    start = threading.Barrier(len(names))

    def enter(number: int) -> httpx.Response:
        visitor, name = WebVisitor(), names[number]
        visitor.http.headers["X-Forwarded-For"] = f"198.51.100.{number % 250}"
        page = visitor.http.get(f"{narrow.url}/login")
        fields = forms(page.text)[-1].fields | {"username": name, "password": DEMO_PASSWORD}
        start.wait(60)
        return visitor.http.post(f"{narrow.url}/login", data=fields, headers={"Sec-Fetch-Site": "same-origin"})

    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        answers = list(pool.map(enter, range(len(names))))
    statuses = [answer.status_code for answer in answers]
    assert {503} < set(statuses) <= {303, 400, 503} and 400 not in statuses[: len(people)], statuses
    for answer in answers:
        if answer.status_code == 503:
            assert 1 <= int(answer.headers["retry-after"]) <= 30 and "set-cookie" not in answer.headers
            assert "现在登录的人很多" in answer.text and "password" in forms(answer.text)[-1].fields
    for name in people:
        assert attempt(narrow, name, DEMO_PASSWORD).status_code == 303, "nobody's turn is lost"


# 30. Guessing is throttled by account, address and device; a device that the person has used is exempt from strangers'
# failures. From one process to another: the counters lie in the database.


def test_rule_30_strangers_are_throttled_and_known_devices_are_not(yimen, portal):
    name = "19900000013"
    own = portal.visitor()
    portal.sign_in(name, own)
    stranger = WebVisitor()
    page = stranger.open(f"{yimen.url}/login")
    for _ in range(10):
        page = stranger.sign_in(page, name, "guess")
        assert page.status_code == 400
    refused = stranger.sign_in(page, name, DEMO_PASSWORD)
    assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= 900
    assert attempt(yimen, name, DEMO_PASSWORD).status_code == 429, "whoever it is"
    assert portal.sign_in(name, own, prompt="login")["claims"]["sub"]
    yimen.change("UPDATE identity_sign_in_failure SET window_ends_at_ms = window_ends_at_ms - 900000")
    assert attempt(yimen, name, DEMO_PASSWORD).status_code == 303, "a quarter of an hour later"


def test_rule_30_a_known_device_has_a_limit_of_its_own(yimen):
    name, thief, other = new_citizen(yimen), WebVisitor(), WebVisitor()
    for device in (thief, other):
        assert attempt(yimen, name, DEMO_PASSWORD, device).status_code == 303
    for _ in range(10):
        assert attempt(yimen, name, "guess", thief).status_code == 400
    refused = attempt(yimen, name, DEMO_PASSWORD, thief)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0
    assert attempt(yimen, name, DEMO_PASSWORD, other).status_code == 303
    assert attempt(yimen, name, DEMO_PASSWORD).status_code == 303, "its misses are not the account's"


def test_rule_30_the_old_password_cannot_be_guessed_at_an_open_browser(yimen):
    visitor, new = WebVisitor(), "three lamps and a bridge"
    visitor.sign_in(visitor.open(f"{yimen.url}/login"), new_citizen(yimen), DEMO_PASSWORD)
    page = visitor.open(f"{yimen.url}/account/password")
    fields = next(form for form in forms(page.text) if "new" in form.fields)
    for _ in range(10):
        assert visitor.submit(page, fields, current="guess", new=new, repeated=new).status_code == 400
    refused = visitor.submit(page, fields, current=DEMO_PASSWORD, new=new, repeated=new)
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "inside, outside",
    [(["203.0.113.7"] * 6, "203.0.113.8"), ([f"2001:db8:7:7:{n}::{n}" for n in range(1, 7)], "2001:db8:7:8::1")],
    ids=["IPv4", "IPv6 by its network"],
)
def test_rule_30_an_address_is_throttled_whatever_names_it_tries(narrow, inside, outside):
    narrow.change("DELETE FROM identity_sign_in_failure")
    own = WebVisitor()
    assert attempt(narrow, "19900000012", DEMO_PASSWORD, own, outside).status_code == 303
    for number in range(3):
        assert attempt(narrow, f"nobody.{number}", "guess", address=inside[number]).status_code == 400
    # As many misses again as would take too long here; the three names have one each, the address has three.
    narrow.change("UPDATE identity_sign_in_failure SET failures = failures + 195 WHERE failures = 3")
    assert narrow.rows("SELECT count(*) FROM identity_sign_in_failure WHERE failures = 198") == [["1"]]
    for number in (3, 4):
        assert attempt(narrow, f"nobody.{number}", "guess", address=inside[number]).status_code == 400
    refused = attempt(narrow, CITIZEN, DEMO_PASSWORD, address=inside[5])
    assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= 900
    assert attempt(narrow, CITIZEN, DEMO_PASSWORD, address=outside).status_code == 303
    assert attempt(narrow, "19900000012", DEMO_PASSWORD, own, inside[5]).status_code == 303, "at home on a shared line"


# 19. User codes are guessed by many people together, too. A wrong code is nobody's, so that no code can die of misses.


def test_rule_19_user_codes_are_guessed_so_often_from_an_address_and_in_all(narrow):
    device = "urn:ietf:params:oauth:grant-type:device_code"
    narrow.succeed("client", "add", "--id", "rules-screen", "--grant", device, "--scope", "openid")
    form = {"client_id": "rules-screen", "scope": "openid"}
    codes = httpx.post(narrow.discovery()["device_authorization_endpoint"], data=form).json()

    def person(address: str) -> WebVisitor:
        visitor = WebVisitor()
        visitor.http.headers["X-Forwarded-For"] = address
        page = visitor.open(f"{narrow.url}/login")
        assert visitor.sign_in(page, new_citizen(narrow), DEMO_PASSWORD).status_code == 200
        return visitor

    def guess(visitor: WebVisitor, typed: str = "BCDFGHJK") -> int:
        page = visitor.open(codes["verification_uri"])
        fields = next(form for form in forms(page.text) if "user_code" in form.fields)
        return visitor.submit(page, fields, user_code=typed).status_code

    def counted(failures: int, to: int):
        """As many guesses as would take too long here."""
        one = f"(SELECT bucket FROM identity_sign_in_failure WHERE failures = {failures})"
        assert narrow.rows(f"SELECT count(*) FROM {one} AS found") == [["1"]]
        narrow.change(f"UPDATE identity_sign_in_failure SET failures = {to} WHERE failures = {failures}")

    first, second, third = (person(address) for address in ("203.0.113.1", "203.0.113.1", "203.0.113.2"))
    narrow.change("DELETE FROM identity_sign_in_failure")
    assert guess(first) == guess(first) == guess(second) == guess(second) == guess(third) == 400
    counted(4, to=59)  # the address
    assert guess(second) == 400 and guess(second) == 429 and guess(person("203.0.113.1"), codes["user_code"]) == 429
    assert guess(third, codes["user_code"]) == 200, "from another address the code is still good"
    together = narrow.rows("SELECT max(failures) FROM identity_sign_in_failure WHERE failures < 50")[0][0]
    counted(int(together), to=1000)
    for visitor in (person("203.0.113.3"), person("203.0.113.4")):
        assert guess(visitor) == 400 and guess(visitor) == 429, "each may miss once"
    assert guess(third) == 429 and guess(person("203.0.113.5"), codes["user_code"]) == 200
