"""Client libraries as PyPI has them, unpatched: each gets an issuer, an id and a secret or key, and signs people in."""

import json
from urllib.parse import parse_qs, urlsplit

import httpx
import oic.oic
import pytest
import requests
from approver import Approver
from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.rp_handler import RPHandler
from jwskate import Jwk
from oic.exception import PyoidcError
from oic.oic.message import AuthorizationResponse
from oic.utils.authn.client import CLIENT_AUTHN_METHOD
from relying_party import CALLBACK, SIGNED_OUT
from requests_oauth2client import (
    BackChannelAuthenticationPollingJob,
    BearerToken,
    DeviceAuthorizationPollingJob,
    DPoPKey,
    InvalidGrant,
    OAuth2Client,
    PrivateKeyJwt,
)
from requests_oauthlib import OAuth2Session
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import WebVisitor

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
RESERVATIONS = "/api/v1/reservations"


def callback(visitor: WebVisitor, url: str) -> str:
    """Where the citizen's browser comes back to the relying party."""
    page = visitor.open(url)
    address = page if isinstance(page, str) else visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)
    assert isinstance(address, str) and address.startswith(CALLBACK), address
    return address


class TestPyoidc:
    """`oic`: OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0."""

    @pytest.fixture
    def library(self, yimen, portal) -> oic.oic.Client:
        client = oic.oic.Client(
            client_id=portal.client_id,
            client_authn_method=CLIENT_AUTHN_METHOD,
            config={"code_challenge": {"length": 64, "method": "S256"}},
        )
        client.provider_config(yimen.url)
        client.client_secret = portal.secret
        client.redirect_uris = [CALLBACK]
        return client

    def begin(self, library, state: str, **more: str) -> tuple[str, dict, str]:
        """The address for the browser, the request and the PKCE verifier."""
        challenge, verifier = library.add_code_challenge()
        request = library.construct_AuthorizationRequest(
            request_args={
                "response_type": "code",
                "scope": ["openid", "profile"],
                "redirect_uri": CALLBACK,
                "state": state,
                "nonce": f"nonce-of-{state}",
                **challenge,
                **more,
            }
        )
        return request.request(library.authorization_endpoint), request, verifier

    def test_from_discovery_to_sign_out(self, yimen, library):
        assert library.provider_info["issuer"] == yimen.url
        visitor = WebVisitor(away="http://localhost:4/")
        url, request, verifier = self.begin(library, "pyoidc-1")
        answer = library.parse_response(
            AuthorizationResponse, info=urlsplit(callback(visitor, url)).query, sformat="urlencoded"
        )
        assert isinstance(answer, AuthorizationResponse) and answer["iss"] == yimen.url
        # The library checks the signature by the keys of discovery, the nonce by what it sent.
        token = library.do_access_token_request(
            state=answer["state"],
            request_args={"code": answer["code"], "redirect_uri": CALLBACK, "code_verifier": verifier},
            authn_method="client_secret_basic",
        )
        assert token["token_type"] == "Bearer" and token["id_token"].jws_header["alg"] == "ES256"
        library.verify_id_token(token["id_token"], request)
        with pytest.raises(PyoidcError, match="nonce"):
            library.verify_id_token(token["id_token"], {**request.to_dict(), "nonce": "another"})
        person = library.do_user_info_request(method="GET", state=answer["state"])
        assert person["sub"] == token["id_token"]["sub"] and person["name"]
        fresh = library.do_access_token_refresh(state=answer["state"], authn_method="client_secret_basic")
        assert fresh["access_token"] != token["access_token"]

        leaving = library.construct_EndSessionRequest(
            state=answer["state"],
            request_args={"post_logout_redirect_uri": SIGNED_OUT, "state": answer["state"]},
        )
        assert visitor.open(leaving.request(library.end_session_endpoint)) == f"{SIGNED_OUT}?state=pyoidc-1"
        url, _, _ = self.begin(library, "pyoidc-2", prompt="none")
        refusal = library.parse_response(
            AuthorizationResponse, info=urlsplit(callback(visitor, url)).query, sformat="urlencoded"
        )
        assert refusal["error"] == "login_required"


