"""Password sign-ins: the forms are fetched beforehand, only the answers to passwords are timed."""

import http.client
import queue
import threading
import time
import urllib.parse
from dataclasses import dataclass
from html.parser import HTMLParser

PASSWORD = "Yimen-demo-2026"


@dataclass
class Filled:
    path: str
    body: str
    cookie: str


class FormReader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.action = None
        self.fields = {}
        self.open = False

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form" and values.get("action", "").startswith("/login"):
            self.open, self.action = True, values["action"]
        elif tag == "input" and self.open and values.get("name"):
            self.fields[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag):
        if tag == "form":
            self.open = False


def fetch_form(port: int, client: str, redirect: str, name: str) -> Filled:
    """Walks from the authorization endpoint to the sign-in form, as a browser would."""
    query = urllib.parse.urlencode({
        "client_id": client, "redirect_uri": redirect, "response_type": "code", "scope": "openid", "state": "s",
        "nonce": "n", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"})
    path, cookies = f"/oauth2/authorize?{query}", {}
    for _ in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path, headers={
            "Host": f"localhost:{port}", "Accept": "text/html", "Cookie": _cookie(cookies)})
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        for header in answer.headers.get_all("Set-Cookie") or []:
            key, _, value = header.split(";")[0].partition("=")
            cookies[key] = value
        if answer.status in (302, 303):
            location = urllib.parse.urlsplit(answer.headers["Location"])
            path = location.path + (f"?{location.query}" if location.query else "")
            continue
        form = FormReader()
        form.feed(text)
        if answer.status != 200 or form.action is None:
            raise SystemExit(f"bench: no sign-in form at {path}: {answer.status}")
        fields = form.fields | {"username": name, "password": PASSWORD}
        return Filled(form.action, urllib.parse.urlencode(fields), _cookie(cookies))
    raise SystemExit("bench: the sign-in form is behind too many redirects")


def sign_in(port: int, forms: list[Filled], clients: int) -> tuple[float, int]:
    """Sends the forms over `clients` connections; gives sign-ins per second and failures."""
    waiting = queue.SimpleQueue()
    for form in forms:
        waiting.put(form)
    failures = []

    def work():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while True:
            try:
                form = waiting.get_nowait()
            except queue.Empty:
                return
            status = send(connection, port, form)
            if status not in (302, 303):
                failures.append(status)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    begin = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begin
    return (len(forms) - len(failures)) / seconds, len(failures)


class Storm:
    """Sign-ins that go on in the background until stopped."""

    def __init__(self, port: int, forms: list[Filled], clients: int):
        self._results = []
        self._forms = iter(forms)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(port,)) for _ in range(clients)]
        for thread in self._threads:
            thread.start()
        # The first hashes are under way before anything is measured.
        time.sleep(0.2)

    def _work(self, port: int):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while not self._stopping.is_set():
            with self._lock:
                form = next(self._forms, None)
            if form is None:
                return
            self._results.append(send(connection, port, form))

    def stop(self) -> tuple[int, int]:
        """Gives how many signed in and how many did not."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        failed = sum(status not in (302, 303) for status in self._results)
        return len(self._results) - failed, failed


def send(connection: http.client.HTTPConnection, port: int, form: Filled) -> int:
    """The status of the answer; 0 for a redirect that carries an error."""
    connection.request("POST", form.path, body=form.body, headers={
        "Host": f"localhost:{port}", "Origin": f"http://localhost:{port}", "Cookie": form.cookie,
        "Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    refused = answer.status in (302, 303) and "error=" in answer.headers.get("Location", "error=")
    return 0 if refused else answer.status


def _cookie(cookies: dict[str, str]) -> str:
    return "; ".join(f"{key}={value}" for key, value in cookies.items())
