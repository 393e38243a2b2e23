"""The sample departments against an identity provider that can lie (OpenID Connect Core 1.0 §3.1.3.7, RFC 9207,
Back-Channel Logout 1.0 §2.6)."""

import base64
import json
import time

import httpx
import pytest
from fake_provider import FakeProvider
from processes import PROGRAMS, Program, free_port


@pytest.fixture(scope="module")
def fake():
    provider = FakeProvider()
    yield provider
    provider.stop()


@pytest.fixture(scope="module")
def sites(fake):
    port = free_port()
    program = Program(
        "samples-with-fake-provider",
        [PROGRAMS / "department-samples", "--issuer", fake.issuer, "--port", port],
    )
    program.wait_for(f"http://localhost:{port}/health")
    yield f"http://localhost:{port}"
    assert program.stop() == 0


@pytest.fixture
def visitor(fake, sites):
    fake.reset()
    with httpx.Client(base_url=sites, follow_redirects=True, headers={"Accept-Language": "en"}) as client:
        yield client


def sign_in(visitor) -> httpx.Response:
    return visitor.get("/social-security/login")


def is_signed_in(visitor) -> bool:
    return "Signed in by Yimen" in visitor.get("/social-security/").text


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_signs_in_with_every_algorithm_the_provider_may_use(fake, visitor, algorithm):
    fake.algorithm = algorithm
    page = sign_in(visitor)
    assert page.status_code == 200
    assert page.url.path == "/social-security/"
    assert "Signed in by Yimen" in page.text


def test_shows_the_name_and_claims_as_text(visitor):
    page = sign_in(visitor).text
    assert "&lt;b&gt;张三&lt;/b&gt;" in page and "<b>张三" not in page
    assert "session-1" in page and "person-1" in page


def test_each_department_has_its_own_session(visitor):
    sign_in(visitor)
    assert "Signed in by Yimen" not in visitor.get("/real-estate/").text
    visitor.get("/real-estate/login")
    assert "Signed in by Yimen" in visitor.get("/real-estate/").text


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": "es"}).encode()).decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


def as_hmac(token: str) -> str:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": "es"}).encode()).decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}.{token.split('.')[2]}"


