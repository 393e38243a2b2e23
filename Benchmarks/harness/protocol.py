"""Rows of the identity provider's protocol endpoints: userinfo, sign-on with a live session, exchange, refresh."""

import urllib.parse

from . import load
from .browser import Browser, authorize_path, post, redeem
from .report import against, at_most

PERSON = "19900000002"


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
    outcome = load.run(port, "bearer.lua", "/oauth2/userinfo", seconds, 64, tokens=tokens)
    add(against("userinfo", outcome.rate, static, "static body", 0.4, outcome.note()))

    introspection(server, bench, directory, answers[0]["access_token"], seconds, static, add)

    codes = directory / "codes.txt"
    outcome = load.run(
        port, "redirect.lua", "/", seconds, 64, codes=codes, cookie=browser.cookie,
        target=authorize_path(client, redirect, "openid"))
    row = against("sign-on with a live session (redirect with a code)", outcome.rate, static, "static body", 0, "")
    row.bar, row.passed, row.note = "–", None, outcome.note()
    add(row)

    bodies = directory / "exchange.txt"
    bodies.write_text("".join(
        urllib.parse.urlencode({
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "client_id": client,
            "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"}) + "\n"
        for code in codes.read_text().split()[:-64]))
    outcome = load.once(
        port, "/oauth2/token", bodies, seconds, 64, type="application/x-www-form-urlencoded")
    add(against("code exchange (durable)", outcome.rate, static, "static body", 0.3, outcome.note()))

    refresh = directory / "refresh-tokens.txt"
    # Each family has one line of successors: as many as there are connections, so that none is used twice.
    refresh.write_text("".join(answer["refresh_token"] + "\n" for answer in answers))
    outcome = load.run(port, "refresh.lua", "/", seconds, 32, tokens=refresh, client=client)
    add(against("refresh, 32 clients (durable)", outcome.rate, static, "static body", 0.3, outcome.note()))
    add(at_most("  the same, p99", outcome.p99_ms, 100, "ms"))


def introspection(server, bench, directory, token, seconds, static, add):
    """RFC 7662; the row is left out where the endpoint does not answer."""
    form = {"token": token}
    status, _ = post(server.port, "/oauth2/introspect", form, bench.machine_client, bench.machine_secret)
    if status != 200:
        return
    bodies = directory / "introspect.txt"
    bodies.write_text(urllib.parse.urlencode(form) + "\n")
    outcome = load.form(
        server.port, "/oauth2/introspect", bench.machine_client, bench.machine_secret, urllib.parse.urlencode(form),
        seconds)
    add(against("introspection", outcome.rate, static, "static body", 0.4, outcome.note()))
