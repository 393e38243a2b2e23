"""Rows of the identity provider's protocol endpoints: userinfo, sign-on with a live session, exchange, refresh."""

import urllib.parse

from . import load
from .browser import VERIFIER, Browser, authorize_path, post, redeem
from .report import at_most, served

PERSON = "19900000002"
REFRESHING = 32


def rows(server, bench, directory, seconds, static, add):
    port, client, redirect = server.port, bench.refresh_client, bench.redirect
    browser = Browser(port)
    answers = []
    for _ in range(64):
        status, answer = redeem(port, client, redirect, browser.sign_in(client, redirect, "openid", PERSON))
        if status != 200 or "refresh_token" not in answer:
            raise SystemExit(f"bench: no refresh token: {status} {answer}")
        answers.append(answer)

    tokens = directory / "access-tokens.txt"
    tokens.write_text("".join(answer["access_token"] + "\n" for answer in answers))
    outcome = load.run(server, "bearer.lua", "/oauth2/userinfo", seconds, 64, tokens=tokens)
    add(served("userinfo", outcome, static.beside(), bar=0.4))

    introspection(server, bench, seconds, static, add)

    outcome = sign_on(server, bench, [browser.cookie], directory, seconds)
    add(served("sign-on with a live session (redirect with a code, durable)", outcome, static.beside(), bar=0.3))
    add(served("code exchange (durable)", exchange(server, bench, directory, seconds), static.beside(), bar=0.3))

    # Each family has one line of successors: as many as there are connections, so that none is used twice.
    outcome = refresh(server, bench, [answer["refresh_token"] for answer in answers], directory, seconds)
    add(served(f"refresh, {REFRESHING} clients (durable)", outcome, static.beside(), bar=0.3))
    add(at_most("  the same, p99", outcome.p99_ms, 100, "ms"))


def sign_on(server, bench, cookies: list[str], directory, seconds) -> load.Outcome:
    """The authorization endpoint for browsers that are signed in; the codes stay in `codes.txt`."""
    file = directory / "cookies.txt"
    file.write_text("".join(cookie + "\n" for cookie in cookies))
    outcome = load.run(
        server, "redirect.lua", "/", seconds, 64, codes=directory / "codes.txt", cookies=file,
        target=authorize_path(bench.refresh_client, bench.redirect, "openid"))
    seen = len((directory / "codes.txt").read_text().split())
    # A sign-in page is no failure to the load program, but it is to the row.
    if seen < outcome.requests * 0.95:
        raise SystemExit(f"bench: only {seen} codes for {outcome.requests} browsers that are signed in")
    return outcome


def exchange(server, bench, directory, seconds) -> load.Outcome:
    """Redeems the codes of the `sign_on` before; the last ones may be cut off."""
    bodies = directory / "exchange.txt"
    bodies.write_text("".join(
        urllib.parse.urlencode({
            "grant_type": "authorization_code", "code": code, "redirect_uri": bench.redirect,
            "client_id": bench.refresh_client, "code_verifier": VERIFIER}) + "\n"
        for code in (directory / "codes.txt").read_text().split()[:-64]))
    return load.once(server, "/oauth2/token", bodies, seconds, 64, type="application/x-www-form-urlencoded")


def refresh(server, bench, tokens: list[str], directory, seconds) -> load.Outcome:
    """Fewer clients than tokens, so that no token is used twice."""
    file = directory / "refresh-tokens.txt"
    file.write_text("".join(token + "\n" for token in tokens))
    outcome = load.run(server, "refresh.lua", "/", seconds, REFRESHING, tokens=file, client=bench.refresh_client)
    if outcome.failed > outcome.requests // 100:
        raise SystemExit(f"bench: {outcome.failed} of {outcome.requests} refreshes failed")
    return outcome


def introspection(server, bench, seconds, static, add):
    """RFC 7662, by the client to which the token was issued: one that is good, so that the whole of it is answered."""
    client, secret = bench.machine_client, bench.machine_secret
    issue = {"grant_type": "client_credentials", "scope": bench.machine_scope}
    form = {"token": post(server.port, "/oauth2/token", issue, client, secret)[1].get("access_token", "")}
    status, answer = post(server.port, "/oauth2/introspect", form, client, secret)
    if answer.get("active") is not True:
        raise SystemExit(f"bench: introspection of a good token: {status} {answer}")
    outcome = load.form(
        server, "/oauth2/introspect", client, secret, urllib.parse.urlencode(form), seconds)
    add(served("introspection", outcome, static.beside(), bar=0.4))
