"""Registration by systems themselves, driven by Authlib and joserfc over HTTP; and administration from the shell."""

import json
import re
import textwrap

import httpx
import oic.oic
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.registration import ClientMetadataClaims
from authlib.oauth2.rfc7591 import ClientMetadataClaims as OAuthClientMetadataClaims
from conftest import backends
from oic.utils.authn.client import CLIENT_AUTHN_METHOD
from relying_party import RelyingParty
from selenium.webdriver.common.keys import Keys
from system import CITIZEN, DEMO_PASSWORD, ROUND_THE_CLOCK_HALL, Yimen


def initial_token(yimen, *more: str) -> str:
    lines = yimen.succeed("client", "initial-token", "--label", "acceptance", *more).splitlines()
    return next(line.split()[1] for line in lines if line.startswith("token"))


class TestRegistrationByALibrary:
    """RFC 7591, RFC 7592, OpenID Connect Registration 1.0."""

    def test_registers_signs_in_changes_and_removes_itself(self, yimen):
        discovery = yimen.discovery()
        metadata = {
            "redirect_uris": ["https://registered.example/callback"],
            "client_name": "自助登记系统",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic",
            "application_type": "web",
            "contacts": ["ops@registered.example"],
            "scope": "openid profile",
        }
        # Authlib judges the metadata by its own reading of both specifications before it is sent …
        claims = ClientMetadataClaims.get_claims_options(discovery)
        ClientMetadataClaims(metadata, {}, claims, discovery).validate()
        session = httpx.Client(headers={"Authorization": f"Bearer {initial_token(yimen)}"})
        answer = session.post(discovery["registration_endpoint"], json=metadata)
        assert answer.status_code == 201, answer.text
        client = answer.json()
        # … and what comes back.
        OAuthClientMetadataClaims(
            client, {}, OAuthClientMetadataClaims.get_claims_options(discovery), discovery
        ).validate()
        assert client["client_secret"] and client["client_secret_expires_at"] == 0
        assert session.post(discovery["registration_endpoint"], json=metadata).status_code == 401

        manage = httpx.Client(headers={"Authorization": f"Bearer {client['registration_access_token']}"})
        read = manage.get(client["registration_client_uri"])
        assert read.status_code == 200 and read.json()["client_name"] == "自助登记系统"
        assert client["client_secret"] not in read.text

        party = RelyingParty(yimen, client["client_id"], "openid profile", client["client_secret"])
        oauth = OAuth2Client(
            party.client_id,
            party.secret,
            scope="openid profile",
            redirect_uri=metadata["redirect_uris"][0],
            code_challenge_method="S256",
        )
        url, _, _, _ = party.begin(oauth)
        page = party.visitor().open(url)
        assert not isinstance(page, str) and "自助登记系统" in page.text

        changed = manage.put(
            client["registration_client_uri"],
            json={**metadata, "client_name": "改名", "client_id": client["client_id"]},
        )
        assert changed.status_code == 200 and changed.json()["client_name"] == "改名"
        assert manage.get(client["registration_client_uri"]).status_code == 401
        manage.headers["Authorization"] = f"Bearer {changed.json()['registration_access_token']}"
        assert manage.delete(client["registration_client_uri"]).status_code == 204
        assert manage.get(client["registration_client_uri"]).status_code == 401

    @pytest.mark.parametrize(
        "uri", ["javascript:alert(1)", "data:text/html,x", "http://x.example/cb", "https://x.example/cb#f"]
    )
    def test_unsafe_redirect_uris_are_refused(self, yimen, uri):
        answer = httpx.post(
            yimen.discovery()["registration_endpoint"],
            json={"redirect_uris": [uri]},
            headers={"Authorization": f"Bearer {initial_token(yimen)}"},
        )
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_redirect_uri"

    def test_without_a_token_nothing_is_registered(self, yimen):
        answer = httpx.post(yimen.discovery()["registration_endpoint"], json={"redirect_uris": ["https://x.example/"]})
        assert answer.status_code == 401 and answer.headers["www-authenticate"].startswith("Bearer")


@pytest.fixture(scope="module", params=backends())
def open_house(request):
    """A server at which systems register themselves without a token."""
    system = Yimen(request.param, "open")
    system.environment["YIMEN_REGISTRATION_OPEN"] = "true"
    try:
        system.prepare()
        system.start()
        yield system
    finally:
        if system.program:
            system.program.stop()
        system.remove()