class TestIdpyoidc:
    """`idpyoidc`, the heir of pyoidc, by its own handler of relying parties: nothing but settings is ours."""

    def test_from_settings_to_sign_out(self, yimen, portal, monkeypatch, tmp_path):
        services = {**DEFAULT_OIDC_SERVICES, "end_session": {"class": "idpyoidc.client.oidc.end_session.EndSession"}}
        pkce = {
            "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
            "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
        }
        settings = {
            "client_type": "oidc",
            "issuer": yimen.url,
            "client_id": portal.client_id,
            "client_secret": portal.secret,
            "redirect_uris": [CALLBACK],
            "post_logout_redirect_uris": [SIGNED_OUT],
            "scopes_supported": ["openid", "profile"],
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "add_ons": {"pkce": pkce},
            "services": services,
        }
        # It writes its key set into the folder it runs in.
        monkeypatch.chdir(tmp_path)
        library = RPHandler(base_url="http://localhost:4", client_configs={"yimen": settings})
        visitor = WebVisitor(away="http://localhost:4/")
        answer = parse_qs(urlsplit(callback(visitor, library.begin("yimen"))).query)
        found = library.finalize(yimen.url, {name: values[0] for name, values in answer.items()})
        assert "error" not in found, found
        assert found["userinfo"]["name"] and found["userinfo"]["sub"] == found["id_token"]["sub"]
        leaving = library.logout(found["state"], post_logout_redirect_uri=SIGNED_OUT)
        assert visitor.open(leaving["url"]).startswith(SIGNED_OUT)


class TestRequestsOAuthlib:
    """`requests-oauthlib`: RFC 6749 §4.1 and §6, RFC 7636, RFC 6750."""

    @pytest.fixture(autouse=True)
    def loopback(self, monkeypatch):
        """The library's own switch for plain http, which is right on loopback addresses alone."""
        monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")

    def session(self, portal, **more) -> OAuth2Session:
        return OAuth2Session(
            portal.client_id, scope=portal.scope.split(), redirect_uri=CALLBACK, pkce="S256", **more
        )

    def sign_in(self, portal, session: OAuth2Session) -> dict:
        url, _ = session.authorization_url(portal.metadata["authorization_endpoint"])
        return session.fetch_token(
            portal.metadata["token_endpoint"],
            authorization_response=callback(portal.visitor(), url),
            client_secret=portal.secret,
        )

    def test_a_code_leads_to_the_api(self, yimen, portal):
        session = self.session(portal)
        token = self.sign_in(portal, session)
        assert set(token["scope"]) == set(portal.scope.split())
        assert portal.verify(token["id_token"])["sub"]
        answer = session.get(yimen.url + RESERVATIONS)
        assert answer.status_code == 200 and isinstance(answer.json(), (dict, list))
        assert session.get(portal.metadata["userinfo_endpoint"]).json()["name"]
        assert requests.get(yimen.url + RESERVATIONS).status_code == 401

    def test_an_expired_token_is_renewed_on_the_way(self, yimen, portal):
        kept = []
        session = self.session(
            portal, auto_refresh_url=portal.metadata["token_endpoint"], token_updater=kept.append
        )
        token = dict(self.sign_in(portal, session))
        session.token = {**token, "expires_in": -30, "expires_at": 1}
        answer = session.get(yimen.url + RESERVATIONS, client_id=portal.client_id, client_secret=portal.secret)
        assert answer.status_code == 200 and len(kept) == 1
        assert kept[0]["access_token"] != token["access_token"]
        assert kept[0]["refresh_token"] != token["refresh_token"]
        again = session.refresh_token(
            portal.metadata["token_endpoint"], auth=requests.auth.HTTPBasicAuth(portal.client_id, portal.secret)
        )
        assert again["access_token"] != kept[0]["access_token"]


@pytest.fixture(scope="module")
def signing_library(yimen, tmp_path_factory) -> OAuth2Client:
    """A client without a secret: it signs everything, and its access tokens are bound to a key."""
    name = "by-signature"
    key = Jwk.generate(alg="ES256", kid=name)
    file = tmp_path_factory.mktemp("library") / "jwks.json"
    file.write_text(json.dumps({"keys": [key.public_jwk().to_dict()]}))
    grants = ("authorization_code", "refresh_token", "client_credentials", DEVICE, CIBA, EXCHANGE)
    yimen.succeed(
        *("client", "add", "--id", name, "--auth-method", "private_key_jwt", "--jwks", str(file)),
        *("--redirect-uri", CALLBACK, "--exchange-from", "acceptance-app"),
        *(word for grant in grants for word in ("--grant", grant)),
        *(word for scope in ("openid", "profile", "booking") for word in ("--scope", scope)),
    )
    document = yimen.discovery()
    yield OAuth2Client.from_discovery_document(
        document,
        authorization_server_jwks=httpx.get(document["jwks_uri"]).json(),
        auth=PrivateKeyJwt(name, key),
        redirect_uri=CALLBACK,
        id_token_signed_response_alg="ES256",
        device_authorization_endpoint=document["device_authorization_endpoint"],
        backchannel_authentication_endpoint=document["backchannel_authentication_endpoint"],
        testing=True,
    )
    yimen.succeed("client", "remove", "--id", name)


