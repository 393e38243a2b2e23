"""Security rules 11, 16 and 18: what clients send by themselves to prove who they are, what they ask and hold.

See test_security_rules.py for the other rules and their sources.
"""

import time
import uuid

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from oauth_requests import authorize, claims, eventually, fresh_code, parameters, post, request, token
from relying_party import CALLBACK, RelyingParty
from signed_by_clients import ProofKey, Signer, signed_with_secret, unsigned
from system import CITIZEN, DEMO_PASSWORD


@pytest.fixture(scope="module")
def holder(yimen) -> RelyingParty:
    """A client that may bind its tokens and need not."""
    party = RelyingParty(yimen, "rules-holder", "openid profile booking")
    party.register("--grant", "client_credentials")
    return party


# 11. Client assertions. What stands at a `jwks_uri`: Tests/IdentityTests/RFC/ClientKeySetTests.swift.


@pytest.fixture(scope="module")
def signers(yimen, tmp_path_factory) -> tuple[Signer, Signer]:
    """An ordinary client, and one under FAPI 2.0."""
    directory = tmp_path_factory.mktemp("keys")
    strict = ("--fapi2", "--require-dpop")
    return Signer(yimen, directory, "rules-signer"), Signer(yimen, directory, "rules-signer-fapi", *strict)


def refused(answer: httpx.Response) -> bool:
    return answer.status_code == 401 and answer.json()["error"] == "invalid_client"


def test_rule_11_assertions_name_client_and_server(signers):
    signer, strict = signers
    for algorithm in signer.keys:
        assert signer.ask(signer.assertion(algorithm)).status_code == 200, algorithm
    for change in ({"iss": "rules-other"}, {"sub": "rules-other"}, {"iss": None}, {"sub": None}, {"iss": strict.id}):
        assert refused(signer.ask(signer.assertion(**change))), change
    assert signer.ask(signer.assertion(), client_id=signer.id).status_code == 200
    assert refused(signer.ask(signer.assertion(), client_id=strict.id))
    issuer = signer.yimen.url
    hostile = [[issuer], [issuer, "https://else.example"], "https://else.example", issuer + "/", issuer + "/oauth2/par"]
    for audience in (*hostile, signer.id, "", None):
        assert refused(signer.ask(signer.assertion(aud=audience))), audience
    assert signer.ask(signer.assertion(aud=signer.endpoint)).status_code == 200, "as OpenID Connect Core §9 told them"

    def ask(**changes) -> httpx.Response:
        return strict.ask(strict.assertion(**changes), ProofKey().proof("POST", strict.endpoint))

    assert ask().json()["token_type"] == "DPoP"
    for audience in (strict.endpoint, [issuer], [issuer, strict.endpoint]):
        assert refused(ask(aud=audience)), audience


def test_rule_11_assertions_are_of_now_and_good_once(signers):
    signer, strict = signers
    now = int(time.time())
    for change in ({"exp": None}, {"exp": now - 1}, {"exp": now - 300}, {"exp": now + 7200}, {"exp": "soon"}):
        assert refused(signer.ask(signer.assertion(**change))), change
    proof = ProofKey().proof("POST", strict.endpoint)
    assert refused(strict.ask(strict.assertion(exp=now + 1200), proof)), "ten minutes under FAPI"
    for name in ("nbf", "iat"):
        now = int(time.time())
        assert signer.ask(signer.assertion(**{name: now + 8})).status_code == 200, name
        assert refused(signer.ask(signer.assertion(**{name: now + 61}))), name
    for change in ({"jti": None}, {"jti": ""}, {"jti": 7}):
        assert refused(signer.ask(signer.assertion(**change))), change
    assertion = signer.assertion()
    assert signer.ask(assertion).status_code == 200
    assert refused(signer.ask(assertion))
    again = signer.assertion(jti=claims(assertion)["jti"])
    assert refused(signer.ask(again)), "another signature over the same id"


