"""OpenID Connect Session Management 1.0 §3.2 in a real browser: what the frame tells the page of a system, and whom."""

import contextlib
import http.server
import threading
from urllib.parse import parse_qs, urlsplit

import journey
import pytest
from browsing import Browser
from relying_party import RelyingParty
from system import CITIZEN

PAGE = b"""<!doctype html><title>page</title><script>
function load(address) {
  const frame = document.createElement("iframe");
  frame.id = "frame";
  frame.src = address;
  return new Promise((loaded) => { frame.onload = loaded; document.body.append(frame); });
}
// Null after a second without an answer.
function ask(target, origin, message) {
  return new Promise((resolve) => {
    const hear = (event) => { if (event.origin === origin) done(event.data); };
    const done = (answer) => { removeEventListener("message", hear); resolve(answer); };
    addEventListener("message", hear);
    target.postMessage(message, origin);
    setTimeout(() => done(null), 1000);
  });
}
</script><body></body>"""


class Pages(http.server.BaseHTTPRequestHandler):
    """Every address of a system: a page that can frame others and ask them."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def site():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


class Asking(RelyingParty):
    """A system at an origin of its own, which a browser can visit."""

    def __init__(self, yimen, home: str):
        super().__init__(yimen, f"asks-{urlsplit(home).port}", "openid")
        self.home = home
        yimen.succeed(
            *("client", "add", "--id", self.client_id, "--secret", self.secret, "--scope", "openid"),
            *("--redirect-uri", f"{home}/callback", "--post-logout-redirect-uri", f"{home}/bye"),
        )

    def state(self, browser: Browser) -> str:
        """`session_state` of a sign-in in this browser."""
        session = self.session()
        session.redirect_uri = f"{self.home}/callback"
        browser.open(self.begin(session)[0])
        if "/login" in browser.url:
            journey.sign_in(browser, CITIZEN)
        browser.until(lambda: browser.url.startswith(self.home), "the way back")
        return parse_qs(urlsplit(browser.url).query)["session_state"][0]


@pytest.fixture
def party(yimen):
    with site() as home:
        yield Asking(yimen, home)


def load(browser: Browser, address: str):
    browser.driver.execute_async_script("load(arguments[0]).then(arguments[1])", address)


def ask(browser: Browser, party: RelyingParty, message):
    """What the frame in the page that is open answers."""
    return browser.driver.execute_async_script(
        "const done = arguments[2]; ask(document.getElementById('frame').contentWindow, arguments[0], arguments[1])"
        ".then(done)",
        party.metadata["issuer"],
        message,
    )


def test_the_frame_says_whether_the_session_is_the_same(party, browser):
    state = party.state(browser)
    good = f"{party.client_id} {state}"
    browser.open(f"{party.home}/")
    load(browser, party.metadata["check_session_iframe"])
    assert ask(browser, party, good) == "unchanged"
    salt = state.split(".")[1]
    for other in (f"someone-else {state}", f"{party.client_id} {'A' * 43}.{salt}", f"{party.client_id} x.y"):
        assert ask(browser, party, other) == "changed", other
    wrong = ("", " ", good + " x", party.client_id, f" {state}", f"{party.client_id} {'A' * 43}", "x" * 2000)
    for message in (*wrong, 7, None, {"client_id": party.client_id}, [good]):
        assert ask(browser, party, message) == "error", message

    browser.open(party.metadata["end_session_endpoint"])
    browser.press(browser.text("identity.logout.submit"))
    browser.until(lambda: "/js/signed-out.js" in browser.driver.page_source, "the page after the sign-out")
    browser.open(f"{party.home}/")
    load(browser, party.metadata["check_session_iframe"])
    assert ask(browser, party, good) == "changed"
    again = party.state(browser)
    browser.open(f"{party.home}/")
    load(browser, party.metadata["check_session_iframe"])
    assert ask(browser, party, f"{party.client_id} {again}") == "unchanged"
    assert ask(browser, party, good) == "changed", "another session of the same person"


def test_the_frame_answers_pages_of_its_parents_origin_alone(party, browser):
    """A page of the system is framed together with the session frame by somebody else, and asks for the answer."""
    good = f"{party.client_id} {party.state(browser)}"
    with site() as elsewhere:
        browser.open(f"{elsewhere}/")
        load(browser, party.metadata["check_session_iframe"])
        assert ask(browser, party, good) == "changed", "for another origin the same words mean nothing"
        browser.driver.execute_script("document.getElementById('frame').id = ''")
        load(browser, f"{party.home}/")
        browser.driver.switch_to.frame("frame")
        heard = browser.driver.execute_async_script(
            "ask(parent.frames[0], arguments[0], arguments[1]).then(arguments[2])", party.metadata["issuer"], good
        )
        assert heard is None
