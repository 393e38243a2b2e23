"""OpenID Connect as a third party's library sees it: Authlib registered from the shell, everything over HTTP."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from relying_party import CALLBACK, SIGNED_OUT
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import forms


def parameters(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


class TestDiscovery:
    """OpenID Connect Discovery 1.0 §3–4, RFC 8414 §3."""

    def test_both_documents_name_the_issuer_and_endpoints_below_it(self, yimen, anonymous):
        for path in ("openid-configuration", "oauth-authorization-server"):
            answer = anonymous.get(f"/.well-known/{path}")
            assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/json")
            document = answer.json()
            assert document["issuer"] == yimen.url
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                assert document[name].startswith(yimen.url + "/")
            assert document["code_challenge_methods_supported"] == ["S256"]
            assert document["authorization_response_iss_parameter_supported"] is True
            assert "code" in document["response_types_supported"]

    def test_the_key_set_is_public_only(self, yimen):
        keys = httpx.get(yimen.discovery()["jwks_uri"]).json()["keys"]
        assert {"ES256", "RS256"} <= {key["alg"] for key in keys}
        assert len({key["kid"] for key in keys}) == len(keys)
        for key in keys:
            assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & key.keys()


class TestCodeFlow:
    """OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9207."""

    def test_signs_in_and_tells_who(self, yimen, portal):
        token = portal.sign_in(CITIZEN)
        assert token["token_type"].lower() == "bearer"
        claims = token["claims"]
        assert claims["sid"] and claims["acr"] in {"L1", "L2", "L3", "L4"}
        assert claims["exp"] > time.time()
        assert parameters(token["authorization_response"])["iss"] == yimen.url
        userinfo = httpx.get(
            portal.metadata["userinfo_endpoint"], headers={"Authorization": f"Bearer {token['access_token']}"}
        )
        assert userinfo.status_code == 200
        assert userinfo.json()["sub"] == claims["sub"] and userinfo.json()["name"]

    def test_a_second_system_asks_for_no_password(self, portal, desk):
        visitor = portal.visitor()
        first = portal.sign_in("officer.jinan", visitor)
        session = desk.session()
        url, state, verifier, _ = desk.begin(session)
        answer = visitor.open(url)
        assert isinstance(answer, str), "a page was shown although the browser is signed in"
        second = session.fetch_token(
            desk.metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
        )
        assert desk.verify(second["id_token"])["sub"] == first["claims"]["sub"]

    def test_a_wrong_password_is_told_and_signs_nobody_in(self, portal):
        visitor = portal.visitor()
        page = visitor.open(portal.begin(portal.session())[0])
        again = visitor.sign_in(page, CITIZEN, "not-the-password")
        assert not isinstance(again, str) and again.status_code in (200, 400, 401, 422)
        assert forms(again.text), "the form is shown again"
        unknown = visitor.sign_in(again, "19999999999", "not-the-password")
        assert not isinstance(unknown, str)
        assert "not-the-password" not in unknown.text

    def test_a_code_works_once(self, portal):
        visitor, session = portal.visitor(), portal.session()
        url, state, verifier, _ = portal.begin(session)
        answer = visitor.sign_in(visitor.open(url), CITIZEN, DEMO_PASSWORD)
        endpoint = portal.metadata["token_endpoint"]
        token = session.fetch_token(endpoint, authorization_response=answer, state=state, code_verifier=verifier)
        with pytest.raises(OAuthError, match="invalid_grant"):
            portal.session().fetch_token(endpoint, authorization_response=answer, state=state, code_verifier=verifier)
        # RFC 6749 §4.1.2: what the first use produced is revoked, so its refresh token is dead too.
        with pytest.raises(OAuthError, match="invalid_grant"):
            portal.session().refresh_token(endpoint, refresh_token=token["refresh_token"])

    @pytest.mark.parametrize("verifier", ["A" * 43, None])
    def test_a_code_needs_its_verifier(self, portal, verifier):
        visitor, session = portal.visitor(), portal.session()
        url, state, _, _ = portal.begin(session)
        answer = visitor.sign_in(visitor.open(url), CITIZEN, DEMO_PASSWORD)
        with pytest.raises(OAuthError, match="invalid_grant|invalid_request"):
            session.fetch_token(
                portal.metadata["token_endpoint"],
                authorization_response=answer,
                state=state,
                **({"code_verifier": verifier} if verifier else {}),
            )

    def test_prompt_none_answers_without_a_page(self, portal):
        answer = portal.visitor().open(portal.begin(portal.session(), prompt="none")[0])
        assert isinstance(answer, str)
        assert parameters(answer)["error"] == "login_required" and parameters(answer)["iss"]

    @pytest.mark.parametrize(
        "change",
        [
            {"client_id": "nobody"},
            {"redirect_uri": CALLBACK + "/more"},
            {"redirect_uri": "https://evil.example/"},
            {"redirect_uri": CALLBACK + "?x=1"},
            {"redirect_uri": CALLBACK.upper()},
        ],
        ids=lambda change: "-".join(change.values()),
    )
    def test_never_redirects_to_an_address_that_is_not_registered(self, portal, change):
        url, *_ = portal.begin(portal.session())
        wanted = {**parameters(url), **change}
        answer = httpx.get(portal.metadata["authorization_endpoint"], params=wanted, follow_redirects=False)
        assert answer.status_code == 400 and "location" not in answer.headers
        assert answer.headers["content-type"].startswith("text/html")
        assert "evil.example" not in answer.text

    @pytest.mark.parametrize(
        "change, error",
        [
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge": ""}, "invalid_request"),
            ({"scope": "openid hall.window everything"}, "invalid_scope"),
        ],
        ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
    )
    def test_a_faulty_request_is_answered_at_the_redirect_uri(self, portal, change, error):
        url, state, *_ = portal.begin(portal.session())
        answer = httpx.get(
            portal.metadata["authorization_endpoint"], params={**parameters(url), **change}, follow_redirects=False
        )
        assert answer.status_code == 303 and answer.headers["location"].startswith(CALLBACK + "?")
        found = parameters(answer.headers["location"])
        assert found["error"] == error and found["state"] == state and found["iss"]


class TestTokens:
    """RFC 6749 §4.4, §6, RFC 9700 §4.14."""

    def test_a_refresh_token_rotates(self, portal):
        token = portal.sign_in(CITIZEN)
        session = portal.session()
        fresh = session.refresh_token(portal.metadata["token_endpoint"], refresh_token=token["refresh_token"])
        assert fresh["access_token"] != token["access_token"]
        assert fresh["refresh_token"] != token["refresh_token"]
        newest = session.refresh_token(portal.metadata["token_endpoint"], refresh_token=fresh["refresh_token"])
        assert newest["access_token"]

    def test_a_replay_at_once_gets_the_same_successor(self, portal):
        """A lost answer or two tabs at once must not sign anybody out, and must not make two families."""
        token = portal.sign_in(CITIZEN)
        endpoint = portal.metadata["token_endpoint"]
        first, second = (
            portal.session().refresh_token(endpoint, refresh_token=token["refresh_token"]) for _ in range(2)
        )
        assert first["refresh_token"] == second["refresh_token"]

    def test_a_refresh_token_belongs_to_its_client(self, portal, desk):
        token = portal.sign_in(CITIZEN)
        with pytest.raises(OAuthError, match="invalid_grant"):
            desk.session().refresh_token(desk.metadata["token_endpoint"], refresh_token=token["refresh_token"])

    def test_a_machine_gets_a_token_by_its_own_secret(self, yimen, kiosk):
        client = OAuth2Client(kiosk.client_id, kiosk.secret, scope="hall.kiosk", timeout=30)
        token = client.fetch_token(yimen.discovery()["token_endpoint"], grant_type="client_credentials")
        assert token["scope"] == "hall.kiosk" and "refresh_token" not in token and "id_token" not in token

    def test_a_wrong_secret_is_refused(self, yimen, kiosk):
        client = OAuth2Client(kiosk.client_id, "wrong", scope="hall.kiosk", timeout=30)
        with pytest.raises(OAuthError, match="invalid_client"):
            client.fetch_token(yimen.discovery()["token_endpoint"], grant_type="client_credentials")

    def test_a_citizen_never_gets_the_officer_scope(self, desk):
        session, visitor = desk.session(), desk.visitor()
        url, state, verifier, _ = desk.begin(session)
        answer = visitor.sign_in(visitor.open(url), CITIZEN, DEMO_PASSWORD)
        found = parameters(answer) if isinstance(answer, str) else {}
        if "code" in found:
            token = session.fetch_token(
                desk.metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
            )
            assert "hall.window" not in token.get("scope", desk.scope).split()
        else:
            assert found.get("error") in {"access_denied", "invalid_scope"}

    def test_token_answers_are_never_cached(self, yimen, kiosk):
        answer = httpx.post(
            yimen.discovery()["token_endpoint"],
            auth=(kiosk.client_id, kiosk.secret),
            data={"grant_type": "client_credentials", "scope": "hall.kiosk"},
        )
        assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"

    @pytest.mark.parametrize(
        "form, status, error",
        [
            ({}, 400, "invalid_request"),
            ({"grant_type": "password", "username": CITIZEN, "password": DEMO_PASSWORD}, 400, "unsupported_grant_type"),
            (
                {"grant_type": "authorization_code", "code": "x", "redirect_uri": CALLBACK, "code_verifier": "v" * 43},
                400,
                "invalid_grant|unauthorized_client",
            ),
            ({"grant_type": ["client_credentials", "client_credentials"]}, 400, "invalid_request"),
            ({"grant_type": "client_credentials", "scope": "booking"}, 400, "invalid_scope"),
        ],
        ids=["empty", "password", "unknown code", "repeated", "foreign scope"],
    )
    def test_says_what_is_wrong(self, yimen, kiosk, form, status, error):
        answer = httpx.post(
            yimen.discovery()["token_endpoint"],
            auth=(kiosk.client_id, kiosk.secret),
            data=form,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == status and answer.json()["error"] in error.split("|")

    def test_the_token_endpoint_takes_no_get(self, yimen):
        answer = httpx.get(yimen.discovery()["token_endpoint"])
        assert answer.status_code == 405 and "POST" in answer.headers["allow"]


class TestLogout:
    """OpenID Connect RP-Initiated Logout 1.0."""

    def test_signs_out_and_returns(self, portal):
        visitor = portal.visitor()
        token = portal.sign_in(CITIZEN, visitor)
        url = httpx.URL(
            portal.metadata["end_session_endpoint"],
            params={"id_token_hint": token["id_token"], "post_logout_redirect_uri": SIGNED_OUT, "state": "s1"},
        )
        answer = visitor.open(str(url))
        assert answer == f"{SIGNED_OUT}?state=s1"
        again = visitor.open(portal.begin(portal.session(), prompt="none")[0])
        assert parameters(again)["error"] == "login_required"
        with pytest.raises(OAuthError, match="invalid_grant"):
            portal.session().refresh_token(portal.metadata["token_endpoint"], refresh_token=token["refresh_token"])

    def test_never_redirects_to_an_unregistered_address(self, portal):
        visitor = portal.visitor()
        token = portal.sign_in(CITIZEN, visitor)
        url = httpx.URL(
            portal.metadata["end_session_endpoint"],
            params={"id_token_hint": token["id_token"], "post_logout_redirect_uri": "http://localhost:4/other"},
        )
        answer = visitor.open(str(url))
        assert not isinstance(answer, str), "it redirected to an unregistered address"

    def test_a_hint_with_a_foreign_signature_signs_nobody_out(self, portal):
        visitor = portal.visitor()
        token = portal.sign_in(CITIZEN, visitor)
        head, body, signature = token["id_token"].split(".")
        forged = f"{head}.{body}.{signature[::-1]}"
        url = httpx.URL(
            portal.metadata["end_session_endpoint"],
            params={"id_token_hint": forged, "post_logout_redirect_uri": SIGNED_OUT},
        )
        assert not isinstance(visitor.open(str(url)), str)
        still = visitor.open(portal.begin(portal.session(), prompt="none")[0])
        assert "code" in parameters(still)