def test_rule_11_assertions_are_signed_by_the_client(signers):
    signer, _ = signers
    assert refused(signer.ask(unsigned(signer.header(), signer.claims())))
    for algorithm, key in signer.keys.items():
        for secret in (key.as_pem(private=False), key.as_pem(private=False).strip(), key.as_der(private=False)):
            forged = signed_with_secret(signer.header(algorithm), signer.claims(), secret)
            assert refused(signer.ask(forged)), algorithm
    stranger = ECKey.generate_key("P-256")
    own = {**signer.header(), "jwk": stranger.as_dict(private=False)}
    for header in (signer.header(), {"alg": "ES256"}, {"alg": "ES256", "kid": "unknown"}, own):
        assert refused(signer.ask(jwt.encode(header, signer.claims(), stranger))), header
    crossed = {"alg": "ES256", "kid": signer.keys["RS256"].kid}
    assert refused(signer.ask(jwt.encode(crossed, signer.claims(), signer.keys["ES256"])))
    head, body, signature = signer.assertion().split(".")
    for forged in (f"{head}.{body}.", f"{head}.{body}", f"{head}.{body}.{signature[:-4]}AAAA", "x"):
        assert refused(signer.ask(forged))
    both = {"client_secret": "acceptance-secret-of-32-characters", "client_id": signer.id}
    assert signer.ask(signer.assertion(), **both).json()["error"] in ("invalid_request", "invalid_client")


# 16. Pushed authorization requests.


def push(party: RelyingParty, **changes) -> httpx.Response:
    return post(party, "pushed_authorization_request_endpoint", **request(party, **changes))


def address(party: RelyingParty, uri: str, **beside: str) -> str:
    url = httpx.URL(party.metadata["authorization_endpoint"])
    return str(url.copy_merge_params({"client_id": party.client_id, "request_uri": uri, **beside}))


def test_rule_16_a_push_gives_a_reference_nobody_guesses(portal):
    pushed = push(portal)
    assert pushed.status_code == 201 and "no-store" in pushed.headers["cache-control"]
    assert 5 <= pushed.json()["expires_in"] <= 600
    uris = {pushed.json()["request_uri"], push(portal).json()["request_uri"]}
    assert len(uris) == 2
    for uri in uris:
        assert uri.startswith("urn:ietf:params:oauth:request_uri:") and len(uri.rsplit(":", 1)[1]) >= 22
        assert portal.client_id not in uri
    endpoint = portal.metadata["pushed_authorization_request_endpoint"]
    for auth in (None, (portal.client_id, "wrong-secret-of-32-characters")):
        answer = httpx.post(endpoint, data=request(portal), auth=auth)
        assert answer.status_code == 401 and answer.json()["error"] == "invalid_client"
    for uri in (*uris, "https://evil.example/request"):
        answer = push(portal, request_uri=uri)
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_request", uri
    for change in ({"redirect_uri": "https://evil.example/"}, {"scope": "everything"}, {"response_type": "token"}):
        assert push(portal, **change).status_code == 400, "every rule is applied at the push"


def test_rule_16_a_reference_is_good_for_one_answer_to_its_client(portal, holder):
    uri = push(portal, state="pushed").json()["request_uri"]
    for other in (address(holder, uri), address(portal, uri[:-1] + ("A" if uri[-1] != "A" else "B"))):
        answer = httpx.get(other)
        assert answer.status_code == 400 and "location" not in answer.headers
    visitor, second = portal.visitor(), portal.visitor()
    url = address(portal, uri, state="beside", redirect_uri="https://evil.example/", scope="everything")
    for _ in range(2):
        page, late = visitor.open(url), second.open(url)
        assert page.url.path == late.url.path == "/login"
    answer = visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)
    assert answer.startswith(CALLBACK + "?") and parameters(answer)["code"], "loaded again before the sign-in"
    assert parameters(answer)["state"] == "pushed", "what stands beside the reference counts for nothing"
    told = second.sign_in(late, CITIZEN, DEMO_PASSWORD)
    assert not isinstance(told, str) and told.url.path == "/login", "of two browsers one is answered"
    for browser in (visitor, second, portal.visitor()):
        again = browser.open(url)
        assert not isinstance(again, str) and again.status_code == 400