class TestOpenRegistrationByPyoidc:
    """pyoidc's own registration client, unpatched, at a server where an administrator approves."""

    def test_registers_reads_waits_for_approval_and_signs_in(self, open_house):
        library = oic.oic.Client(client_authn_method=CLIENT_AUTHN_METHOD)
        endpoint = open_house.discovery()["registration_endpoint"]
        answer = library.register(
            endpoint,
            redirect_uris=["https://pyoidc.example/callback"],
            client_name="pyoidc",
            application_type="web",
            response_types=["code"],
            grant_types=["authorization_code"],
            token_endpoint_auth_method="client_secret_basic",
            id_token_signed_response_alg="ES256",
            contacts=["ops@pyoidc.example"],
        )
        assert answer["approval"] == "pending"
        read = library.registration_read()
        assert read["client_name"] == "pyoidc" and read["id_token_signed_response_alg"] == "ES256"
        party = RelyingParty(open_house, answer["client_id"], "openid profile", answer["client_secret"])
        session = OAuth2Client(
            party.client_id,
            party.secret,
            scope=party.scope,
            redirect_uri="https://pyoidc.example/callback",
            code_challenge_method="S256",
        )
        url = party.begin(session)[0]
        assert httpx.get(url).status_code == 400
        assert answer["client_id"] in open_house.succeed("client", "list", "--state", "pending")
        open_house.succeed("client", "approve", "--id", answer["client_id"])
        wait(lambda: httpx.get(url).status_code == 303)


class TestClientsFromTheShell:
    def test_files_bring_systems_to_their_state_and_name_file_line_and_member(self, yimen, tmp_path):
        path = tmp_path / "system.yaml"
        path.write_text(
            textwrap.dedent(
                """\
                id: from-file
                clientName: 文件登记
                redirectUris:
                  - https://file.example/callback
                tokenEndpointAuthMethod: client_secret_post
                """
            )
        )
        first = yimen.succeed("client", "apply", str(path))
        assert "from-file: registered" in first and "client_secret" in first
        assert "from-file: unchanged" in yimen.succeed("client", "apply", str(path))
        path.write_text(path.read_text() + "requirePushedAuthorizationRequests: true\n")
        assert "require_pushed_authorization_requests" in yimen.succeed("client", "apply", str(path))
        shown = yimen.succeed("client", "show", "--id", "from-file")
        copy = tmp_path / "copy.yaml"
        copy.write_text(shown)
        assert "from-file: unchanged" in yimen.succeed("client", "apply", str(copy))
        path.write_text(path.read_text().replace("https://file", "http://file") + "colour: red\n")
        done = yimen.run("client", "apply", str(path))
        assert done.returncode == 1
        assert f"{path}:7: colour" in done.stderr
        path.write_text(path.read_text().replace("colour: red\n", ""))
        done = yimen.run("client", "apply", str(path))
        assert f"{path}:3: redirectUris: http://file.example/callback" in done.stderr
        yimen.succeed("client", "remove", "--id", "from-file")

    def test_a_hall_that_is_not_there_is_refused(self, yimen, tmp_path):
        add = ("client", "add", "--id", "placed", "--redirect-uri", "https://placed.example/cb")
        done = yimen.run(*add, "--hall", "nohall")
        assert done.returncode == 1 and 'no hall "nohall"' in done.stderr
        yimen.succeed(*add, "--hall", ROUND_THE_CLOCK_HALL)
        done = yimen.run("client", "update", "--id", "placed", "--hall", "nohall")
        assert done.returncode == 1 and 'no hall "nohall"' in done.stderr
        path = tmp_path / "placed.yaml"
        path.write_text("id: placed\nredirectUris: [https://placed.example/cb]\nhall: nohall\n")
        done = yimen.run("client", "apply", str(path))
        assert done.returncode == 1 and f'{path}:3: hall: There is no hall "nohall"' in done.stderr
        yimen.succeed("client", "remove", "--id", "placed")

    def test_tokens_are_listed_with_the_time_they_end(self, yimen):
        initial_token(yimen)
        listed = yimen.succeed("client", "initial-token", "--list")
        assert re.search(r"\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00\tacceptance$", listed, re.MULTILINE), listed

    def test_a_disabled_system_is_refused_at_once_and_comes_back(self, yimen):
        party = RelyingParty(yimen, "switched", "openid")
        party.register()
        party.sign_in(CITIZEN)
        yimen.succeed("client", "disable", "--id", "switched")
        url = party.begin(party.session())[0]

        def refused():
            answer = httpx.get(url)
            return answer.status_code == 400

        wait(refused)
        yimen.succeed("client", "enable", "--id", "switched")
        wait(lambda: not refused())
        party.sign_in(CITIZEN)
        yimen.succeed("client", "remove", "--id", "switched")

    def test_every_member_can_be_set_from_the_shell(self, yimen):
        flags = yimen.succeed("client", "add", "--help")
        members = [line.split("\t") for line in yimen.succeed("client", "members").splitlines()]
        assert len(members) > 50
        for _, name, flag in members:
            assert flag in flags, f"{name}: {flag}"

    def test_every_fault_is_said_at_once(self, yimen):
        done = yimen.run(
            "client", "add", "--id", "a b", "--redirect-uri", "https://x.example/#f", "--min-assurance", "L9"
        )
        assert done.returncode == 1 and "--min-assurance" in done.stderr
        done = yimen.run("client", "add", "--id", "a b", "--redirect-uri", "https://x.example/#f", "--scope", "all")
        for flag in ("--id", "--redirect-uri", "--scope"):
            assert flag in done.stderr


