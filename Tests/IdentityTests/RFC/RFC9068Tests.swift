import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 9068 access tokens, opaque ones, and OpenID Connect Core §5.3, §8 subjects and userinfo")
struct RFC9068Tests {
    private static let scope = "openid profile booking"

    private func tokens(_ house: House, _ client: String = "department") async throws -> JSONValue {
        var attempt = Attempt().with("scope", Self.scope)
        attempt.client = client
        attempt.redirectURI = "https://\(client).example/callback"
        var browser = Browser()
        return try await house.tokens(attempt, &browser)
    }

    @Test func `a JWT access token has every claim of §2_2 and the type at+jwt`() async throws {
        try await House.run { house in
            let person = try await house.addCitizen()
            try await house.addClient()
            let token = try #require(try await tokens(house)["access_token"]?.stringValue)
            let head = try JSONParser.parse(try #require(Base64URL.decode(token.split(separator: ".")[0])))
            #expect(head["typ"] == "at+jwt" && head["kid"] != nil && head["alg"] == "ES256")
            let claims = try house.claims(token)
            #expect(claims["iss"]?.stringValue == House.issuer && claims["sub"]?.stringValue == person)
            #expect(claims["aud"] == .strings([House.issuer + "/api/v1", House.issuer + "/oauth2/userinfo"]))
            #expect(claims["client_id"] == "department" && claims["scope"]?.stringValue == Self.scope)
            #expect(claims["acr"] == "L2" && claims["auth_time"] != nil && claims["amr"] == .strings(["pwd"]))
            let life = (claims["exp"]?.integerValue ?? 0) - (claims["iat"]?.integerValue ?? 0)
            #expect(life > 0 && life <= 900, "identity rule 15")
            #expect(claims["jti"] != nil)
        }
    }

    /// §2.2, §5: a client's subject is never a person's, and nothing is said about a sign-in that was none.
    @Test func `a machine's token names the client as its subject and no sign-in`() async throws {
        try await House.run { house in
            try await house.addClient("machine") { $0.grants = ["client_credentials"] }
            let form = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            let answer = try await house.token(form, as: "machine:" + House.secret).json()
            let claims = try house.claims(try #require(answer["access_token"]?.stringValue))
            #expect(
                claims["iss"]?.stringValue == House.issuer && claims["aud"]?.stringValue == House.issuer + "/api/v1")
            #expect(claims["sub"] == "client:machine" && claims["client_id"] == "machine")
            #expect(claims["scope"] == "booking" && claims["jti"] != nil && claims["iat"] != nil)
            for name in ["acr", "amr", "auth_time", "sid", "roles", "cnf", "act"] { #expect(claims[name] == nil) }
            let life = (claims["exp"]?.integerValue ?? 0) - (claims["iat"]?.integerValue ?? 0)
            #expect(life > 0 && life <= 900)
        }
    }

    /// Signed by our own key, so that nothing but the claim or the type is wrong.
    private func withMould(_ body: @Sendable @escaping (House, TokenMould) async throws -> Void) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            let token = try #require(try await tokens(house)["access_token"]?.stringValue)
            try await body(house, try await house.mould(of: token, type: "at+jwt", judged: ["exp"]))
        }
    }

    private static let resources = ["/api/v1/probe", "/oauth2/userinfo"]

    private func expectInvalid(_ house: House, _ token: String, _ name: String) async throws {
        for path in Self.resources {
            let answer = try await house.get(path, "Bearer", token)
            #expect(answer.status == .unauthorized, "\(name) at \(path): \(answer.text)")
            let challenges = answer.headers[values: .wwwAuthenticate]
            #expect(challenges.count == 1 && challenges.first?.hasPrefix("Bearer ") == true, "\(name) at \(path)")
            #expect(challenges.first?.contains("error=\"invalid_token\"") == true, "\(name) at \(path)")
        }
    }

