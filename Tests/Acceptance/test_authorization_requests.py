"""Pushed requests, signed answers, account choice and consent, driven by libraries that have never heard of Yimen."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from relying_party import CALLBACK
from requests_oauth2client import OAuth2Client, OAuth2Error
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import forms


def parameters(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@pytest.fixture()
def library(portal) -> OAuth2Client:
    return OAuth2Client.from_discovery_document(
        portal.metadata,
        authorization_server_jwks=httpx.get(portal.metadata["jwks_uri"]).json(),
        client_id=portal.client_id,
        client_secret=portal.secret,
        redirect_uri=CALLBACK,
        id_token_signed_response_alg="ES256",
        testing=True,
    )


def answer(portal, url: str, visitor=None) -> str:
    visitor = visitor or portal.visitor()
    page = visitor.open(url)
    return page if isinstance(page, str) else visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)


class TestPushedRequests:
    """RFC 9126 through requests_oauth2client."""

    def test_a_pushed_request_leads_to_tokens(self, portal, library):
        request = library.authorization_request(scope="openid profile")
        pushed = library.pushed_authorization_request(request)
        assert str(pushed.request_uri).startswith("urn:ietf:params:oauth:request_uri:")
        address = answer(portal, str(pushed.uri))
        assert parameters(address)["iss"] == portal.metadata["issuer"]
        token = library.authorization_code(request.validate_callback(address))
        assert token.access_token and token.id_token

    def test_a_pushed_request_is_answered_once(self, portal, library):
        pushed = library.pushed_authorization_request(library.authorization_request(scope="openid"))
        visitor = portal.visitor()
        assert "code" in parameters(answer(portal, str(pushed.uri), visitor))
        again = visitor.open(str(pushed.uri))
        assert not isinstance(again, str) and again.status_code == 400

    def test_a_fault_is_told_at_the_push(self, library):
        with pytest.raises(OAuth2Error):
            library.pushed_authorization_request(library.authorization_request(scope="openid everything hall.window"))


class TestSignedAnswers:
    """JARM, read with joserfc."""

    @pytest.mark.parametrize("change", [{}, {"prompt": "none"}], ids=["code", "error"])
    def test_an_answer_is_one_signed_token(self, portal, change):
        url, state, *_ = portal.begin(portal.session(), response_mode="jwt", **change)
        found = parameters(answer(portal, url))
        assert found.keys() == {"response"}
        claims = jwt.decode(found["response"], portal.keys(), algorithms=["ES256", "RS256"]).claims
        registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": portal.metadata["issuer"]},
            aud={"essential": True, "value": portal.client_id},
            exp={"essential": True},
        )
        registry.validate(claims)
        assert claims["state"] == state
        assert claims.get("error") == "login_required" if change else claims["code"]


class TestPagesOnTheWay:
    """OpenID Connect Core §3.1.2: prompt=consent and select_account, without JavaScript."""

    def test_consent_is_given_or_not(self, portal):
        visitor = portal.visitor()
        for decision, member in (("deny", "error"), ("allow", "code")):
            page = visitor.open(portal.begin(portal.session(), prompt="consent")[0])
            if "/login" in str(page.url):
                page = visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)
            assert "/consent" in str(page.url) and page.status_code == 200
            back = visitor.submit(page, forms(page.text)[-1], decision=decision)
            assert isinstance(back, str) and member in parameters(back)
            if decision == "deny":
                assert parameters(back)["error"] == "access_denied"

    def test_the_account_is_chosen(self, portal):
        visitor = portal.visitor()
        portal.sign_in(CITIZEN, visitor)
        page = visitor.open(portal.begin(portal.session(), prompt="select_account")[0])
        assert "/select-account" in str(page.url)
        assert CITIZEN not in page.text
        assert "code" in parameters(visitor.submit(page, forms(page.text)[-1], choice="this"))
        page = visitor.open(portal.begin(portal.session(), prompt="select_account")[0])
        other = visitor.submit(page, forms(page.text)[-1], choice="other")
        assert not isinstance(other, str) and "/login" in str(other.url)

    def test_a_level_out_of_reach_is_explained_and_told(self, portal):
        visitor = portal.visitor()
        portal.sign_in(CITIZEN, visitor)
        wish = '{"id_token":{"acr":{"essential":true,"value":"L4"}}}'
        page = visitor.open(portal.begin(portal.session(), claims=wish)[0])
        assert "/step-up" in str(page.url) and "/halls/" in page.text
        back = visitor.submit(page, forms(page.text)[-1])
        assert parameters(back)["error"] == "unmet_authentication_requirements"
