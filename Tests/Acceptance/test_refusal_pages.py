"""Refusals of the protocol itself as they are met: a page in the reader's language for a person, a problem for a
program, with the headers that say how to go on."""

import html
import re

import httpx
import pytest
from browsing import text
from conftest import backends
from system import DEMO_PASSWORD, Yimen
from web_visitor import WebVisitor, forms

LANGUAGES = {"zh-CN": "zh-Hans", "en": "en"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def check_page(answer: httpx.Response, status: int, problem: str, language: str):
    """What a person sees: title and advice in one language, a way on, and nothing of the inside."""
    locale = LANGUAGES[language]
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-language"] == locale and f'lang="{locale}"' in answer.text
    for part in ("title", "advice"):
        assert text(f"web.problem.{problem}.{part}", locale) in answer.text
    assert f">{text('web.error.home', locale)}</a>" in answer.text
    assert "urn:yimen" not in answer.text


def check_problem(answer: httpx.Response, status: int, name: str):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["type"] == f"urn:yimen:problem:{name}" and answer.json()["status"] == status


def person(yimen, language: str, **headers: str) -> httpx.Client:
    accept = {"Accept-Language": language, "Accept": "text/html,*/*;q=0.8", "Sec-Fetch-Mode": "navigate"}
    return httpx.Client(base_url=yimen.url, timeout=30, headers={**accept, **headers})


@pytest.mark.parametrize("language", LANGUAGES)
class TestAPersonSees:
    def test_a_method_that_is_not_offered(self, yimen, language):
        with person(yimen, language) as client:
            answer = client.request("DELETE", "/items")
            check_page(answer, 405, "method-not-allowed", language)
            assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))
            assert client.request("GET", "/items").status_code == 200
            # What only forms may do says so too.
            answer = client.get("/auth/sign-out")
            check_page(answer, 405, "method-not-allowed", language)
            assert answer.headers["allow"] == "OPTIONS, POST"

    def test_a_form_that_is_too_large(self, yimen, language):
        with person(yimen, language, **FORM) as client:
            check_page(client.post("/login", content="x=" + "y" * 100_000), 413, "too-large", language)

    def test_an_address_that_is_too_long(self, yimen, language):
        with person(yimen, language) as client:
            check_page(client.get("/items?q=" + "x" * 10_000), 414, "status-4xx", language)

    def test_a_form_of_another_media_type(self, yimen, language):
        visitor = WebVisitor(language=language)
        page = visitor.open(f"{yimen.url}/login")
        token = forms(page.text)[0].fields["csrf"]
        headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate", "Content-Type": "text/plain"}
        # Without the token nobody looks at what it is.
        refused = visitor.http.post(f"{yimen.url}/login", content="hello", headers=headers)
        check_page(refused, 403, "forged-form", language)
        refused = visitor.http.post(f"{yimen.url}/login", content="hello", headers={**headers, "X-CSRF-Token": token})
        check_page(refused, 415, "status-4xx", language)
        assert refused.headers["accept"] == "application/x-www-form-urlencoded"

    def test_a_window_that_is_not_there(self, yimen, language):
        visitor = WebVisitor(language=language)
        page = visitor.open(f"{yimen.url}/window/nowhere")
        assert "password" in page.text, "a stranger learns nothing"
        page = visitor.sign_in(page, "officer.jinan", DEMO_PASSWORD)
        check_page(page, 404, "not-found", language)
        # A window of another hall is there and not theirs: the own ones are offered.
        page = visitor.open(f"{yimen.url}/window/qingdao-estate-1")
        assert page.status_code == 403 and page.headers["content-type"].startswith("text/html")
        assert text("window.fault.forbidden", LANGUAGES[language]) in page.text
        assert 'href="/window/jinan' in page.text

    def test_an_account_that_is_not_enough_and_the_way_to_another(self, yimen, language):
        visitor = WebVisitor(language=language)
        refused = visitor.sign_in(visitor.open(f"{yimen.url}/window"), "19900000015", DEMO_PASSWORD)
        check_page(refused, 403, "forbidden", language)
        link = re.search(rf'href="([^"]+)">{text("web.error.other-account", LANGUAGES[language])}</a>', refused.text)
        choice = visitor.open(yimen.url + html.unescape(link[1]))
        assert choice.url.path == "/select-account"
        page = visitor.submit(choice, forms(choice.text)[-1], choice="other")
        page = visitor.sign_in(page, "officer.jinan", DEMO_PASSWORD)
        assert page.status_code == 200 and page.url.path == "/window"
        # Nor is a browser that has been enrolled as a machine left without a way on.
        visitor = WebVisitor(language=language)
        page = visitor.open(f"{yimen.url}/kiosk")
        enrol = next(form for form in forms(page.text) if "client_secret" in form.fields)
        machine = {"client_id": "kiosk-jinan-24h", "client_secret": "demo-only-kiosk-jinan-24h-secret"}
        assert visitor.submit(page, enrol, **machine).url.path == "/kiosk/jinan-24h"
        refused = visitor.open(f"{yimen.url}/window")
        check_page(refused, 403, "forbidden", language)
        assert text("web.error.other-account", LANGUAGES[language]) in refused.text
        # A stranger has no account to change.
        assert "/auth/sign-in?prompt" not in visitor.open(f"{yimen.url}/items/nothing").text


