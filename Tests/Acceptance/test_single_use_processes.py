"""What counts once counts once over two processes: each thing is presented to both by twenty requests at one moment.

PostgreSQL alone: a SQLite file belongs to one server (docs/operations.md, "One machine or many").
"""

import concurrent.futures
import os
import threading
from collections import Counter

import httpx
import pytest
from approver import Approver
from oauth_requests import fresh_code, parameters
from relying_party import CALLBACK, RelyingParty
from signed_by_clients import ASSERTION, ProofKey, Signer
from system import CITIZEN, DEMO_PASSWORD, Yimen, two_servers
from web_visitor import WebVisitor

pytestmark = pytest.mark.skipif("YIMEN_TEST_POSTGRES" not in os.environ, reason="YIMEN_TEST_POSTGRES is not set")

MANY = 20
ROUNDS = 3
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
SECRET = "acceptance-secret-of-32-characters"


@pytest.fixture(scope="module")
def system():
    with two_servers("once") as yimen:
        yield yimen


@pytest.fixture(scope="module")
def party(system) -> RelyingParty:
    """One system with every way to a person's tokens."""
    party = RelyingParty(system, "once", "openid profile booking", SECRET)
    party.register("--grant", DEVICE, "--grant", CIBA)
    return party


@pytest.fixture(scope="module")
def signer(system, tmp_path_factory) -> Signer:
    return Signer(system, tmp_path_factory.mktemp("keys"), "once-by-signature")


@pytest.fixture(scope="module")
def key() -> ProofKey:
    return ProofKey()