    @Test func `§4 every claim is there, of its type, and of this server, now and for this resource`() async throws {
        try await withMould { house, mould in
            let now = house.clock.now().seconds
            let rows: [(name: String, value: JSONValue?)] = [
                ("iss", nil), ("iss", .string(House.issuer + "/")), ("iss", "https://else.example"), ("iss", ""),
                ("iss", .strings([House.issuer])), ("iss", "HTTP://localhost:8080"), ("iss", .null),
                ("sub", nil), ("sub", 7), ("client_id", nil), ("client_id", 7), ("client_id", .strings(["department"])),
                ("exp", nil), ("exp", .integer(now - 1)), ("exp", .integer(now)), ("exp", .string("\(now + 60)")),
                ("iat", nil), ("iat", .string("\(now)")), ("jti", nil), ("jti", 7), ("scope", nil), ("scope", 7),
                ("scope", .strings(["openid", "booking"])), ("channel", nil), ("channel", "else"),
            ]
            for row in rows {
                let token = try mould.token(payload: mould.payload((row.name, row.value)))
                try await expectInvalid(house, token, "\(row)")
                #expect(try await house.introspect(token) == .object(["active": false]), "\(row)")
            }
            let audiences: [JSONValue?] = [
                nil, "https://else.example", .string(House.issuer), "department", .array([]), 7, .null,
                .string(House.issuer + "/api/v1/"),
                .string(House.issuer + "/api/v1 " + House.issuer + "/oauth2/userinfo"),
                .array([7, .null]),
            ]
            for audience in audiences {
                let token = try mould.token(payload: mould.payload(("aud", audience)))
                try await expectInvalid(house, token, "aud \(String(describing: audience))")
            }
            for path in Self.resources {
                let token = try mould.token()
                #expect(try await house.get(path, "Bearer", token).status == .ok, "the mould is good")
                let almost = try mould.token(payload: mould.payload(("exp", .integer(now + 1))))
                #expect(try await house.get(path, "Bearer", almost).status == .ok)
            }
        }
    }

    @Test func `§4 an audience of one resource is good there and nowhere else`() async throws {
        try await withMould { house, mould in
            for (audience, path) in [("/api/v1", "/api/v1/probe"), ("/oauth2/userinfo", "/oauth2/userinfo")] {
                for claim in [JSONValue.string(House.issuer + audience), .strings(["x", House.issuer + audience])] {
                    let token = try mould.token(payload: mould.payload(("aud", claim)))
                    for other in Self.resources {
                        let status: HTTPResponse.Status = other == path ? .ok : .unauthorized
                        #expect(try await house.get(other, "Bearer", token).status == status, "\(audience) at \(other)")
                    }
                }
            }
        }
    }

    /// §2.1, §4: both spellings of the type, and no token without it.
    @Test func `the type is at+jwt in either spelling, and never absent`() async throws {
        try await withMould { house, mould in
            for type in ["at+jwt", "application/at+jwt", "AT+JWT"] {
                let token = try mould.token(header: mould.header(("typ", .string(type))))
                for path in Self.resources {
                    #expect(try await house.get(path, "Bearer", token).status == .ok, "\(type)")
                }
            }
            for type in [nil, "JWT", "application/jwt", "at", "jwt+at", "", "at+jwt "] as [JSONValue?] {
                let token = try mould.token(header: mould.header(("typ", type)))
                try await expectInvalid(house, token, "typ \(String(describing: type))")
            }
        }
    }

