"""From a sign-out to the last system that hears of it over the back channel (OpenID Connect Back-Channel Logout)."""

import base64
import http.server
import json
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from .browser import Browser, redeem
from .report import Row

SYSTEMS = 20
ONE_BY_ONE = 30
AT_ONCE = 50
STEPS_MS = [25, 50, 100, 250, 500, 1000, 2500, 5000]
LONGEST = 60


class Listener:
    """The back channels of all systems; notes when each session's logout token arrived."""

    def __init__(self):
        arrivals: dict[str, float] = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()
                # The signature is not looked at: a check costs what the system's own library makes it cost.
                arrivals[claims(form["logout_token"][0])["sid"]] = time.monotonic()

            def log_message(self, *_):
                pass

        self.arrivals = arrivals
        class Receivers(http.server.ThreadingHTTPServer):
            daemon_threads = True
            # With the standard of five, a sixth caller at the same moment would wait a second for its connection.
            request_queue_size = 1024

        self._server = Receivers(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def last(self, sids: list[str]) -> float:
        """When the last of these was told."""
        deadline = time.monotonic() + LONGEST
        while not all(sid in self.arrivals for sid in sids):
            if time.monotonic() > deadline:
                missing = sum(sid not in self.arrivals for sid in sids)
                raise SystemExit(f"bench: {missing} of {len(sids)} systems were not told within {LONGEST} s")
            time.sleep(0.002)
        return max(self.arrivals[sid] for sid in sids)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class Visit:
    """A person in a browser of their own, signed in to every system."""

    def __init__(self, server, redirect: str, systems: list[str], person: str):
        self.server, self.browser, self.sids = server, Browser(server.port), []
        for system in systems:
            code = self.browser.sign_in(system, redirect, "openid", person)
            status, answer = redeem(server.port, system, redirect, code)
            if status != 200:
                raise SystemExit(f"bench: no token for {system}: {status} {answer}")
            self.hint = answer["id_token"]
            self.sids.append(claims(self.hint)["sid"])

    def sign_out(self) -> float:
        """When the sign-out was sent; the hint names the session, so nobody is asked."""
        begin = time.monotonic()
        status, _, text = self.browser.request(
            "GET", "/oauth2/logout?" + urllib.parse.urlencode({"id_token_hint": self.hint}))
        if status not in (200, 302, 303):
            raise SystemExit(f"bench: signing out answered {status}: {text[:300]}")
        return begin


def rows(server, bench, add):
    listener = Listener()
    try:
        systems = register(server, bench, listener)
        people = [f"199000000{number % 16 + 1:02d}" for number in range(max(ONE_BY_ONE, AT_ONCE))]

        def visits(count: int) -> list[Visit]:
            return [Visit(server, bench.redirect, systems, person) for person in people[:count]]

        delays = []
        for visit in visits(ONE_BY_ONE):
            begin = visit.sign_out()
            delays.append(listener.last(visit.sids) - begin)
        row(f"sign-out to the last of {SYSTEMS} systems, one by one", delays, add)

        leaving = visits(AT_ONCE)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            begins = list(pool.map(Visit.sign_out, leaving))
        delays = [listener.last(visit.sids) - begin for visit, begin in zip(leaving, begins)]
        row(f"the same, {AT_ONCE} people at once", delays, add)
    finally:
        listener.close()


def register(server, bench, listener) -> list[str]:
    names = [f"bench-out-{number:02d}" for number in range(SYSTEMS)]
    for name in names:
        server.command(
            "client", "add", "--id", name, "--redirect-uri", bench.redirect, "--grant", "authorization_code", "--scope",
            "openid", "--auth-method", "none", "--backchannel-logout-uri", f"{listener.url}/{name}")
    # A running server knows them within a second.
    time.sleep(1.5)
    return names


def row(what: str, delays: list[float], add):
    times = sorted(delay * 1000 for delay in delays)
    edges = [0, *STEPS_MS]
    counts = [
        f"{sum(low < one <= high for one in times)} ≤ {high} ms"
        for low, high in zip(edges, STEPS_MS) if any(low < one <= high for one in times)]
    beyond = sum(one > STEPS_MS[-1] for one in times)
    add(Row(
        what, f"p50 {times[len(times) // 2]:.0f} ms", p99=f"{times[len(times) * 99 // 100]:.0f} ms",
        note=", ".join(counts + ([f"{beyond} later"] if beyond else []))))


def claims(token: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
