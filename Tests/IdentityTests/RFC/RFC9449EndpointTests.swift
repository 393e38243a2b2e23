import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 9449 §7 to §10 proofs and nonces at every endpoint that reads one, and bound tokens at userinfo")
struct RFC9449EndpointTests {
    /// An endpoint at which a client authenticates, with a form that is good there.
    struct Place: Sendable, CustomTestStringConvertible {
        let path: String
        let form: ParameterList

        init(_ name: String, _ form: ParameterList) {
            path = "/oauth2/" + name
            self.form = form
        }

        var testDescription: String { path }

        func send(_ house: House, _ proofs: [String]) async throws -> TestResponse {
            var headers = house.tokenHeaders("department:" + House.secret)
            for proof in proofs { headers.append(HTTPField(name: .dpop, value: proof)) }
            return try await house.client.send(.post, path, headers, body: form.encoded)
        }
    }

    static let places = [
        Place("token", ParameterList(["grant_type": "client_credentials", "scope": "booking"])),
        Place("par", Attempt().request), Place("introspect", ParameterList(["token": "x"])),
        Place("revoke", ParameterList(["token": "x"])),
        Place("device_authorization", ParameterList(["scope": "openid"])),
        Place("bc-authorize", ParameterList(["scope": "openid", "login_hint": "19900000001"])),
    ]