def signed(assertion: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": assertion}


def race(system: Yimen, call, count: int = MANY) -> list[httpx.Response]:
    """`call(client, number)` from as many connections, shared out among both processes and open before the start."""
    barrier = threading.Barrier(count)

    def one(number: int) -> httpx.Response:
        with httpx.Client(base_url=system.urls[number % 2], timeout=60) as client:
            client.get("/health/live")
            barrier.wait(60)
            return call(client, number)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def redeem(system: Yimen, party: RelyingParty, form: dict[str, str]) -> list[httpx.Response]:
    return race(
        system, lambda client, _: client.post("/oauth2/token", data=form, auth=(party.client_id, party.secret))
    )


def the_one(answers: list[httpx.Response], error: str, status: int = 400) -> dict:
    """The only good answer; all others say `error`."""
    found = Counter(answer.status_code for answer in answers)
    assert found == {200: 1, status: len(answers) - 1}, [(a.status_code, a.text[:200]) for a in answers]
    assert {answer.json()["error"] for answer in answers if answer.status_code == status} == {error}
    return next(answer.json() for answer in answers if answer.status_code == 200)


def person_at(url: str, token: str) -> httpx.Response:
    return httpx.get(f"{url}/oauth2/userinfo", headers={"Authorization": f"Bearer {token}"}, timeout=30)


def post(party: RelyingParty, url: str, form: dict[str, str]) -> httpx.Response:
    return httpx.post(url, data=form, auth=(party.client_id, party.secret), timeout=30)


@pytest.mark.parametrize("number", range(ROUNDS))
class TestGrants:
    """RFC 6749 §4.1.2, RFC 8628 §3.4, CIBA Core §10.1."""

    def test_a_code(self, system, party, number):
        token = the_one(redeem(system, party, fresh_code(party)), "invalid_grant")
        # A code that came twice has revoked what it gave, at both.
        renewal = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
        for url in system.urls:
            answer = post(party, f"{url}/oauth2/token", renewal)
            assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"

    def test_a_device_code(self, system, party, number):
        shown = post(party, f"{system.urls[1]}/oauth2/device_authorization", {"scope": "openid profile"}).json()
        Approver(system.url).type_code(shown["verification_uri_complete"])
        form = {"grant_type": DEVICE, "device_code": shown["device_code"]}
        token = the_one(redeem(system, party, form), "invalid_grant")
        for url in system.urls:
            assert person_at(url, token["access_token"]).status_code == 200

    def test_an_auth_req_id(self, system, party, number):
        wish = {"scope": "openid profile", "login_hint": CITIZEN}
        asked = post(party, f"{system.urls[1]}/oauth2/bc-authorize", wish).json()
        Approver(system.url).confirm_waiting()
        form = {"grant_type": CIBA, "auth_req_id": asked["auth_req_id"]}
        token = the_one(redeem(system, party, form), "invalid_grant")
        for url in system.urls:
            assert person_at(url, token["access_token"]).status_code == 200


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_refresh_token_has_one_successor(system, party, number):
    """RFC 9700 §4.14.2: whoever asks at once gets the same one, and the family lives on."""
    token = party.sign_in(CITIZEN)
    for _ in range(3):
        form = {"grant_type": "refresh_token", "refresh_token": token["refresh_token"]}
        answers = redeem(system, party, form)
        assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
        successors = {answer.json()["refresh_token"] for answer in answers}
        assert len(successors) == 1 and token["refresh_token"] not in successors
        for url, answer in zip(system.urls, answers):
            assert person_at(url, answer.json()["access_token"]).status_code == 200
        token = answers[0].json()


class TestPushedRequests:
    """RFC 9126 §7.3: one request_uri, one answer."""

    def push(self, system, party) -> tuple[dict[str, str], str]:
        url, _, verifier, _ = party.begin(party.session())
        answer = post(party, f"{system.urls[1]}/oauth2/par", parameters(url))
        assert answer.status_code == 201, answer.text
        return {"client_id": party.client_id, "request_uri": answer.json()["request_uri"]}, verifier

    def redeem(self, system, party, address: str, verifier: str):
        form = {
            "grant_type": "authorization_code",
            "code": parameters(address)["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        answer = post(party, f"{system.url}/oauth2/token", form)
        assert answer.status_code == 200, answer.text

    def test_browsers_that_are_signed_in(self, system, party):
        cookies = []
        for _ in range(MANY):
            visitor = party.visitor()
            party.sign_in(CITIZEN, visitor)
            cookies.append(visitor.http.cookies)
        for _ in range(ROUNDS):
            request, verifier = self.push(system, party)

            def arrive(client: httpx.Client, number: int) -> httpx.Response:
                client.cookies = cookies[number]
                return client.get("/oauth2/authorize", params=request, headers={"Sec-Fetch-Mode": "navigate"})

            answers = race(system, arrive)
            assert Counter(a.status_code for a in answers) == {303: 1, 400: MANY - 1}, [a.text[:200] for a in answers]
            address = next(answer.headers["location"] for answer in answers if answer.status_code == 303)
            self.redeem(system, party, address, verifier)

    @pytest.mark.parametrize("number", range(ROUNDS))
    def test_two_browsers_that_finish_signing_in(self, system, party, number):
        request, verifier = self.push(system, party)
        visitors = [WebVisitor(away="http://localhost:4/") for _ in system.urls]
        pages = [
            visitor.open(str(httpx.URL(f"{url}/oauth2/authorize", params=request)))
            for visitor, url in zip(visitors, system.urls)
        ]
        # Each fills in the form of the process at which it began.
        assert [f"{page.url.scheme}://{page.url.netloc.decode()}" for page in pages] == system.urls
        barrier = threading.Barrier(2)

        def finish(number: int) -> httpx.Response | str:
            barrier.wait(60)
            return visitors[number].sign_in(pages[number], CITIZEN, DEMO_PASSWORD)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            ends = list(pool.map(finish, range(2)))
        away = [end for end in ends if isinstance(end, str)]
        told = [end for end in ends if not isinstance(end, str)]
        assert len(away) == len(told) == 1, ends
        assert "code" in parameters(away[0]) and "这个登录页面已经用过" in told[0].text
        self.redeem(system, party, away[0], verifier)


@pytest.mark.parametrize("number", range(ROUNDS))
class TestSignatures:
    """RFC 7523 §3 and RFC 9449 §11.1: one jti, one use."""

    def test_a_client_assertion(self, system, signer, number):
        form = signed(signer.assertion())
        answers = race(system, lambda client, _: client.post("/oauth2/token", data=form))
        assert the_one(answers, "invalid_client", 401)["token_type"] == "Bearer"

    def test_a_proof_at_the_token_endpoint(self, system, signer, key, number):
        proof = {"DPoP": key.proof("POST", signer.endpoint)}
        forms = [signed(signer.assertion()) for _ in range(MANY)]
        answers = race(system, lambda client, n: client.post("/oauth2/token", data=forms[n], headers=proof))
        assert the_one(answers, "invalid_dpop_proof")["token_type"] == "DPoP"

    def test_a_proof_at_the_api(self, system, signer, key, number):
        path = "/api/v1/reservations"
        token = signer.ask(signer.assertion(), key.proof("POST", signer.endpoint)).json()["access_token"]
        headers = {"Authorization": f"DPoP {token}", "DPoP": key.proof("GET", system.url + path, token)}
        answers = race(system, lambda client, _: client.get(path, headers=headers))
        refused = [answer for answer in answers if answer.status_code == 401]
        assert len(refused) == MANY - 1, Counter(answer.status_code for answer in answers)
        assert all("invalid_dpop_proof" in answer.headers["www-authenticate"] for answer in refused)
        # The one that got through is told what a machine may not do here, and nothing about its proof.
        passed = next(answer for answer in answers if answer.status_code != 401)
        assert passed.status_code in (200, 403), passed.text