class TestAProgramIsTold:
    """Whatever it says that it would like to read, the API answers in its own form."""

    @pytest.fixture(params=["text/html", "application/json", "*/*"])
    def program(self, yimen, request):
        with httpx.Client(base_url=yimen.url, timeout=30, headers={"Accept": request.param}) as client:
            yield client

    def test_a_method_that_is_not_offered(self, program):
        answer = program.delete("/api/v1/items")
        check_problem(answer, 405, "method-not-allowed")
        assert {"GET", "HEAD"} <= set(answer.headers["allow"].split(", "))
        answer = program.put("/api/v1/reservations")
        check_problem(answer, 405, "method-not-allowed")
        assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))

    def test_what_is_too_large_or_of_another_media_type(self, program, portal):
        token = {"Authorization": f"Bearer {portal.sign_in('19900000016')['access_token']}"}
        large = program.post("/api/v1/reservations", json={"hall": "x" * 400_000}, headers=token)
        check_problem(large, 413, "too-large")
        other = program.post("/api/v1/reservations", data={"hall": "x"}, headers=token)
        check_problem(other, 415, "unsupported-media-type")
        assert other.headers["accept"] == "application/json"

    def test_a_script_on_a_page_gets_a_problem(self, yimen):
        script = {"Accept": "application/json", "Sec-Fetch-Mode": "cors"}
        check_problem(httpx.delete(f"{yimen.url}/items", headers=script), 405, "method-not-allowed")
        check_problem(httpx.get(f"{yimen.url}/nothing", headers=script), 404, "not-found")


@pytest.fixture(scope="module", params=backends()[:1])
def strict(request):
    """Two requests and then a pause; no database counts them, so one is enough."""
    yimen = Yimen(request.param, "strict")
    yimen.environment["YIMEN_LIMITS_ENABLED"] = "true"
    for kind in ("PAGE", "READ", "WRITE", "SIGN_IN", "TOKEN"):
        yimen.environment |= {f"YIMEN_LIMITS_{kind}_PER_MINUTE": "1", f"YIMEN_LIMITS_{kind}_BURST": "2"}
    with yimen.served():
        yield yimen


def over_the_limit(client: httpx.Client, method: str, path: str, **more) -> httpx.Response:
    """The first refusal, however many requests other tests have made before."""
    for _ in range(4):
        answer = client.request(method, path, **more)
        if answer.status_code == 429:
            break
    assert 1 <= int(answer.headers["retry-after"]) <= 120
    return answer


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_in_a_hurry_is_asked_to_wait(strict, language):
    with person(strict, language) as client:
        answer = over_the_limit(client, "GET", "/items?q=x")
        check_page(answer, 429, "too-many-requests", language)
        assert f'href="/items?q=x">{text("web.error.retry", LANGUAGES[language])}' in answer.text
        answer = over_the_limit(client, "POST", "/login", data={"username": "x"})
        check_page(answer, 429, "too-many-requests", language)


def test_a_program_in_a_hurry_is_asked_to_wait(strict):
    with strict.client() as client:
        check_problem(over_the_limit(client, "GET", "/api/v1/items"), 429, "too-many-requests")
        check_problem(over_the_limit(client, "POST", "/api/v1/reservations", json={}), 429, "too-many-requests")
        answer = over_the_limit(client, "POST", "/oauth2/token", data={"grant_type": "x"})
        assert answer.status_code == 429 and answer.json()["error"] == "temporarily_unavailable"
        # Who watches the server is not counted.
        assert [client.get("/health/ready").status_code for _ in range(5)] == [200] * 5
