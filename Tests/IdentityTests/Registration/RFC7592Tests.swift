import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7592: every answer of a client's own endpoint")
struct RFC7592Tests {
    /// A system that has registered itself, with the tokens it was given.
    private struct Registered {
        let party: DynamicOPTests.Party
        let initial: String
        var token: String
        var path: String { "/oauth2/register/" + party.id }

        init(_ house: House, _ members: String = "") async throws {
            initial = try await DynamicOPTests.initialToken(house)
            let answer = try await DynamicOPTests.register(house, DynamicOPTests.metadata(members), token: initial)
            #expect(answer.status == .created, "\(answer.text)")
            party = try DynamicOPTests.Party(answer)
            token = try #require(try answer.json()["registration_access_token"]?.stringValue)
        }

        func send(
            _ method: HTTPRequest.Method, _ house: House, _ body: String? = nil, by authorization: String? = nil,
            type: String = "application/json"
        ) async throws -> TestResponse {
            let headers: HTTPFields = [.authorization: authorization ?? "Bearer " + token, .contentType: type]
            return try await house.client.send(method, path, headers, body: body)
        }

        /// A change that must be accepted; the token is a new one afterwards.
        mutating func put(_ body: String, _ house: House) async throws -> JSONValue {
            let answer = try await send(.put, house, body)
            #expect(answer.status == .ok, "\(answer.text)")
            #expect(answer.headers[.cacheControl] == "no-store")
            let json = try answer.json()
            token = try #require(json["registration_access_token"]?.stringValue)
            try await house.provider.clients.refresh()
            return json
        }

        /// `invalid_grant` where the secret is right, as the code is not.
        func error(with secret: String, _ house: House) async throws -> String? {
            let form = house.tokenForm(party.attempt, code: "no-code")
            return try await house.token(form, as: party.id + ":" + secret).error
        }
    }

    private static let methods: [HTTPRequest.Method] = [.get, .put, .delete]