    /// `department`, which may do everything.
    private func withClient(_ body: @Sendable @escaping (House, ProofMaker) async throws -> Void) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.change {
                $0.grants = [.authorizationCode, .refreshToken, .clientCredentials, .deviceCode, .ciba]
            }
            try await body(house, try ProofMaker.es256.get())
        }
    }

    @Test(arguments: places)
    func `a wrong proof is told in the form of §5 wherever one is read`(place: Place) async throws {
        try await withClient { house, maker in
            #expect((200...201).contains(try await place.send(house, []).status.code), "none is needed")
            let good = try maker.proof(house, "POST", place.path)
            let first = try await place.send(house, [good])
            #expect((200...201).contains(first.status.code), "\(first.text)")
            let wrong: [(String, [String])] = [
                ("used", [good]), ("for another path", [try maker.proof(house, "POST", "/oauth2/else")]),
                ("for another method", [try maker.proof(house, "GET", place.path)]), ("no proof", ["x"]),
                ("empty", [""]),
                (
                    "two",
                    [try maker.proof(house, "POST", place.path), try maker.proof(house, "POST", place.path)]
                ),
                ("of yesterday", [try maker.proof(house, "POST", place.path, but: ("iat", .integer(1_794_913_600)))]),
            ]
            for (name, proofs) in wrong {
                let answer = try await place.send(house, proofs)
                #expect(answer.status == .badRequest && answer.error == "invalid_dpop_proof", "\(name): \(answer.text)")
                #expect(answer.headers[.cacheControl] == "no-store" && answer.headers[.dpopNonce] == nil, "\(name)")
            }
        }
    }

    @Test(arguments: places)
    func `§8 a nonce is asked for wherever a proof is read, once and never to be cached`(place: Place) async throws {
        try await withClient { house, maker in
            try await house.change { $0.policy.requireDPoPNonce = true }
            let bare = try await place.send(house, [try maker.proof(house, "POST", place.path)])
            #expect(bare.status == .badRequest && bare.error == "use_dpop_nonce", "\(bare.text)")
            #expect(bare.headers[.cacheControl] == "no-store")
            let nonces = bare.headers[values: .dpopNonce]
            #expect(nonces.count == 1)
            let nonce = try #require(nonces.first)
            // §8.1: NQCHAR of RFC 6749.
            #expect(
                !nonce.isEmpty && nonce.utf8.allSatisfy { (0x21...0x7E).contains($0) && ![0x22, 0x5C].contains($0) })
            for wrong in [JSONValue.string(nonce + "x"), "", 7, .null, .strings([nonce])] {
                let proof = try maker.proof(house, "POST", place.path, but: ("nonce", wrong))
                #expect(try await place.send(house, [proof]).error == "use_dpop_nonce", "\(wrong)")
            }
            let proof = try maker.proof(house, "POST", place.path, but: ("nonce", .string(nonce)))
            #expect((200...201).contains(try await place.send(house, [proof]).status.code))
            // §8.2: the one before is good for some time beside the new one.
            house.clock.advance(by: .minutes(5))
            let late = try maker.proof(house, "POST", place.path, but: ("nonce", .string(nonce)))
            #expect((200...201).contains(try await place.send(house, [late]).status.code))
        }
    }

    /// A person's bound token and one that is not, both good for userinfo.
    private func withTokens(
        _ body: @Sendable @escaping (House, ProofMaker, _ bound: String, _ unbound: String) async throws -> Void
    ) async throws {
        try await withClient { house, maker in
            var browser = Browser()
            let form = house.tokenForm(code: try await house.code(Attempt(), &browser))
            let proof = try maker.proof(house)
            let bound = try await house.token(form, as: "department:" + House.secret, proofs: [proof]).json()
            let unbound = try await house.tokens(Attempt(), &browser)
            try await body(
                house, maker, try #require(bound["access_token"]?.stringValue),
                try #require(unbound["access_token"]?.stringValue))
        }
    }

    private static let path = "/oauth2/userinfo"

    private func ask(
        _ house: House, _ method: HTTPRequest.Method, _ scheme: String, _ token: String, _ proofs: [String]
    ) async throws -> TestResponse {
        var headers: HTTPFields = [.authorization: scheme + " " + token]
        for proof in proofs { headers.append(HTTPField(name: .dpop, value: proof)) }
        return try await house.client.send(method, Self.path, headers)
    }

    @Test(arguments: [HTTPRequest.Method.get, .post])
    func `§7 userinfo is shown to the holder of the key alone`(method: HTTPRequest.Method) async throws {
        try await withTokens { house, maker, token, unbound in
            let other = ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256)))
            let verb = method.rawValue
            func proof(_ changes: (String, JSONValue?)) throws -> String {
                try maker.proof(house, verb, Self.path, token: token, but: changes)
            }
            let good = try maker.proof(house, verb, Self.path, token: token)
            #expect(try await ask(house, method, "DPoP", token, [good]).status == .ok)
            let digest = House.crypto.digest(token)
            let hex = (Base64URL.decode(digest) ?? []).map { String($0, radix: 16) }.joined()
            let rows: [(name: String, scheme: String, token: String, proofs: [String], error: String)] = [
                ("used", "DPoP", token, [good], "invalid_dpop_proof"),
                ("no proof", "DPoP", token, [], "invalid_dpop_proof"),
                ("no ath", "DPoP", token, [try proof(("ath", nil))], "invalid_dpop_proof"),
                ("ath in hex", "DPoP", token, [try proof(("ath", .string(hex)))], "invalid_dpop_proof"),
                ("ath with padding", "DPoP", token, [try proof(("ath", .string(digest + "=")))], "invalid_dpop_proof"),
                ("ath is a number", "DPoP", token, [try proof(("ath", 7))], "invalid_dpop_proof"),
                ("ath of the text", "DPoP", token, [try proof(("ath", .string(token)))], "invalid_dpop_proof"),
                ("other method", "DPoP", token, [try proof(("htm", "PUT"))], "invalid_dpop_proof"),
                ("for the token endpoint", "DPoP", token, [try maker.proof(house, token: token)], "invalid_dpop_proof"),
                ("other key", "DPoP", token, [try other.proof(house, verb, Self.path, token: token)], "invalid_token"),
                ("as Bearer", "Bearer", token, [try proof(("extra", 1))], "invalid_token"),
                (
                    "unbound as DPoP", "DPoP", unbound,
                    [try maker.proof(house, verb, Self.path, token: unbound)], "invalid_token"
                ),
                ("no token", "DPoP", "x", [try maker.proof(house, verb, Self.path, token: "x")], "invalid_token"),
            ]
            for row in rows {
                let answer = try await ask(house, method, row.scheme, row.token, row.proofs)
                #expect(answer.status == .unauthorized && answer.error == row.error, "\(row.name): \(answer.text)")
                let challenges = answer.headers[values: .wwwAuthenticate]
                #expect(challenges.count == 1 && challenges.first?.hasPrefix("DPoP ") == true, "\(row.name)")
                #expect(challenges.first?.contains("error=\"\(row.error)\"") == true, "\(row.name): \(challenges)")
                #expect(challenges.first?.contains("algs=\"ES256 PS256 EdDSA\"") == true, "\(row.name)")
                #expect(answer.headers[.cacheControl] == "no-store", "\(row.name)")
            }
            #expect(try await ask(house, method, "Bearer", unbound, []).status == .ok)
        }
    }

    /// §7.1: only the scheme `DPoP` carries a bound token, and RFC 6750 §2.2 knows no such thing for a form.
    @Test func `a bound token in a form or under two schemes is refused`() async throws {
        try await withTokens { house, maker, token, _ in
            let form = ParameterList(["access_token": token])
            for proofs in [[], [try maker.proof(house, "POST", Self.path, token: token)]] {
                var headers: HTTPFields = [.contentType: ParameterList.formType]
                for proof in proofs { headers.append(HTTPField(name: .dpop, value: proof)) }
                let answer = try await house.client.send(.post, Self.path, headers, body: form.encoded)
                #expect(answer.status == .unauthorized && answer.error == "invalid_token", "\(answer.text)")
            }
            var twice: HTTPFields = [.authorization: "DPoP " + token]
            twice.append(HTTPField(name: .authorization, value: "Bearer " + token))
            twice[.dpop] = try maker.proof(house, "GET", Self.path, token: token)
            let answer = try await house.client.get(Self.path, twice)
            #expect(answer.status == .badRequest && answer.error == "invalid_request", "\(answer.text)")
        }
    }

    @Test func `§9 a resource asks for a nonce with 401, and an old one is replaced`() async throws {
        try await withTokens { house, maker, token, _ in
            try await house.change { $0.policy.requireDPoPNonce = true }
            func ask(_ nonce: String?) async throws -> TestResponse {
                let proof = try maker.proof(
                    house, "GET", Self.path, token: token, but: ("nonce", nonce.map(JSONValue.string)))
                return try await house.get(Self.path, "DPoP", token, proofs: [proof])
            }
            var nonce: String?
            for _ in 0..<2 {
                let refused = try await ask(nonce)
                #expect(refused.status == .unauthorized && refused.error == "use_dpop_nonce", "\(refused.text)")
                #expect(refused.headers[.cacheControl] == "no-store")
                #expect(refused.headers[values: .dpopNonce].count == 1)
                let challenge = refused.headers[.wwwAuthenticate] ?? ""
                #expect(challenge.hasPrefix("DPoP ") && challenge.contains("error=\"use_dpop_nonce\""))
                #expect(refused.headers[.dpopNonce] != nonce)
                nonce = refused.headers[.dpopNonce]
                #expect(try await ask(nonce).status == .ok)
                house.clock.advance(by: .minutes(4))
                #expect(try await ask(nonce).status == .ok)
                nonce = nonce.map { $0 + "x" }
            }
        }
    }

    /// §10: without a push, the thumbprint alone binds the code.
    @Test func `dpop_jkt of an authorization request binds the code to the key that it names`() async throws {
        try await withClient { house, maker in
            let other = ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256)))
            var browser = Browser()
            let code = try await house.code(Attempt().with("dpop_jkt", maker.thumbprint), &browser)
            let form = house.tokenForm(code: code)
            let credentials = "department:" + House.secret
            #expect(try await house.token(form, as: credentials).error == "invalid_grant")
            let wrong = try await house.token(form, as: credentials, proofs: [try other.proof(house)])
            #expect(wrong.status == .badRequest && wrong.error == "invalid_grant", "\(wrong.text)")
            let right = try await house.token(form, as: credentials, proofs: [try maker.proof(house)])
            #expect(try right.json()["token_type"] == "DPoP", "\(right.text)")
        }
    }

    /// §10.1: a push proves the key, and a `dpop_jkt` beside it names no other.
    @Test func `a proof in a push binds the code, and another dpop_jkt is refused`() async throws {
        try await withClient { house, maker in
            let other = ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256)))
            let crossed = try await house.push(
                Attempt().with("dpop_jkt", other.thumbprint).request,
                proofs: [try maker.proof(house, "POST", "/oauth2/par")])
            #expect(crossed.status == .badRequest && crossed.error == "invalid_dpop_proof", "\(crossed.text)")
            let malformed = try await house.push(Attempt().with("dpop_jkt", "short").request)
            #expect(malformed.status == .badRequest && malformed.error == "invalid_request", "\(malformed.text)")
            let pushed = try await house.push(
                Attempt().request, proofs: [try maker.proof(house, "POST", "/oauth2/par")])
            let uri = try #require(try pushed.json()["request_uri"]?.stringValue)
            var browser = Browser()
            let end = try await house.signIn(try await house.open(House.address(uri), &browser), &browser)
            let form = house.tokenForm(code: try #require(try end.answer?.single("code")))
            let credentials = "department:" + House.secret
            #expect(try await house.token(form, as: credentials).error == "invalid_grant")
            let wrong = try await house.token(form, as: credentials, proofs: [try other.proof(house)])
            #expect(wrong.error == "invalid_grant", "\(wrong.text)")
            #expect(try await house.token(form, as: credentials, proofs: [try maker.proof(house)]).status == .ok)
        }
    }

    /// §5: a public client has nothing but the key, whichever grant its tokens come from.
    @Test func `a device's refresh token is bound to the key of its first proof`() async throws {
        try await withClient { house, maker in
            let grant = Client.GrantType.deviceCode.rawValue
            try await house.addClient("television", secret: nil) {
                $0.redirectURIs = []
                $0.grants = [grant, "refresh_token"]
            }
            let other = ProofMaker(key: ClientKey(key: try SigningKey.generate(.es256)))
            let asked = ParameterList(["client_id": "television", "scope": "openid profile"])
            let started = try await house.client.post("/oauth2/device_authorization", form: asked).json()
            let userCode = try #require(started["user_code"]?.stringValue)
            var browser = try await house.signedIn()
            let entry = try await browser.get("/device", house.client)
            let typed = ParameterList(["user_code": userCode, "csrf": try #require(entry.formToken)])
            let page = try await browser.post("/device", form: typed, house.client)
            let decision = ParameterList([
                "user_code": try #require(page.field("user_code")), "session": try #require(page.field("session")),
                "csrf": try #require(page.formToken), "decision": "allow",
            ])
            _ = try await browser.post("/device", form: decision, house.client)
            let poll = ParameterList([
                "grant_type": grant, "device_code": try #require(started["device_code"]?.stringValue),
                "client_id": "television",
            ])
            let first = try await house.token(poll, as: nil, proofs: [try maker.proof(house)])
            #expect(try first.json()["token_type"] == "DPoP", "\(first.text)")
            let again = ParameterList([
                "grant_type": "refresh_token", "client_id": "television",
                "refresh_token": try #require(try first.json()["refresh_token"]?.stringValue),
            ])
            #expect(try await house.token(again, as: nil).error == "invalid_grant")
            #expect(try await house.token(again, as: nil, proofs: [try other.proof(house)]).error == "invalid_grant")
            let next = try await house.token(again, as: nil, proofs: [try maker.proof(house)])
            #expect(try next.json()["token_type"] == "DPoP", "\(next.text)")
        }
    }
}