def test_rule_16_a_reference_expires(yimen, portal):
    def aged(share: float) -> httpx.Response:
        pushed = push(portal).json()
        older = int(share * pushed["expires_in"] * 1000)
        yimen.change(f"UPDATE identity_pushed_request SET expires_at_ms = expires_at_ms - {older}")
        return httpx.get(address(portal, pushed["request_uri"]))

    assert "/login" in aged(0.5).headers["location"]
    late = aged(1)
    assert late.status_code == 400 and "location" not in late.headers


def test_rule_16_some_clients_must_push(yimen):
    pushing = RelyingParty(yimen, "rules-pushing", "openid profile")
    pushing.register("--require-par")
    for change in ({}, {"prompt": "none"}):
        answer = parameters(authorize(pushing, request(pushing, **change)).headers["location"])
        assert answer["error"] == "invalid_request" and answer["iss"] == yimen.url
    visitor = pushing.visitor()
    page = visitor.open(address(pushing, push(pushing).json()["request_uri"]))
    assert parameters(visitor.sign_in(page, CITIZEN, DEMO_PASSWORD))["code"]


# 18. DPoP. At two servers: test_machine_clients.py; spellings: Tests/IdentityTests/RFC/RFC9449Tests.swift.


def bound(party: RelyingParty, key: ProofKey, **more) -> dict:
    """The token answer of a code redeemed with a proof."""
    answer = token(party, {"DPoP": key.proof("POST", party.metadata["token_endpoint"])}, **fresh_code(party, **more))
    assert answer.status_code == 200, answer.text
    return answer.json()


def challenge(answer: httpx.Response, error: str) -> bool:
    """401 that names the scheme, the error and the algorithms (RFC 9449 §7.1)."""
    told = answer.headers.get("www-authenticate", "")
    return answer.status_code == 401 and told.startswith("DPoP ") and f'error="{error}"' in told and "algs=" in told


def test_rule_18_bound_tokens_work_for_their_holder(yimen, holder):
    assert {"ES256"} <= set(holder.metadata["dpop_signing_alg_values_supported"])
    assert not {"none", "RS256", "HS256"} & set(holder.metadata["dpop_signing_alg_values_supported"])
    key = ProofKey()
    answer = bound(holder, key)
    access = answer["access_token"]
    assert answer["token_type"] == "DPoP" and claims(access)["cnf"] == {"jkt": key.thumbprint}
    for url in (holder.metadata["userinfo_endpoint"], f"{yimen.url}/api/v1/reservations"):
        good = {"Authorization": f"DPoP {access}", "DPoP": key.proof("GET", url, access)}
        assert httpx.get(url, headers=good).status_code == 200, url
        assert challenge(httpx.get(url, headers=good), "invalid_dpop_proof"), "a proof is good once"
    shown = post(holder, "introspection_endpoint", token=access).json()
    assert shown["token_type"] == "DPoP" and shown["cnf"] == {"jkt": key.thumbprint}


def test_rule_18_proofs_at_the_token_endpoint(holder):
    endpoint = holder.metadata["token_endpoint"]
    key = ProofKey()
    form = {"grant_type": "client_credentials", "scope": "booking"}
    proof = key.proof("POST", endpoint)
    assert token(holder, {"DPoP": proof}, **form).json()["token_type"] == "DPoP"
    replayed = token(holder, {"DPoP": proof}, **form)
    assert replayed.status_code == 400 and replayed.json()["error"] == "invalid_dpop_proof"
    for name, wrong in key.wrong_proofs("POST", endpoint).items():
        answer = token(holder, {"DPoP": wrong}, **form)
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_dpop_proof", name
    two = [("DPoP", key.proof("POST", endpoint)), ("DPoP", key.proof("POST", endpoint))]
    assert token(holder, two, **form).json()["error"] == "invalid_dpop_proof"
    asked = post(holder, "revocation_endpoint", {"DPoP": key.proof("GET", endpoint)}, token="x")
    assert asked.json()["error"] == "invalid_dpop_proof", "a proof is looked at wherever one is sent"


