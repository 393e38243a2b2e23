"""A queue machine of a hall, enrolled from the shell."""

from authlib.integrations.httpx_client import OAuth2Client
from system import Yimen


class KioskDevice:
    def __init__(self, yimen: Yimen, hall: str):
        self.yimen = yimen
        self.hall = hall
        self.client_id = f"kiosk-acceptance-{hall}"
        self.secret = "acceptance-kiosk-secret-of-32-or-more"

    def enrol(self):
        self.yimen.succeed("device", "enrol", "--id", self.client_id, "--secret", self.secret, "--hall", self.hall)

    def token(self) -> str:
        client = OAuth2Client(self.client_id, self.secret, scope="hall.kiosk", timeout=30)
        return client.fetch_token(self.yimen.discovery()["token_endpoint"], grant_type="client_credentials")[
            "access_token"
        ]
