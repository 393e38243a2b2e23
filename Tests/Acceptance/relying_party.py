"""A relying party built on Authlib: what a department's developer would write in an afternoon."""

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet
from system import DEMO_PASSWORD, Yimen
from web_visitor import WebVisitor

CALLBACK = "http://localhost:4/callback"
SIGNED_OUT = "http://localhost:4/signed-out"


class RelyingParty:
    """Registered by the command line as an operator would do it."""

    def __init__(self, yimen: Yimen, client_id: str, scope: str, secret: str = "acceptance-secret-of-32-characters"):
        self.yimen = yimen
        self.client_id = client_id
        self.secret = secret
        self.scope = scope
        self.metadata = yimen.discovery()

    def register(self, *more: str):
        self.yimen.succeed(
            "client",
            "add",
            "--id",
            self.client_id,
            "--secret",
            self.secret,
            "--redirect-uri",
            CALLBACK,
            "--post-logout-redirect-uri",
            SIGNED_OUT,
            "--grant",
            "authorization_code",
            "--grant",
            "refresh_token",
            "--auth-method",
            "client_secret_basic",
            *(word for scope in self.scope.split() for word in ("--scope", scope)),
            *more,
        )

    def session(self) -> OAuth2Client:
        return OAuth2Client(
            self.client_id,
            self.secret,
            scope=self.scope,
            redirect_uri=CALLBACK,
            token_endpoint_auth_method="client_secret_basic",
            code_challenge_method="S256",
            timeout=30,
        )

    def begin(self, session: OAuth2Client, **more: str) -> tuple[str, str, str, str]:
        """The authorization URL with its state, PKCE verifier and nonce."""
        verifier, nonce = generate_token(64), generate_token(32)
        url, state = session.create_authorization_url(
            self.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, **more
        )
        return url, state, verifier, nonce

    def visitor(self) -> WebVisitor:
        return WebVisitor(away="http://localhost:4/")

    def sign_in(self, name: str, visitor: WebVisitor | None = None, **more: str) -> dict:
        """The whole code flow; returns the token answer with the verified ID token under `claims`."""
        visitor = visitor or self.visitor()
        session = self.session()
        url, state, verifier, nonce = self.begin(session, **more)
        answer = visitor.open(url)
        if not isinstance(answer, str):
            answer = visitor.sign_in(answer, name, DEMO_PASSWORD)
        assert isinstance(answer, str), (
            f"no redirect to the relying party but {answer.status_code}: {answer.text[:2000]}"
        )
        token = session.fetch_token(
            self.metadata["token_endpoint"], authorization_response=answer, state=state, code_verifier=verifier
        )
        claims = self.verify(token["id_token"])
        assert claims["nonce"] == nonce
        return {**token, "claims": claims, "authorization_response": answer}

    def keys(self) -> KeySet:
        return KeySet.import_key_set(httpx.get(self.metadata["jwks_uri"]).json())

    def verify(self, id_token: str) -> dict:
        claims = jwt.decode(id_token, self.keys(), algorithms=["ES256", "RS256"]).claims
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": self.metadata["issuer"]},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        ).validate(claims)
        return claims