    @Test(arguments: Backend.available)
    func `an opaque token says nothing and is good for the same`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let person = try await house.addCitizen()
            try await house.addClient()
            try await house.change("department") { $0.policy.opaqueAccessTokens = true }
            let answer = try await tokens(house)
            let token = try #require(answer["access_token"]?.stringValue)
            #expect(!token.contains(".") && token.utf8.count == 43)
            #expect(try await house.get("/api/v1/probe", "Bearer", token).text == person)
            #expect(try await house.userInfo(token).json()["sub"]?.stringValue == person)
            #expect(try await house.introspect(token)["scope"]?.stringValue == Self.scope)
            let kept = try await house.database.read {
                try $0.query("SELECT token_hash, sealed_claims FROM identity_access_token")
            }
            #expect(kept.count == 1)
            #expect(
                try kept.allSatisfy { try !$0.text("sealed_claims").contains(person) && $0.text("token_hash") != token }
            )
            let half = House.crypto.digest(token)
            let digest = try #require(Base64URL.decode(half))
            let identity = try house.claims(try #require(answer["id_token"]?.stringValue))
            #expect(identity["at_hash"]?.stringValue == Base64URL.encode(digest.prefix(16)))
            let form = ParameterList(["token": token])
            _ = try await house.call("/oauth2/revoke", form, as: "department:" + House.secret)
            #expect(try await house.get("/api/v1/probe", "Bearer", token).status == .unauthorized)
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            let next = try #require(try await house.refresh(refresh).json()["access_token"]?.stringValue)
            #expect(try await house.get("/api/v1/probe", "Bearer", next).status == .ok)
            house.clock.advance(by: .seconds(601))
            #expect(try await house.get("/api/v1/probe", "Bearer", next).status == .unauthorized)
            while try await house.sweep() > 0 {}
            let left = try await house.database.read { try $0.query("SELECT 1 AS n FROM identity_access_token").count }
            #expect(left == 0)
        }
    }

    @Test func `a pairwise subject is stable, one per sector, and the same in every token and answer`() async throws {
        try await House.run { house in
            let person = try await house.addCitizen()
            for id in ["one", "two", "three"] {
                try await house.addClient(id)
                try await house.change(id) { $0.policy.pairwiseSubjects = true }
            }
            for id in ["two", "three"] {
                try await house.change(id) { $0.policy.sectorIdentifierURI = "https://sector.example/uris.json" }
            }
            var subjects = [String: String]()
            for id in ["one", "two", "three"] {
                let answer = try await tokens(house, id)
                let access = try #require(answer["access_token"]?.stringValue)
                let refresh = try #require(answer["refresh_token"]?.stringValue)
                let identity = try house.claims(try #require(answer["id_token"]?.stringValue))
                let subject = try #require(identity["sub"]?.stringValue)
                subjects[id] = subject
                #expect(subject != person && !subject.contains(person))
                #expect(try house.claims(access)["sub"]?.stringValue == subject)
                #expect(try await house.userInfo(access).json()["sub"]?.stringValue == subject)
                #expect(try await house.introspect(access, as: id)["sub"]?.stringValue == subject)
                #expect(try await house.introspect(access, as: id)["person"] == nil)
                #expect(try await house.introspect(refresh, as: id)["sub"]?.stringValue == subject)
                // Our own API still knows the person.
                #expect(try await house.get("/api/v1/probe", "Bearer", access).text == person)
                let again = try house.claims(try #require(try await tokens(house, id)["id_token"]?.stringValue))
                #expect(again["sub"]?.stringValue == subject)
            }
            #expect(subjects["two"] == subjects["three"] && subjects["one"] != subjects["two"])
        }
    }

    /// Core §8.1: an address that nobody owns must not make two systems one sector.
    @Test(arguments: [
        ("com.one.app:/cb", "com.two.app:/cb"), ("com.one.app:///cb", "com.two.app:///cb"),
        ("com.one.app://cb", "com.two.app://cb"), ("com.one.app://bank.example/cb", "https://bank.example/cb"),
        ("http://localhost/cb", "http://localhost/cb"), ("http://127.0.0.1/cb", "http://127.0.0.1/cb"),
        ("http://[::1]/cb", "http://[::1]/cb"),
    ])
    func `two apps are never one sector by their redirect URIs`(one: String, other: String) {
        let subjects = Subjects(crypto: House.crypto)
        func subject(_ id: String, _ uris: [String]) -> String {
            var client = Client(
                id: id, name: id, authMethod: .none, redirectURIs: uris, grants: [.authorizationCode],
                scopes: ["openid"])
            client.policy.pairwiseSubjects = true
            return subjects.subject(of: "person", for: client)
        }
        #expect(subject("one", [one]) != subject("two", [other]))
        #expect(subject("one", [one]) == subject("one", [one]), "and each stays what it is")
        #expect(subject("one", ["https://bank.example/a"]) == subject("two", ["https://bank.example:8443/b"]))
        #expect(subject("one", []) != subject("two", []))
    }

    @Test func `an ID token with a pairwise subject is a hint like any other`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            try await house.change("department") { $0.policy.pairwiseSubjects = true }
            var browser = Browser()
            let answer = try await house.tokens(Attempt(), &browser)
            let hint = try #require(answer["id_token"]?.stringValue)
            let silent = Attempt().with("prompt", "none").with("id_token_hint", hint)
            let good = try await house.authorize(silent, &browser)
            #expect(try good.answer?.single("code") != nil)
            var other = Browser()
            _ = try await house.code(Attempt(), name: "19900000002", &other)
            let wrong = try await house.authorize(silent, &other)
            #expect(try wrong.answer?.single("error") == "login_required")
        }
    }

    @Test(arguments: Client.IDTokenAlgorithm.allCases)
    func `userinfo is signed for a client that registered for it`(algorithm: Client.IDTokenAlgorithm) async throws {
        try await House.run { house in
            let person = try await house.addCitizen()
            try await house.addClient()
            try await house.change("department") { $0.policy.userInfoAlgorithm = algorithm.rawValue }
            let token = try #require(try await tokens(house)["access_token"]?.stringValue)
            let response = try await house.userInfo(token)
            #expect(response.headers[.contentType] == "application/jwt")
            #expect(response.headers[.cacheControl] == "no-store")
            let claims = try #require(house.provider.keys.verify(response.text, types: ["JWT"]))
            #expect(claims["iss"]?.stringValue == House.issuer && claims["aud"] == "department")
            #expect(claims["sub"]?.stringValue == person && claims["name"] != nil)
            let head = try JSONParser.parse(try #require(Base64URL.decode(response.text.split(separator: ".")[0])))
            #expect(head["alg"]?.stringValue == algorithm.rawValue)
        }
    }
}
