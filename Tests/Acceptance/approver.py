"""A person who is signed in at Yimen itself and says yes to what other devices and systems ask."""

import httpx
from system import CITIZEN, DEMO_PASSWORD
from web_visitor import Form, WebVisitor, forms


class Approver:
    def __init__(self, issuer: str):
        self.issuer = issuer
        self.visitor = WebVisitor()

    def type_code(self, address: str):
        """Opens the address that a device shows, with the code in it, and allows."""
        page = self._signed_in(self.visitor.open(address))
        self._allow(self.visitor.submit(page, holding(page, "user_code")))

    def confirm_waiting(self):
        """Allows the one request that waits on the person's own page."""
        page = self._signed_in(self.visitor.open(f"{self.issuer}/approvals"))
        self._allow(page)

    def _signed_in(self, page: httpx.Response) -> httpx.Response:
        """The same page again, after the password where it is asked for."""
        if page.url.path == "/device":
            again = self.visitor.submit(page, holding(page, "user_code"))
            if again.url.path == "/login":
                return self.visitor.sign_in(again, CITIZEN, DEMO_PASSWORD)
            return page
        return self.visitor.sign_in(page, CITIZEN, DEMO_PASSWORD) if page.url.path == "/login" else page

    def _allow(self, page: httpx.Response):
        form = next(form for form in forms(page.text) if {"session", "approval"} & form.fields.keys())
        done = self.visitor.submit(page, form, decision="allow")
        assert done.status_code == 200, done.text[:2000]


def holding(page: httpx.Response, field: str) -> Form:
    return next(form for form in forms(page.text) if field in form.fields)