LIES = {
    "another issuer": dict(claims={"iss": "https://evil.example"}),
    "another audience": dict(claims={"aud": "sample-real-estate"}),
    "several audiences without azp": dict(claims={"aud": ["sample-social-security", "other"]}),
    "another authorized party": dict(claims={"azp": "other"}),
    "expired": dict(claims={"exp": 1_700_000_000}),
    "issued in the future": dict(claims={"iat": 4_000_000_000, "exp": 4_000_000_300}),
    "another nonce": dict(claims={"nonce": "replayed"}),
    "no nonce": dict(dropped_claims={"nonce"}),
    "no subject": dict(dropped_claims={"sub"}),
    "empty subject": dict(claims={"sub": ""}),
    "hash of another access token": dict(claims={"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "a logout token in its place": dict(header={"typ": "logout+jwt"}),
    "an access token in its place": dict(header={"typ": "at+jwt"}),
    "unknown key": dict(header={"kid": "nobody"}),
    "unsigned": dict(forge=unsigned),
    "HMAC with the public key": dict(forge=as_hmac),
    "broken signature": dict(forge=lambda token: token[:-6] + ("AAAAAA" if token[-6:] != "AAAAAA" else "BBBBBB")),
    "not a token": dict(forge=lambda token: "a.b"),
    "userinfo of another person": dict(userinfo={"sub": "person-2"}),
    "answer of another issuer": dict(answer_issuer="https://evil.example"),
}


@pytest.mark.parametrize("lie", LIES)
def test_believes_no(fake, visitor, lie):
    for name, value in LIES[lie].items():
        setattr(fake, name, value)
    answer = sign_in(visitor)
    assert answer.status_code == 400
    assert "could not be verified" in answer.text
    assert not is_signed_in(visitor)


def test_does_not_believe_a_stranger_with_the_right_key_id(fake, visitor):
    fake.signing_key = fake.stranger
    assert sign_in(visitor).status_code == 400
    assert not is_signed_in(visitor)


def test_tells_kindly_that_the_person_said_no(fake, visitor):
    fake.answer_error = "access_denied"
    answer = sign_in(visitor)
    assert answer.status_code == 400 and "You were not signed in" in answer.text


def test_an_answer_works_once_and_only_in_the_browser_that_asked(visitor, sites):
    start = visitor.get("/social-security/login", follow_redirects=False)
    answer = httpx.get(start.headers["location"], follow_redirects=False).headers["location"]
    with httpx.Client(follow_redirects=True, headers={"Accept-Language": "en"}) as other:
        assert other.get(answer).status_code == 400
    assert visitor.get(answer).status_code == 200
    assert is_signed_in(visitor)
    assert visitor.get(answer).status_code == 400


def test_two_tabs_at_once_do_not_disturb_each_other(visitor):
    starts = [visitor.get("/social-security/login", follow_redirects=False) for _ in range(2)]
    for start in starts:
        assert visitor.get(start.headers["location"]).status_code == 200
    assert is_signed_in(visitor)


def test_signing_out_goes_to_the_provider_with_a_hint(visitor, fake, sites):
    sign_in(visitor)
    answer = visitor.post("/social-security/logout", follow_redirects=False)
    target = httpx.URL(answer.headers["location"])
    assert str(target).startswith(fake.issuer + "/logout?")
    assert target.params["post_logout_redirect_uri"] == f"{sites}/social-security/signed-out"
    assert target.params["id_token_hint"].count(".") == 2
    assert not is_signed_in(visitor)


def test_a_logout_token_ends_the_session_once(visitor, fake):
    sign_in(visitor)
    token = fake.logout_token("sample-social-security")
    first = visitor.post("/social-security/backchannel-logout", data={"logout_token": token})
    assert first.status_code == 200 and first.headers["cache-control"] == "no-store"
    assert not is_signed_in(visitor)
    assert visitor.post("/social-security/backchannel-logout", data={"logout_token": token}).status_code == 400


LOGOUT_LIES = {
    "another issuer": dict(iss="https://evil.example"),
    "another audience": dict(aud="sample-real-estate"),
    "a nonce": dict(nonce="n"),
    "no logout event": dict(events={"other": {}}),
    "neither sub nor sid": dict(drop={"sid"}),
    "no jti": dict(drop={"jti"}),
    "long ago": dict(iat=int(time.time()) - 3_600),
    "expired": dict(exp=int(time.time()) - 600),
    "typ of an ID token": dict(header={"typ": "JWT"}),
    "typ of an access token": dict(header={"typ": "at+jwt"}),
}


@pytest.mark.parametrize("lie", LOGOUT_LIES)
def test_is_not_signed_out_by_a_logout_token_with(visitor, fake, lie):
    sign_in(visitor)
    token = fake.logout_token("sample-social-security", **LOGOUT_LIES[lie])
    answer = visitor.post("/social-security/backchannel-logout", data={"logout_token": token})
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"
    assert is_signed_in(visitor)


@pytest.mark.parametrize("forgery", ["unsigned", "HMAC with the public key", "broken signature", "not a token"])
def test_is_not_signed_out_by_a_forged_logout_token(visitor, fake, forgery):
    sign_in(visitor)
    token = LIES[forgery]["forge"](fake.logout_token("sample-social-security"))
    answer = visitor.post("/social-security/backchannel-logout", data={"logout_token": token})
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"
    assert answer.headers["cache-control"] == "no-store"
    assert is_signed_in(visitor)


def test_is_not_signed_out_by_a_stranger_with_the_right_key_id(visitor, fake):
    sign_in(visitor)
    fake.signing_key = fake.stranger
    token = fake.logout_token("sample-social-security")
    assert visitor.post("/social-security/backchannel-logout", data={"logout_token": token}).status_code == 400
    assert is_signed_in(visitor)


def test_a_logout_token_comes_by_post_in_a_form(visitor, fake):
    sign_in(visitor)
    path = "/social-security/backchannel-logout"
    token = fake.logout_token("sample-social-security")
    assert visitor.get(path, params={"logout_token": token}).status_code == 405
    assert visitor.post(path, json={"logout_token": token}).status_code in {400, 415}
    assert visitor.post(path, params={"logout_token": token}, data={"state": "x"}).status_code == 400
    assert visitor.post(path, data={"logout_token": [token, token]}).status_code == 400
    assert is_signed_in(visitor)
    assert visitor.post(path, data={"logout_token": token, "more": "x"}).status_code == 200
    assert not is_signed_in(visitor)


def test_a_logout_token_of_another_session_ends_nothing(visitor, fake):
    sign_in(visitor)
    token = fake.logout_token("sample-social-security", sid="session-2")
    assert visitor.post("/social-security/backchannel-logout", data={"logout_token": token}).status_code == 200
    assert is_signed_in(visitor)


WRONG_METHODS = {
    "the list": ("POST", "/", "GET, HEAD"),
    "a department": ("DELETE", "/real-estate/", "GET, HEAD"),
    "a department without its slash": ("PUT", "/real-estate", "GET, HEAD"),
    "signing out by a link": ("GET", "/social-security/logout", "POST"),
}


@pytest.mark.parametrize("name", WRONG_METHODS)
def test_names_the_methods_of(sites, name):
    method, path, allow = WRONG_METHODS[name]
    answer = httpx.request(method, sites + path, headers={"Accept-Language": "en"})
    assert answer.status_code == 405 and answer.headers["allow"] == allow
    assert "cannot be opened in this way" in answer.text


def test_a_path_that_is_not_is_told_whatever_the_method(sites):
    for method in ("GET", "DELETE"):
        answer = httpx.request(method, f"{sites}/nothing", headers={"Accept-Language": "en"})
        assert answer.status_code == 404 and "allow" not in answer.headers and "no such page" in answer.text
    assert httpx.head(f"{sites}/nothing").content == b""


def test_waits_for_a_provider_that_is_not_up_yet():
    port = free_port()
    program = Program(
        "samples-without-provider",
        [PROGRAMS / "department-samples", "--issuer", f"http://localhost:{free_port()}", "--port", port],
    )
    program.wait_for(f"http://localhost:{port}/health")
    answer = httpx.get(f"http://localhost:{port}/real-estate/login", headers={"Accept-Language": "en"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5" and "/real-estate/login" in answer.headers["refresh"]
    assert "tries again by itself" in answer.text
    assert program.stop() == 0