class TestAdministration:
    """/admin/api with a machine's token."""

    def test_a_program_administers_systems(self, yimen):
        secret = "acceptance-secret-of-32-characters"
        yimen.succeed(
            *("client", "add", "--id", "automation", "--secret", secret, "--grant", "client_credentials"),
            *("--scope", "admin.clients", "--scope", "admin.sessions"),
        )
        token = OAuth2Client("automation", secret).fetch_token(
            yimen.discovery()["token_endpoint"], grant_type="client_credentials", scope="admin.clients admin.sessions"
        )
        with yimen.client(token["access_token"]) as api:
            made = api.post(
                "/admin/api/clients",
                json={"id": "by-program", "clientName": "程序登记", "redirectUris": ["https://p.example/cb"]},
            )
            assert made.status_code == 201 and made.json()["clientSecret"]
            tag = made.headers["etag"]
            changed = api.patch("/admin/api/clients/by-program", json={"clientName": "新名"}, headers={"If-Match": tag})
            assert changed.status_code == 200 and changed.json()["clientName"] == "新名"
            stale = api.patch("/admin/api/clients/by-program", json={"clientName": "x"}, headers={"If-Match": tag})
            assert stale.status_code == 412
            bad = api.patch(
                "/admin/api/clients/by-program", content=json.dumps({"redirectUris": ["http://p.example/"]}),
                headers={"If-Match": changed.headers["etag"], "Content-Type": "application/merge-patch+json"},
            )
            assert bad.status_code == 422 and bad.json()["errors"][0]["pointer"] == "/redirectUris"
            found = api.post("/admin/api/sessions/search", json={"signInName": CITIZEN})
            assert found.status_code == 200 and CITIZEN not in found.text
            assert api.delete("/admin/api/clients/by-program").status_code == 204
        assert yimen.client().get("/admin/api/clients").status_code == 401


def wait(condition, seconds: float = 20):
    import time

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


class TestAdministrationPages:
    """/admin/clients in a real browser, as the demo's administrator."""

    @pytest.mark.parametrize("browser", ["phone", "desktop"], indirect=True)
    def test_an_administrator_registers_a_system_and_hands_over_what_its_engineer_needs(self, yimen, browser):
        size = browser.size if hasattr(browser, "size") else "x"
        client_id = f"page-{yimen.backend}-{size}".lower()
        driver = browser.driver
        driver.get(f"{yimen.url}/admin/new-client?lang=en")
        driver.find_element("id", "username").send_keys("admin")
        driver.find_element("id", "password").send_keys(DEMO_PASSWORD)
        driver.find_element("css selector", "form button[type=submit]").click()
        wait(lambda: driver.find_elements("id", "f-clientName"))
        driver.find_element("id", "id").send_keys(client_id)
        driver.find_element("id", "f-clientName").send_keys("Page system")
        driver.find_element("id", "f-redirectUris").send_keys("http://page.example/cb")
        # The page scrolls smoothly: a click on its way would miss.
        driver.find_element("css selector", "form.card button[type=submit]").send_keys(Keys.ENTER)
        wait(lambda: driver.find_elements("id", "e-redirectUris"))
        field = driver.find_element("id", "f-redirectUris")
        field.clear()
        field.send_keys("https://page.example/cb")
        # The page scrolls smoothly: a click on its way would miss.
        driver.find_element("css selector", "form.card button[type=submit]").send_keys(Keys.ENTER)
        wait(lambda: driver.find_elements("css selector", "code.copy"))
        secret = driver.find_element("css selector", "code.copy").text
        assert len(secret) == 43
        page = driver.page_source
        assert f"{yimen.url}/.well-known/openid-configuration" in page and "openid-client" in page
        driver.get(f"{yimen.url}/admin/clients?q={client_id}")
        assert secret not in driver.page_source
        driver.find_element("css selector", "ul.rows a").click()
        wait(lambda: client_id in driver.current_url)
        assert secret not in driver.page_source
        yimen.succeed("client", "remove", "--id", client_id)