    @Test(arguments: Backend.available)
    func `§2: without the token of this very client everything is 401 and nothing changes`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            let own = try await Registered(house)
            let other = try await Registered(house)
            let plain = "Bearer realm=\"yimen\""
            let named = plain + ", error=\"invalid_token\""
            let rows: [(authorization: String, challenge: String)] = [
                ("Basic YTpi", plain), ("Bearer wrong", named), ("Bearer a b", named), ("DPoP " + own.token, named),
                ("Bearer " + own.initial, named), ("Bearer " + other.token, named),
                ("Bearer " + own.party.secret, named), ("Bearer " + own.token.uppercased(), named),
            ]
            for method in Self.methods {
                for (authorization, challenge) in rows {
                    let body = method == .put ? DynamicOPTests.metadata(#""policy_uri": "https://rp.example/p""#) : nil
                    let answer = try await own.send(method, house, body, by: authorization)
                    #expect(answer.status == .unauthorized && answer.error == "invalid_token", "\(authorization)")
                    #expect(answer.headers[.wwwAuthenticate] == challenge, "\(method) \(authorization)")
                    #expect(answer.headers[.cacheControl] == "no-store")
                }
                // A client that is not there looks like one whose token is another (§2.1).
                let nobody = try await house.client.send(
                    method, "/oauth2/register/nobody", [.authorization: "Bearer " + own.token], body: nil)
                #expect(nobody.status == .unauthorized && nobody.error == "invalid_token", "\(method)")
            }
            let read = try await own.send(.get, house)
            #expect(read.status == .ok)
            #expect(try read.json()["policy_uri"] == nil)
        }
    }

    @Test(arguments: Backend.available)
    func `§2.1: a client that is switched off is told nothing, and switched on again keeps its token`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            let own = try await Registered(house)
            try await house.provider.registry.setEnabled(false, own.party.id)
            for method in Self.methods {
                let body = method == .put ? DynamicOPTests.metadata() : nil
                let answer = try await own.send(method, house, body)
                #expect(answer.status == .unauthorized && answer.error == "invalid_token", "\(method)")
            }
            try await house.provider.registry.setEnabled(true, own.party.id)
            #expect(try await own.send(.get, house).status == .ok)
        }
    }

    /// The body of a change and what it is refused with.
    static let refusals = [
        (DynamicOPTests.metadata(#""client_id": "other""#), "invalid_client_metadata"),
        (DynamicOPTests.metadata(#""client_id": """#), "invalid_client_metadata"),
        (DynamicOPTests.metadata(#""client_id": 7"#), "invalid_client_metadata"),
        (DynamicOPTests.metadata(#""client_secret": "of-my-own-choice-0123456789""#), "invalid_client_metadata"),
        (DynamicOPTests.metadata(#""client_secret": """#), "invalid_client_metadata"),
        (DynamicOPTests.metadata(#""client_secret": 7"#), "invalid_client_metadata"),
        (DynamicOPTests.metadata(#""subject_type": "secret""#), "invalid_client_metadata"),
        (DynamicOPTests.metadata(#""software_statement": "x""#), "invalid_software_statement"),
        (#"{"redirect_uris": ["https://rp.example/callback#x"]}"#, "invalid_redirect_uri"),
        ("{}", "invalid_redirect_uri"), ("[]", "invalid_client_metadata"), ("{", "invalid_client_metadata"),
        ("", "invalid_client_metadata"), ("null", "invalid_client_metadata"),
    ]

    @Test func `§2.2: a change that is refused leaves registration and token as they were`() async throws {
        try await House.run { house in
            let own = try await Registered(house, #""tos_uri": "https://rp.example/terms""#)
            let before = try await own.send(.get, house).json()
            for (body, error) in Self.refusals {
                let answer = try await own.send(.put, house, body)
                #expect(answer.status == .badRequest && answer.error == error, "\(body): \(answer.text)")
                #expect(answer.headers[.cacheControl] == "no-store")
            }
            let form = try await own.send(.put, house, "a=b", type: ParameterList.formType)
            #expect(form.status.code == 415)
            let long = DynamicOPTests.metadata("\"client_name\": \"" + String(repeating: "a", count: 40_000) + "\"")
            #expect(try await own.send(.put, house, long).status.code == 413)
            #expect(try await own.send(.get, house).json() == before)
            #expect(try await own.error(with: own.party.secret, house) == "invalid_grant")
        }
    }

    @Test func `§2.2: what a change leaves out or sends as null is gone, and what it names is there`() async throws {
        try await House.run { house in
            var own = try await Registered(
                house,
                #""policy_uri": "https://rp.example/p", "tos_uri": "https://rp.example/t", "contacts": ["12345"], "#
                    + #""grant_types": ["authorization_code", "refresh_token"], "subject_type": "pairwise", "#
                    + #""id_token_signed_response_alg": "ES256", "scope": "openid""#)
            let changed = try await own.put(
                DynamicOPTests.metadata(#""policy_uri": null, "client_uri": "https://rp.example/""#), house)
            let read = try await own.send(.get, house).json()
            for json in [changed, read] {
                for member in ["policy_uri", "tos_uri", "contacts", "subject_type"] {
                    #expect(json[member] == nil, "\(member)")
                }
                #expect(json["client_uri"] == "https://rp.example/")
                #expect(json["grant_types"]?.arrayValue == ["authorization_code"])
                #expect(json["id_token_signed_response_alg"] == "RS256" && json["scope"] == "openid phone profile")
            }
        }
    }

    @Test func `§2.2: what the server gives cannot be chosen, and its own answer may be sent back`() async throws {
        try await House.run { house in
            var own = try await Registered(house)
            let before = try await own.send(.get, house).json()
            let old = own.token
            let chosen = "of-my-own-choice-0123456789-0123456789"
            let changed = try await own.put(
                DynamicOPTests.metadata(
                    """
                    "registration_access_token": "\(chosen)", "registration_client_uri": "https://evil.example/",
                    "client_secret_expires_at": 1, "client_id_issued_at": 1, "client_id": "\(own.party.id)"
                    """), house)
            #expect(own.token != chosen && own.token != old)
            for refused in [chosen, old] {
                #expect(try await own.send(.get, house, by: "Bearer " + refused).status == .unauthorized)
                #expect(
                    try await own.send(.put, house, DynamicOPTests.metadata(), by: "Bearer " + refused).status
                        == .unauthorized)
            }
            for member in ["registration_client_uri", "client_secret_expires_at", "client_id_issued_at", "client_id"] {
                #expect(changed[member] != nil && changed[member] == before[member], "\(member)")
            }
            let text = try await own.send(.get, house).text
            let again = try await own.put(text, house)
            #expect(again["redirect_uris"] == before["redirect_uris"] && again["scope"] == before["scope"])
            #expect(try await own.error(with: own.party.secret, house) == "invalid_grant")
        }
    }

    @Test func `§2.2: a secret that is no longer needed is dead, and a later one is new`() async throws {
        try await House.run { house in
            var own = try await Registered(house)
            let old = own.party.secret
            let open = try await own.put(
                DynamicOPTests.metadata(#""token_endpoint_auth_method": "none""#), house)
            #expect(open["client_secret"] == nil && open["client_secret_expires_at"] == nil)
            #expect(try await own.error(with: old, house) == "invalid_client")
            let closed = try await own.put(DynamicOPTests.metadata(), house)
            let fresh = try #require(closed["client_secret"]?.stringValue)
            #expect(fresh != old && closed["client_secret_expires_at"] == 0)
            #expect(try await own.error(with: old, house) == "invalid_client")
            #expect(try await own.error(with: fresh, house) == "invalid_grant")
        }
    }

    @Test func `OpenID Connect Registration §5: a change keeps to the sector's document too`() async throws {
        try await House.run { house in
            let sector = "https://sector.example/uris.json"
            house.outbound.publish(#"["https://rp.example/callback", "https://rp.example/b"]"#, at: sector)
            let members = "\"subject_type\": \"pairwise\", \"sector_identifier_uri\": \"\(sector)\""
            var own = try await Registered(house, members)
            func body(_ uri: String) -> String { "{\"redirect_uris\": [\"\(uri)\"], \(members)}" }
            let refused = try await own.send(.put, house, body("https://other.example/callback"))
            #expect(refused.status == .badRequest && refused.error == "invalid_redirect_uri", "\(refused.text)")
            _ = try await own.put(body("https://rp.example/b"), house)
            house.outbound.publish(nil, at: sector)
            let unread = try await own.send(.put, house, body("https://rp.example/b"))
            #expect(unread.status == .badRequest && unread.error == "invalid_client_metadata", "\(unread.text)")
        }
    }

    @Test(arguments: Backend.available)
    func `§2.3: what is removed is unknown everywhere at once`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let own = try await Registered(house)
            let removed = try await own.send(.delete, house)
            #expect(removed.status == .noContent && removed.text.isEmpty)
            #expect(removed.headers[.cacheControl] == "no-store")
            for method in Self.methods {
                let body = method == .put ? DynamicOPTests.metadata() : nil
                #expect(try await own.send(method, house, body).status == .unauthorized, "\(method)")
            }
            try await house.provider.clients.refresh()
            #expect(try await own.error(with: own.party.secret, house) == "invalid_client")
            let page = try await house.client.get(own.party.attempt.uri, [.accept: "text/html"])
            #expect(page.status == .badRequest && page.headers[.location] == nil)
        }
    }

    @Test func `§2: no other method is offered`() async throws {
        try await House.run { house in
            let own = try await Registered(house)
            for method in [HTTPRequest.Method.post, .patch] {
                let answer = try await own.send(method, house, DynamicOPTests.metadata())
                #expect(answer.status.code == 405 && answer.error == "invalid_request", "\(method)")
                let allowed = answer.headers[.allow] ?? ""
                for name in ["GET", "PUT", "DELETE"] { #expect(allowed.contains(name), "\(method)") }
            }
        }
    }

    @Test func `§2.2: a default that came later does not change a client that sends its own document back`()
        async throws
    {
        try await House.run { house in
            var own = try await Registered(house)
            try await house.change(own.party.id) { $0.policy.authorizationResponseAlgorithm = nil }
            _ = try await own.put(DynamicOPTests.metadata(), house)
            let record = try #require(try await house.provider.registry.record(own.party.id))
            #expect(record.client.policy.authorizationResponseAlgorithm == nil)
        }
    }
}
