"""An identity provider of our own that can lie: what a relying party must not believe is tried on the samples here."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"


class FakeProvider:
    """Signs everybody in as one person; the attributes below change what it says."""

    def __init__(self):
        self.keys = {
            "ES256": ECKey.generate_key("P-256", {"kid": "es", "alg": "ES256", "use": "sig"}),
            "RS256": RSAKey.generate_key(2048, {"kid": "rs", "alg": "RS256", "use": "sig"}),
            "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed", "alg": "EdDSA", "use": "sig"}),
        }
        self.stranger = ECKey.generate_key("P-256", {"kid": "es"})
        self.codes: dict[str, dict] = {}
        self.reset()
        handler = type("Handler", (_Handler,), {"provider": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.issuer = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def reset(self):
        self.algorithm = "ES256"
        self.claims: dict = {}
        self.dropped_claims: set[str] = set()
        self.header: dict = {}
        self.signing_key = None
        self.answer_issuer = None
        self.answer_error = None
        self.userinfo = {"name": "<b>张三</b>"}
        self.forge = None

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def sign(self, claims: dict, header: dict) -> str:
        key = self.signing_key or self.keys[self.algorithm]
        header = {"alg": self.algorithm, "kid": self.keys[self.algorithm].kid, **header}
        algorithm = "Ed25519" if header["alg"] == "Ed25519" else header["alg"]
        return jwt.encode(header, claims, key, algorithms=[algorithm])

    def id_token(self, request: dict, access_token: str) -> str:
        now = int(time.time())
        half = hashlib.sha512(access_token.encode()).digest()[:32]
        if self.algorithm != "EdDSA":
            half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            "iss": self.issuer,
            "sub": "person-1",
            "aud": request["client_id"],
            "iat": now,
            "exp": now + 300,
            "nonce": request["nonce"],
            "sid": "session-1",
            "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
            **self.claims,
        }
        for name in self.dropped_claims:
            del claims[name]
        token = self.sign(claims, self.header)
        return self.forge(token) if self.forge else token

    def logout_token(self, client_id: str, header: dict | None = None, drop: set[str] = frozenset(), **changes) -> str:
        claims = {
            "iss": self.issuer,
            "aud": client_id,
            "iat": int(time.time()),
            "exp": int(time.time()) + 120,
            "jti": secrets.token_urlsafe(12),
            "sid": "session-1",
            "events": {LOGOUT_EVENT: {}},
            **changes,
        }
        for name in drop:
            del claims[name]
        return self.sign(claims, {"typ": "logout+jwt", **(header or {})})


class _Handler(BaseHTTPRequestHandler):
    provider: FakeProvider

    def log_message(self, *_):
        pass

    def _json(self, document, status=200):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        fake = self.provider
        url = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": fake.issuer,
                    "authorization_endpoint": fake.issuer + "/authorize",
                    "token_endpoint": fake.issuer + "/token",
                    "userinfo_endpoint": fake.issuer + "/userinfo",
                    "jwks_uri": fake.issuer + "/jwks",
                    "end_session_endpoint": fake.issuer + "/logout",
                    "authorization_response_iss_parameter_supported": True,
                }
            )
        elif url.path == "/jwks":
            unknown = {"kty": "future", "kid": "new"}
            self._json({"keys": [unknown, *(key.as_dict(private=False) for key in fake.keys.values())]})
        elif url.path == "/authorize":
            code = secrets.token_urlsafe(16)
            fake.codes[code] = query
            answer = {"code": code} if fake.answer_error is None else {"error": fake.answer_error}
            answer |= {"state": query["state"], "iss": fake.answer_issuer or fake.issuer}
            self.send_response(303)
            self.send_header("Location", query["redirect_uri"] + "?" + urlencode(answer))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif url.path == "/userinfo":
            self._json({"sub": "person-1", **fake.userinfo})
        else:
            self._json({"error": "not_found"}, 404)

    def do_POST(self):
        fake = self.provider
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        request = fake.codes.pop(form.get("code"), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if request is None or challenge.decode().rstrip("=") != request["code_challenge"]:
            return self._json({"error": "invalid_grant"}, 400)
        if request["redirect_uri"] != form["redirect_uri"] or not self.headers["Authorization"].startswith("Basic "):
            return self._json({"error": "invalid_client"}, 401)
        access_token = secrets.token_urlsafe(16)
        return self._json(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": fake.id_token(request, access_token),
            }
        )