def test_rule_18_proofs_at_resources(yimen, holder):
    key, stranger = ProofKey(), ProofKey()
    access = bound(holder, key)["access_token"]
    plain = token(holder, **fresh_code(holder)).json()["access_token"]
    for url in (holder.metadata["userinfo_endpoint"], f"{yimen.url}/api/v1/reservations"):
        as_bearer = httpx.get(url, headers={"Authorization": f"Bearer {access}"})
        assert as_bearer.status_code == 401, "a bound token is no Bearer token"
        with_proof = {"Authorization": f"Bearer {access}", "DPoP": key.proof("GET", url, access)}
        assert httpx.get(url, headers=with_proof).status_code == 401, "nor with a proof beside it"
        unbound = {"Authorization": f"DPoP {plain}", "DPoP": key.proof("GET", url, plain)}
        assert httpx.get(url, headers=unbound).status_code == 401, "an unbound token is no DPoP token"

        def send(*proofs: str) -> httpx.Response:
            headers = [("Authorization", f"DPoP {access}"), *(("DPoP", proof) for proof in proofs)]
            return httpx.get(url, headers=headers)

        assert challenge(send(), "invalid_dpop_proof")
        assert challenge(send(key.proof("GET", url, access, ath=None)), "invalid_dpop_proof"), "no ath"
        assert challenge(send(key.proof("GET", url, plain)), "invalid_dpop_proof"), "the ath of another token"
        assert challenge(send(key.proof("GET", url, access), key.proof("GET", url, access)), "invalid_dpop_proof")
        assert challenge(send(stranger.proof("GET", url, access)), "invalid_token"), "another key"
        for name, wrong in key.wrong_proofs("GET", url, access).items():
            assert challenge(send(wrong), "invalid_dpop_proof"), name
        assert send(key.proof("GET", url, access)).status_code == 200


def test_rule_18_codes_and_refresh_tokens_are_bound_to_the_key(yimen, holder):
    key, stranger = ProofKey(), ProofKey()
    endpoint = holder.metadata["token_endpoint"]

    def redeem(form: dict, by: ProofKey | None, party: RelyingParty = holder) -> httpx.Response:
        return token(party, {"DPoP": by.proof("POST", endpoint)} if by else None, **form)

    form = fresh_code(holder, dpop_jkt=key.thumbprint)
    for by in (None, stranger):
        assert redeem(form, by).json()["error"] == "invalid_grant"
    assert redeem(form, key).status_code == 200, "wrong keys burn nothing"

    pushing = holder.metadata["pushed_authorization_request_endpoint"]
    url, _, verifier, _ = holder.begin(holder.session())
    values = dict(httpx.URL(url).params)
    pushed = post(holder, "pushed_authorization_request_endpoint", {"DPoP": key.proof("POST", pushing)}, **values)
    visitor = holder.visitor()
    page = visitor.open(address(holder, pushed.json()["request_uri"]))
    code = httpx.URL(visitor.sign_in(page, CITIZEN, DEMO_PASSWORD)).params["code"]
    form = {**form, "code": code, "code_verifier": verifier}
    assert redeem(form, stranger).json()["error"] == "invalid_grant", "bound by the push"
    assert redeem(form, key).status_code == 200
    proof = {"DPoP": key.proof("POST", pushing)}
    crossed = post(holder, "pushed_authorization_request_endpoint", proof, **values, dpop_jkt=stranger.thumbprint)
    assert crossed.status_code == 400

    public = f"rules-holder-public-{uuid.uuid4().hex[:6]}"
    yimen.succeed(
        *("client", "add", "--id", public, "--redirect-uri", "http://127.0.0.1:4/native", "--scope", "openid"),
        *("--require-dpop", "--grant", "authorization_code", "--grant", "refresh_token"),
    )
    change = {"client_id": public, "redirect_uri": "http://127.0.0.1:4/native", "scope": "openid"}
    url, _, verifier, _ = holder.begin(holder.session())
    visitor.away = "http://127.0.0.1:4/"
    answer = visitor.open(str(httpx.URL(url).copy_merge_params(change)))
    form = {
        **{"grant_type": "authorization_code", "code": httpx.URL(answer).params["code"], "code_verifier": verifier},
        **{"client_id": public, "redirect_uri": change["redirect_uri"]},
    }

    def ask(by: ProofKey | None, **form) -> httpx.Response:
        return httpx.post(endpoint, data=form, headers={"DPoP": by.proof("POST", endpoint)} if by else {})

    assert ask(None, **form).json()["error"] == "invalid_dpop_proof", "registered for bound tokens alone"
    first = ask(key, **form).json()
    again = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"], "client_id": public}
    assert ask(stranger, **again).json()["error"] == "invalid_grant"
    assert ask(key, **again).json()["token_type"] == "DPoP"