class TestRequestsOAuth2Client:
    """`requests_oauth2client`: RFC 7523, RFC 8628, RFC 8693, RFC 9449, CIBA Core 1.0."""

    def test_a_machine_signs_and_its_token_is_bound(self, yimen, signing_library):
        plain = signing_library.client_credentials(scope="booking")
        assert type(plain) is BearerToken and plain.scope == "booking"
        bound = signing_library.client_credentials(scope="booking", dpop=True)
        assert bound.token_type == "DPoP"
        address = yimen.url + "/api/v1/items"
        assert requests.get(address, auth=bound).status_code == 200
        seen = signing_library.introspect_token(bound)
        assert seen["active"] and seen["cnf"] == {"jkt": bound.dpop_key.dpop_jkt}
        assert signing_library.revoke_access_token(bound)
        assert not signing_library.introspect_token(bound)["active"]

    def test_a_person_signs_in_with_everything_bound(self, yimen, signing_library):
        request = signing_library.authorization_request(scope="openid profile booking", dpop=True)
        pushed = signing_library.pushed_authorization_request(request)
        answer = request.validate_callback(callback(WebVisitor(away="http://localhost:4/"), str(pushed.uri)))
        # The library cannot make a bound token anew after it has validated one, so the ID token is validated beside it.
        token = signing_library.authorization_code(answer, validate=False)
        assert token.token_type == "DPoP"
        keys = signing_library.authorization_server_jwks
        token.id_token.validate(keys, alg="ES256", issuer=yimen.url, audience=signing_library.client_id)
        assert requests.get(yimen.url + RESERVATIONS, auth=token).status_code == 200
        assert signing_library.userinfo(token)["sub"] == token.id_token.subject
        bare = requests.get(yimen.url + RESERVATIONS, headers={"Authorization": f"Bearer {token.access_token}"})
        assert bare.status_code == 401
        fresh = signing_library.refresh_token(token, dpop_key=token.dpop_key)
        assert fresh.access_token != token.access_token
        assert requests.get(yimen.url + RESERVATIONS, auth=fresh).status_code == 200

    def test_a_device_waits_until_a_phone_allows(self, yimen, signing_library):
        shown = signing_library.authorize_device(scope="openid profile")
        job = DeviceAuthorizationPollingJob(signing_library, shown, interval=1)
        assert job() is None
        Approver(yimen.url).type_code(shown.verification_uri_complete)
        token = job()
        assert signing_library.userinfo(token)["name"]
        with pytest.raises(InvalidGrant):
            signing_library.device_code(shown)

    def test_a_device_binds_its_token_to_its_key(self, yimen, signing_library):
        shown = signing_library.authorize_device(scope="openid booking")
        Approver(yimen.url).type_code(shown.verification_uri_complete)
        token = signing_library.device_code(shown, dpop=True, dpop_key=DPoPKey.generate())
        assert token.token_type == "DPoP"
        assert requests.get(yimen.url + RESERVATIONS, auth=token).status_code == 200

    def test_a_person_elsewhere_is_asked(self, yimen, signing_library):
        asked = signing_library.backchannel_authentication_request(
            scope="openid profile", login_hint=CITIZEN, binding_message="窗口 7", requested_expiry=60
        )
        job = BackChannelAuthenticationPollingJob(signing_library, asked, interval=1)
        assert job() is None
        Approver(yimen.url).confirm_waiting()
        token = job()
        assert signing_library.userinfo(token)["name"]
        with pytest.raises(InvalidGrant):
            signing_library.ciba(asked)

    def test_a_token_is_exchanged_for_the_next_system(self, yimen, portal, signing_library):
        subject = portal.sign_in(CITIZEN)["access_token"]
        token = signing_library.token_exchange(subject_token=BearerToken(subject), scope="booking")
        assert token.scope == "booking"
        seen = signing_library.introspect_token(token)
        assert seen["active"] and seen["act"]["client_id"] == "by-signature"
        assert requests.get(yimen.url + RESERVATIONS, auth=token).status_code == 200
