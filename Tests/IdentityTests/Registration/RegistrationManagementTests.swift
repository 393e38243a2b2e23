import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7591, RFC 7592: registration by systems themselves")
struct RegistrationManagementTests {
    private static func post(_ house: House, _ body: String, _ headers: HTTPFields = [:]) async throws -> TestResponse {
        var headers = headers
        headers[.contentType] = "application/json"
        return try await house.client.send(.post, "/oauth2/register", headers, body: body)
    }

    @Test func `registration is closed without a token, whatever is sent`() async throws {
        try await House.run { house in
            let none = try await Self.post(house, DynamicOPTests.metadata())
            #expect(none.status == .unauthorized && none.headers[.wwwAuthenticate] == "Bearer realm=\"yimen\"")
            for wrong in ["Bearer wrong", "Bearer " + String(repeating: "a", count: 43), "Basic YTpi"] {
                let answer = try await Self.post(house, DynamicOPTests.metadata(), [.authorization: wrong])
                #expect(answer.status == .unauthorized, "\(wrong)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func `each use of an initial token is taken once, by however many at a time`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let token = try await DynamicOPTests.initialToken(house, uses: 3)
            let made = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await DynamicOPTests.register(house, DynamicOPTests.metadata(), token: token).status.code
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(made.filter { $0 == 201 }.count == 3 && made.filter { $0 == 401 }.count == 9)
        }
    }

    @Test func `a token dies with its time and when it is withdrawn`() async throws {
        try await House.run { house in
            let tokens = InitialTokens(
                database: house.database, crypto: House.crypto, surroundings: house.surroundings)
            let made = try await tokens.make(label: "", uses: 5, life: .days(1))
            #expect(try await tokens.list().map(\.id) == [made.token.id])
            #expect(try await tokens.revoke(made.token.id))
            let body = DynamicOPTests.metadata()
            #expect(try await DynamicOPTests.register(house, body, token: made.secret.reveal()).status == .unauthorized)
            let other = try await tokens.make(label: "", uses: 5, life: .days(1))
            house.clock.advance(by: .days(1))
            #expect(
                try await DynamicOPTests.register(house, body, token: other.secret.reveal()).status == .unauthorized)
            _ = try await tokens.make(label: "x", uses: 1, life: .minutes(1))
            await #expect(throws: ClientRegistrationFault.self) {
                _ = try await tokens.make(label: "\u{202E}", uses: 0, life: .days(91))
            }
        }
    }

    @Test(arguments: Backend.available)
    func `an open registration waits for approval and nothing works until then`(backend: Backend) async throws {
        try await House.run(backend, settings: { $0.registrationIsOpen = true }) { house in
            try await house.addCitizen()
            let answer = try await Self.post(house, DynamicOPTests.metadata())
            #expect(answer.status == .created, "\(answer.text)")
            #expect(try answer.json()["approval"] == "pending")
            let party = try DynamicOPTests.Party(answer)
            let refused = try await house.client.get(party.attempt.uri, [.accept: "text/html"])
            #expect(refused.status == .badRequest && refused.headers[.location] == nil)
            let form = ParameterList([
                "grant_type": "authorization_code", "code": "x", "redirect_uri": party.redirectURI,
            ])
            #expect(try await house.token(form, as: party.id + ":" + party.secret).error == "invalid_client")
            try await house.provider.registry.approve(party.id, by: "admin")
            await #expect(throws: ClientChangeRefusal.notPending) {
                try await house.provider.registry.approve(party.id)
            }
            _ = try await DynamicOPTests.signIn(house, party)

            // What was approved is not what is there after the system has changed it.
            let token = try #require(try answer.json()["registration_access_token"]?.stringValue)
            let changed = try await house.client.send(
                .put, "/oauth2/register/" + party.id,
                [.authorization: "Bearer " + token, .contentType: "application/json"],
                body: #"{"redirect_uris": ["https://elsewhere.example/callback"]}"#)
            #expect(changed.status == .ok, "\(changed.text)")
            #expect(try changed.json()["approval"] == "pending")
            try await house.provider.clients.refresh()
            #expect(try await house.provider.clients.find(party.id) == nil)
            // A token that is not good is no open registration.
            #expect(try await Self.post(house, "{}", [.authorization: "Bearer x"]).status == .unauthorized)
        }
    }

    @Test func `only so many registrations may wait, and they are forgotten after a month`() async throws {
        try await House.run(settings: { $0.registrationIsOpen = true }) { house in
            let now = house.clock.now()
            try await house.database.transaction { transaction in
                for number in 0..<SelfRegistration.pendingLimit {
                    let client = Client(
                        id: "p\(number)", name: "p", authMethod: .none, grants: [.authorizationCode], scopes: ["openid"]
                    )
                    _ = try ClientStore.add(client, state: .pending, origin: .open, at: now, in: transaction)
                }
            }
            let answer = try await Self.post(house, DynamicOPTests.metadata())
            #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] != nil)
            house.clock.advance(by: .days(31))
            _ = try await house.sweep()
            #expect(try await Self.post(house, DynamicOPTests.metadata()).status == .created)
        }
    }

    @Test(arguments: Backend.available)
    func `a registration is read, changed and removed with its own token, which changes with every change`(
        backend: Backend
    ) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            let made = try await DynamicOPTests.register(house, DynamicOPTests.metadata())
            let party = try DynamicOPTests.Party(made)
            let first = try #require(try made.json()["registration_access_token"]?.stringValue)
            let path = "/oauth2/register/" + party.id
            func bearer(_ token: String) -> HTTPFields {
                [.authorization: "Bearer " + token, .contentType: "application/json"]
            }
            let read = try await house.client.get(path, bearer(first))
            #expect(read.status == .ok && read.headers[.cacheControl] == "no-store")
            #expect(try read.json()["client_name"] == "RP")
            #expect(!read.text.contains(party.secret))
            for (body, reason) in [
                (#"{"redirect_uris": ["https://rp.example/callback"], "client_id": "other"}"#, "another id"),
                (
                    #"{"redirect_uris": ["https://rp.example/callback"], "client_secret": "of-my-own-choice-123"}"#,
                    "secret"
                ),
                (#"{"redirect_uris": []}"#, "no address"), ("[]", "no object"),
            ] {
                let answer = try await house.client.send(.put, path, bearer(first), body: body)
                #expect(answer.status == .badRequest, "\(reason): \(answer.text)")
            }
            let good = """
                {"redirect_uris": ["https://rp.example/new"], "client_name": "New", "client_id": "\(party.id)",
                 "client_secret": "\(party.secret)"}
                """
            let changed = try await house.client.send(.put, path, bearer(first), body: good)
            #expect(changed.status == .ok, "\(changed.text)")
            let second = try #require(try changed.json()["registration_access_token"]?.stringValue)
            #expect(second != first)
            #expect(try await house.client.get(path, bearer(first)).status == .unauthorized)
            #expect(try await house.client.get(path, bearer(second)).status == .ok)
            #expect(try await house.client.get("/oauth2/register/other", bearer(second)).status == .unauthorized)
            #expect(try await house.client.get(path).status == .unauthorized)
            try await house.provider.clients.refresh()
            let tokens = try await DynamicOPTests.signIn(house, try DynamicOPTests.Party(changed).with(party.secret))
            #expect(tokens["access_token"] != nil)
            #expect(try await house.client.send(.delete, path, bearer(first)).status == .unauthorized)
            #expect(try await house.client.send(.delete, path, bearer(second)).status == .noContent)
            #expect(try await house.client.get(path, bearer(second)).status == .unauthorized)
            let access = try #require(tokens["access_token"]?.stringValue)
            try await house.provider.revocations.refresh()
            #expect(try await house.userInfo(access).status == .unauthorized)
        }
    }

    @Test func `what an administrator has set outlives a change by the system`() async throws {
        try await House.run { house in
            let made = try await DynamicOPTests.register(house, DynamicOPTests.metadata())
            let id = try DynamicOPTests.Party(made).id
            _ = try await house.provider.registry.update(id) {
                $0.policy.minimumAssurance = .l2
                $0.profile.department = "social"
                $0.accessTokenSeconds = 60
            }
            let token = try #require(try made.json()["registration_access_token"]?.stringValue)
            let changed = try await house.client.send(
                .put, "/oauth2/register/" + id, [.authorization: "Bearer " + token, .contentType: "application/json"],
                body: DynamicOPTests.metadata(#""minimum_assurance": "L0", "exchange_from": ["x"], "fapi2": true"#))
            #expect(changed.status == .ok, "\(changed.text)")
            let client = try #require(try await house.provider.registry.record(id)?.client)
            #expect(client.policy.minimumAssurance == .l2 && client.profile.department == "social")
            #expect(client.accessTokenLife == .seconds(60) && client.policy.exchangeFrom == nil)
            #expect(client.policy.fapi2 == nil && client.policy.asksConsent)
        }
    }

    @Test func `strangers get nothing that concerns more than the person who signs in`() async throws {
        try await House.run { house in
            let answer = try await DynamicOPTests.register(
                house,
                DynamicOPTests.metadata(
                    #""scope": "openid booking hall.window admin.clients phone", "channel": "hall", "hall": "jinan""#))
            #expect(try answer.json()["scope"] == "openid phone")
            let client = try #require(
                try await house.provider.registry.record(try DynamicOPTests.Party(answer).id)?.client)
            #expect(client.scopes == ["openid", "phone"] && client.channel == .web && client.hall == nil)
            #expect(client.policy.asksConsent && client.requiresPKCE)
            for members in [
                #""grant_types": ["client_credentials"]"#, #""grant_types": ["password"]"#,
                #""response_types": ["token"]"#, #""response_types": ["code id_token"]"#,
                #""id_token_encrypted_response_alg": "RSA-OAEP""#, #""jwks_uri": "http://rp.example/keys""#,
                #""token_endpoint_auth_method": "client_secret_jwt""#, #""application_type": "desktop""#,
                #""subject_type": "secret""#, #""default_max_age": -1"#, #""contacts": "a@b""#,
                #""backchannel_logout_uri": "http://rp.example/out""#, #""client_name": "\u202e""#,
                #""default_acr_values": ["L9"]"#, #""sector_identifier_uri": "http://rp.example/s""#,
                #""backchannel_token_delivery_mode": "push""#, #""require_signed_request_object": true"#,
                #""subject_type": "pairwise", "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"]"#,
            ] {
                let refused = try await DynamicOPTests.register(house, DynamicOPTests.metadata(members))
                #expect(refused.status == .badRequest, "\(members)")
                #expect(refused.error == "invalid_client_metadata", "\(members)")
            }
        }
    }

    @Test func `who registers itself may not send people messages: no CIBA grant, neither at first nor later`()
        async throws
    {
        try await House.run { house in
            func grants(_ more: String...) -> String {
                let list = (["authorization_code"] + more).map { "\"\($0)\"" }.joined(separator: ",")
                return DynamicOPTests.metadata("\"grant_types\": [\(list)]")
            }
            let refused = try await DynamicOPTests.register(house, grants(House.cibaGrant))
            #expect(refused.status == .badRequest && refused.error == "invalid_client_metadata")
            #expect(try refused.json()["error_description"]?.stringValue?.contains("grant_types") == true)
            let made = try await DynamicOPTests.register(house, grants("refresh_token"))
            #expect(made.status == .created, "\(made.text)")
            let party = try DynamicOPTests.Party(made)
            let token = try #require(try made.json()["registration_access_token"]?.stringValue)
            let changed = try await house.client.send(
                .put, "/oauth2/register/" + party.id,
                [.authorization: "Bearer " + token, .contentType: "application/json"], body: grants(House.cibaGrant))
            #expect(changed.error == "invalid_client_metadata", "\(changed.text)")
            let form = ParameterList(["scope": "openid", "login_hint": "19900000001"])
            let asked = try await house.call("/oauth2/bc-authorize", form, as: party.id + ":" + party.secret)
            #expect(asked.error == "unauthorized_client", "\(asked.text)")
        }
    }

    @Test func `software statements are refused, malformed ones and those nobody vouches for`() async throws {
        try await House.run { house in
            let bad = try await DynamicOPTests.register(house, DynamicOPTests.metadata(#""software_statement": "x""#))
            #expect(bad.error == "invalid_software_statement")
            let unknown = try await DynamicOPTests.register(
                house, DynamicOPTests.metadata(#""software_statement": "eyJhbGciOiJub25lIn0.e30.""#))
            #expect(unknown.error == "unapproved_software_statement")
        }
    }

    @Test func `a body that is too large, too deep, of another type or no object is refused`() async throws {
        try await House.run { house in
            let token = try await DynamicOPTests.initialToken(house)
            let long = DynamicOPTests.metadata("\"client_name\": \"" + String(repeating: "a", count: 40_000) + "\"")
            #expect(try await DynamicOPTests.register(house, long, token: token).status.code == 413)
            let many = (0..<60).map { "\"https://rp.example/\($0)\"" }.joined(separator: ",")
            #expect(
                try await DynamicOPTests.register(house, "{\"redirect_uris\": [\(many)]}", token: token).status
                    == .badRequest)
            let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
            for body in [deep, "[]", "7", "", "{", #"{"redirect_uris": ["https://a.example/"], "redirect_uris": []}"#] {
                #expect(
                    try await DynamicOPTests.register(house, body, token: token).status == .badRequest,
                    "\(body.prefix(20))")
            }
            let form = try await house.client.send(
                .post, "/oauth2/register",
                [.authorization: "Bearer " + token, .contentType: "application/x-www-form-urlencoded"], body: "a=b")
            #expect(form.status.code == 415)
            #expect(try await house.client.get("/oauth2/register").status.code == 405)
        }
    }
}