def test_rule_18_bound_tokens_end_by_revocation_and_logout(holder):
    key, stranger = ProofKey(), ProofKey()
    url, endpoint = holder.metadata["userinfo_endpoint"], holder.metadata["revocation_endpoint"]

    def works(access: str) -> bool:
        headers = {"Authorization": f"DPoP {access}", "DPoP": key.proof("GET", url, access)}
        return httpx.get(url, headers=headers).status_code == 200

    def revoke(value: str, proof: str) -> httpx.Response:
        return post(holder, "revocation_endpoint", {"DPoP": proof}, token=value)

    given = bound(holder, key)
    proof = key.proof("POST", endpoint)
    assert revoke("x", proof).status_code == 200
    wrong = (proof, *key.wrong_proofs("POST", endpoint).values(), key.proof("POST", holder.metadata["token_endpoint"]))
    for bad in wrong:
        answer = revoke(given["access_token"], bad)
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_dpop_proof"
    assert works(given["access_token"]), "a bad proof revokes nothing"
    assert revoke(given["access_token"], key.proof("POST", endpoint)).status_code == 200
    assert eventually(lambda: not works(given["access_token"]))

    given, visitor = bound(holder, key), holder.visitor()
    later = bound(holder, key, visitor=visitor)
    hint = {"id_token_hint": later["id_token"]}
    assert visitor.http.get(holder.metadata["end_session_endpoint"], params=hint).status_code == 200
    assert eventually(lambda: not works(later["access_token"])) and works(given["access_token"])
    for by in (key, stranger):
        form = {"grant_type": "refresh_token", "refresh_token": later["refresh_token"]}
        answer = token(holder, {"DPoP": by.proof("POST", holder.metadata["token_endpoint"])}, **form)
        assert answer.json()["error"] == "invalid_grant"


def test_rule_18_nonces(yimen):
    party = RelyingParty(yimen, "rules-holder-nonce", "openid profile booking")
    party.register("--require-dpop", "--require-dpop-nonce", "--grant", "client_credentials")
    key, endpoint = ProofKey(), party.metadata["token_endpoint"]
    form = {"grant_type": "client_credentials", "scope": "booking"}
    assert token(party, **form).json()["error"] == "invalid_dpop_proof", "no proof at all"
    asked = token(party, {"DPoP": key.proof("POST", endpoint)}, **form)
    assert asked.status_code == 400 and asked.json()["error"] == "use_dpop_nonce"
    nonce = asked.headers["dpop-nonce"]
    assert len(nonce) >= 22 and "no-store" in asked.headers["cache-control"]
    for wrong in ("made-up", nonce[:-1], ""):
        answer = token(party, {"DPoP": key.proof("POST", endpoint, nonce=wrong)}, **form)
        assert answer.json()["error"] == "use_dpop_nonce" and answer.headers["dpop-nonce"], wrong
    code = fresh_code(party)
    access = token(party, {"DPoP": key.proof("POST", endpoint, nonce=nonce)}, **code).json()["access_token"]
    url = party.metadata["userinfo_endpoint"]

    def send(**more) -> httpx.Response:
        headers = {"Authorization": f"DPoP {access}", "DPoP": key.proof("GET", url, access, **more)}
        return httpx.get(url, headers=headers)

    wanted = send()
    assert challenge(wanted, "use_dpop_nonce") and wanted.headers["dpop-nonce"]
    assert send(nonce=wanted.headers["dpop-nonce"]).status_code == 200
