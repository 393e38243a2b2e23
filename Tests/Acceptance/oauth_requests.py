"""Single requests of the protocol, made by hand so that each may be wrong in one place."""

import base64
import json
import time
from urllib.parse import parse_qs, urlsplit

import httpx
from relying_party import CALLBACK, RelyingParty
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import WebVisitor


def parameters(url: str) -> dict[str, str]:
    """Of a redirect; fails when one is there twice."""
    found = parse_qs(urlsplit(url).query, keep_blank_values=True)
    assert all(len(values) == 1 for values in found.values()), url
    return {name: values[0] for name, values in found.items()}


def request(party: RelyingParty, **changes) -> dict[str, str]:
    """A good authorization request with changes; `None` leaves a parameter out."""
    url, *_ = party.begin(party.session())
    merged = {**parameters(url), **changes}
    return {name: value for name, value in merged.items() if value is not None}


def authorize(party: RelyingParty, values, visitor: WebVisitor | None = None) -> httpx.Response:
    """Without following redirects."""
    http = visitor.http if visitor else httpx
    return http.get(party.metadata["authorization_endpoint"], params=values, follow_redirects=False)


def post(party: RelyingParty, endpoint: str, headers=None, **form) -> httpx.Response:
    """To the endpoint of this name in discovery, as this client."""
    auth = (party.client_id, party.secret)
    return httpx.post(party.metadata[endpoint], data=form, auth=auth, headers=headers, timeout=30)


def token(party: RelyingParty, headers=None, **form) -> httpx.Response:
    return post(party, "token_endpoint", headers, **form)


def fresh_code(party: RelyingParty, name: str = CITIZEN, visitor: WebVisitor | None = None, **more) -> dict[str, str]:
    """The form that redeems a new code."""
    visitor = visitor or party.visitor()
    url, _, verifier, _ = party.begin(party.session(), **more)
    answer = visitor.open(url)
    if not isinstance(answer, str):
        answer = visitor.sign_in(answer, name, DEMO_PASSWORD)
    return {
        "grant_type": "authorization_code",
        "code": parameters(answer)["code"],
        "redirect_uri": CALLBACK,
        "code_verifier": verifier,
    }


def decoded(part: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def claims(jwt: str) -> dict:
    """What a token says; the signature is somebody else's to check."""
    return decoded(jwt.split(".")[1])


def userinfo(party: RelyingParty, access_token: str) -> int:
    headers = {"Authorization": f"Bearer {access_token}"}
    return httpx.get(party.metadata["userinfo_endpoint"], headers=headers).status_code


def eventually(condition, seconds: float = 10):
    """Revocations reach a server from a command of another process within about two seconds."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()
