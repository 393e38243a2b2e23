"""People who sign in one after the other while something goes wrong, and what they were given."""

import httpx
from crowd import Crowd
from oauth_requests import parameters, token
from relying_party import CALLBACK, RelyingParty
from system import DEMO_PASSWORD


class SignInLoad(Crowd):
    """Each person walks through the whole code flow with a new browser every time."""

    def __init__(self, app: RelyingParty, people: list[str]):
        super().__init__(people)
        self.app = app
        # Token answers.
        self.given: list[dict] = []
        # Answers of 500 and more, and errors that came back to the app.
        self.faults: list[httpx.Response] = []
        self.errors: list[str] = []
        self.broken: list[httpx.HTTPError] = []

    def work(self, name: str):
        while not self.stop.is_set():
            try:
                answer = self._sign_in(name)
            except httpx.HTTPError as error:
                self.broken.append(error)
                return
            if isinstance(answer, str):
                self.errors.append(answer)
            elif answer.status_code == 200:
                self.given.append(answer.json())
                continue
            else:
                self.faults.append(answer)
            self.stop.wait(0.1)

    def _sign_in(self, name: str) -> httpx.Response | str:
        """The token answer, or the page or error at which the way ended."""
        visitor = self.app.visitor()
        url, _, verifier, _ = self.app.begin(self.app.session())
        answer = visitor.open(url)
        if not isinstance(answer, str) and answer.status_code == 200:
            answer = visitor.sign_in(answer, name, DEMO_PASSWORD)
        if not isinstance(answer, str):
            return answer
        found = parameters(answer)
        if "code" not in found:
            return found["error"]
        redeemed = {"code": found["code"], "redirect_uri": CALLBACK, "code_verifier": verifier}
        return token(self.app, grant_type="authorization_code", **redeemed)

    def verify(self):
        """Whoever was given tokens is signed in for good."""
        for answer in self.given:
            refreshed = token(self.app, grant_type="refresh_token", refresh_token=answer["refresh_token"])
            assert refreshed.status_code == 200, refreshed.text
