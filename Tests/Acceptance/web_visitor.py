"""A person without a browser: follows redirects one by one, keeps cookies, fills in and sends forms."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


class Form:
    def __init__(self, attributes: dict):
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").lower()
        self.fields: dict[str, str] = {}
        self.kinds: dict[str, str] = {}

    def named(self, kind: str) -> str:
        """The name of the first field of a kind (`password`, `text` …)."""
        return next(name for name, found in self.kinds.items() if found == kind)


class _FormReader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag, attrs):
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(attributes)
            self.forms.append(self._open)
        elif self._open and tag in ("input", "button") and attributes.get("name"):
            kind = attributes.get("type", "text" if tag == "input" else "submit").lower()
            if kind in ("checkbox", "radio") and "checked" not in attributes:
                return
            if kind == "submit":
                return
            self._open.fields[attributes["name"]] = attributes.get("value", "")
            self._open.kinds[attributes["name"]] = kind

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None


def forms(page: str) -> list[Form]:
    reader = _FormReader()
    reader.feed(page)
    return reader.forms


class WebVisitor:
    """`away` is the address where redirects end: the callback of a relying party that nobody serves."""

    def __init__(self, away: str = "http://nowhere.invalid/", language: str = "zh-CN", verify: str | bool = True):
        self.away = away
        self.answers: list[httpx.Response] = []
        self.http = httpx.Client(
            timeout=30, verify=verify, headers={"Accept-Language": language, "Accept": "text/html,*/*;q=0.8"}
        )

    def open(self, url: str) -> httpx.Response | str:
        """The page at the end of the redirects, or the address that lies away."""
        return self._follow(self.http.get(url, headers={"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}))

    def submit(self, page: httpx.Response, form: Form, **values: str) -> httpx.Response | str:
        target = urljoin(str(page.url), form.action) if form.action else str(page.url)
        origin = f"{page.url.scheme}://{page.url.netloc.decode()}"
        headers = {
            "Origin": origin,
            "Sec-Fetch-Site": "same-origin",
            "Sec-Fetch-Mode": "navigate",
            "Referer": str(page.url),
        }
        return self._follow(self.http.post(target, data={**form.fields, **values}, headers=headers))

    def sign_in(self, page: httpx.Response, name: str, password: str) -> httpx.Response | str:
        form = next(form for form in forms(page.text) if "password" in form.kinds.values())
        user = next(field for field, kind in form.kinds.items() if kind in ("text", "tel", "email"))
        return self.submit(page, form, **{user: name, form.named("password"): password})

    def _follow(self, response: httpx.Response) -> httpx.Response | str:
        for _ in range(20):
            self.answers.append(response)
            if not response.is_redirect:
                return response
            target = urljoin(str(response.url), response.headers["location"])
            if target.startswith(self.away):
                return target
            response = self.http.get(target, headers={"Sec-Fetch-Mode": "navigate"})
        raise AssertionError("redirects without end")
