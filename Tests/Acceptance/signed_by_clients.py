"""What clients prove themselves with: assertions (RFC 7523) and DPoP proofs (RFC 9449), good ones and such as are wrong in
one place, and certificates of their own making (RFC 8705 §2.2)."""

import base64
import hashlib
import hmac
import json
import subprocess
import time
import uuid
from pathlib import Path

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from system import Yimen

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def encoded(value: bytes | dict) -> str:
    raw = json.dumps(value).encode() if isinstance(value, dict) else value
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def own_certificate(directory: Path, name: str) -> str:
    """Makes `name.pem` and `name.key`, and the client's key set beside them.

    Returns the file with the key set."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        + ["-subj", f"/CN={name}", "-days", "2", "-keyout", f"{name}.key", "-out", f"{name}.pem"],
        cwd=directory,
        check=True,
        capture_output=True,
    )
    key = ECKey.import_key((directory / f"{name}.key").read_text())
    (directory / f"{name}.json").write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    return str(directory / f"{name}.json")


def changed(good: dict, changes: dict) -> dict:
    """`None` leaves a member out."""
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def unsigned(header: dict, claims: dict) -> str:
    return f"{encoded({**header, 'alg': 'none'})}.{encoded(claims)}."


def signed_with_secret(header: dict, claims: dict, secret: bytes) -> str:
    """HS256 by hand, since libraries refuse a public key as a secret."""
    message = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
    return f"{message}.{encoded(hmac.digest(secret, message.encode(), 'sha256'))}"


class Signer:
    """A machine that proves itself by `private_key_jwt`; it has an EC and an RSA key."""

    def __init__(self, yimen: Yimen, directory, name: str, *more: str, published_at: str | None = None):
        """`published_at` is a `jwks_uri` at which the test serves `public_keys`; without it they are registered."""
        self.id = name
        self.yimen = yimen
        self.endpoint = f"{yimen.url}/oauth2/token"
        self.keys = {
            "ES256": ECKey.generate_key("P-256", {"kid": f"{name}-ec", "use": "sig", "alg": "ES256"}),
            "RS256": RSAKey.generate_key(2048, {"kid": f"{name}-rsa", "use": "sig", "alg": "RS256"}),
        }
        file = directory / f"{name}.json"
        self.public_keys = json.dumps({"keys": [key.as_dict(private=False) for key in self.keys.values()]})
        file.write_text(self.public_keys)
        yimen.succeed(
            *("client", "add", "--id", name, "--auth-method", "private_key_jwt", "--jwks", published_at or str(file)),
            *("--grant", "client_credentials", "--scope", "booking", *more),
        )

    def header(self, algorithm: str = "ES256") -> dict:
        return {"alg": algorithm, "kid": self.keys[algorithm].kid}

    def claims(self, **changes) -> dict:
        now = int(time.time())
        good = {"iss": self.id, "sub": self.id, "aud": self.yimen.url, "jti": uuid.uuid4().hex, "exp": now + 60}
        return changed(good, changes)

    def assertion(self, algorithm: str = "ES256", **changes) -> str:
        return jwt.encode(self.header(algorithm), self.claims(**changes), self.keys[algorithm])

    def ask(self, assertion: str, proof: str | None = None, **more: str) -> httpx.Response:
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": assertion}
        headers = {"DPoP": proof} if proof else {}
        return httpx.post(self.endpoint, data={**form, **more}, headers=headers, timeout=30)


class ProofKey:
    """A key that a client proves to hold."""

    def __init__(self):
        self.key = ECKey.generate_key("P-256")

    @property
    def thumbprint(self) -> str:
        return self.key.thumbprint()

    def header(self, **changes) -> dict:
        good = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)}
        return changed(good, changes)

    def claims(self, method: str, url: str, access_token: str | None = None, **changes) -> dict:
        good = {"jti": uuid.uuid4().hex, "htm": method, "htu": url, "iat": int(time.time())}
        if access_token:
            good["ath"] = encoded(hashlib.sha256(access_token.encode()).digest())
        return changed(good, changes)

    def proof(self, method: str, url: str, access_token: str | None = None, **changes) -> str:
        return jwt.encode(self.header(), self.claims(method, url, access_token, **changes), self.key)

    def wrong_proofs(self, method: str, url: str, access_token: str | None = None) -> dict[str, str]:
        """Proofs with one fault each."""
        now = int(time.time())
        other = "GET" if method == "POST" else "POST"
        faults = {
            "other method": {"htm": other},
            "method in lower case": {"htm": method.lower()},
            "no method": {"htm": None},
            "other path": {"htu": url + "x"},
            "other host": {"htu": url.replace("localhost", "evil.example")},
            "other scheme": {"htu": url.replace("http:", "https:")},
            "no address": {"htu": None},
            "old": {"iat": now - 120},
            "ahead": {"iat": now + 120},
            "no time": {"iat": None},
            "time as text": {"iat": str(now)},
            "no id": {"jti": None},
            "empty id": {"jti": ""},
        }
        wrong = {name: self.proof(method, url, access_token, **change) for name, change in faults.items()}
        claims = self.claims(method, url, access_token)
        rsa, stranger = RSAKey.generate_key(2048), ECKey.generate_key("P-256")
        public = rsa.as_dict(private=False)
        wrong["type"] = jwt.encode(self.header(typ="JWT"), claims, self.key)
        wrong["no key"] = jwt.encode(self.header(jwk=None), claims, self.key)
        wrong["private key"] = jwt.encode(self.header(jwk=self.key.as_dict(private=True)), claims, self.key)
        wrong["other key"] = jwt.encode(self.header(), claims, stranger)
        wrong["RS256"] = jwt.encode(self.header(alg="RS256", jwk=public), claims, rsa)
        wrong["none"] = unsigned(self.header(), claims)
        secret = {"kty": "oct", "k": encoded(b"k" * 32)}
        wrong["HS256"] = signed_with_secret(self.header(jwk=secret), claims, b"k" * 32)
        wrong["public key as secret"] = signed_with_secret(self.header(), claims, self.key.as_pem(private=False))
        return {**wrong, "nonsense": "x.y.z", "empty": ""}
