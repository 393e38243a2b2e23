"""A browser as far as signing in needs one: redirects, cookies, the form."""

import base64
import http.client
import json
import urllib.parse

from .login import PASSWORD, FormReader

# The pair of RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


class Browser:
    """One person's session with one server."""

    def __init__(self, port: int):
        self.port = port
        self.cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def request(self, method: str, path: str, body: str | None = None) -> tuple[int, str | None, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": f"localhost:{self.port}", "Accept": "text/html", "Cookie": self.cookie}
        if body is not None:
            headers |= {
                "Origin": f"http://localhost:{self.port}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location"), text

    def follow(self, method: str, path: str, body: str | None, away: str) -> str:
        """Goes on until a page that is no redirect, or until the address begins with `away`; gives that."""
        for _ in range(8):
            status, location, text = self.request(method, path, body)
            if location is None:
                return text if status == 200 else self._stuck(path, status, text)
            if location.startswith(away):
                return location
            split = urllib.parse.urlsplit(location)
            method, body, path = "GET", None, split.path + (f"?{split.query}" if split.query else "")
        raise SystemExit(f"bench: too many redirects at {path}")

    def sign_in(self, client: str, redirect: str, scope: str, name: str) -> str:
        """The code flow up to the code; the session stays in the cookies."""
        page = self.follow("GET", authorize_path(client, redirect, scope), None, redirect)
        if not page.startswith(redirect):
            form = FormReader()
            form.feed(page)
            if form.action is None:
                raise SystemExit("bench: no sign-in form")
            fields = form.fields | {"username": name, "password": PASSWORD}
            page = self.follow("POST", form.action, urllib.parse.urlencode(fields), redirect)
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(page).query).get("code")
        if code is None:
            raise SystemExit(f"bench: signing in ended at {page[:300]}")
        return code[0]

    @staticmethod
    def _stuck(path: str, status: int, text: str):
        raise SystemExit(f"bench: {path} answered {status}: {text[:300]}")


def authorize_path(client: str, redirect: str, scope: str) -> str:
    return "/oauth2/authorize?" + urllib.parse.urlencode({
        "client_id": client, "redirect_uri": redirect, "response_type": "code", "scope": scope, "state": "s",
        "nonce": "n", "code_challenge": CHALLENGE, "code_challenge_method": "S256"})


def post(port: int, path: str, form: dict[str, str], client: str = "", secret: str = "") -> tuple[int, dict]:
    """A form sent to a protocol endpoint; gives status and JSON."""
    headers = {"Host": f"localhost:{port}", "Content-Type": "application/x-www-form-urlencoded"}
    if secret:
        headers["Authorization"] = "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, urllib.parse.urlencode(form), headers)
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    return answer.status, json.loads(text) if text.startswith(b"{") else {}


def redeem(port: int, client: str, redirect: str, code: str) -> tuple[int, dict]:
    """The code exchange of a public client (RFC 6749 §4.1.3, RFC 7636 §4.5)."""
    return post(port, "/oauth2/token", {
        "grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "client_id": client,
        "code_verifier": VERIFIER})
