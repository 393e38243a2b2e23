import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

/// An authorization request as the claims of a request object, right unless changed.
struct RequestObject {
    var claims: [(String, JSONValue)]

    init(_ attempt: Attempt = Attempt(), at now: Instant) {
        claims = [
            ("iss", .string(attempt.client)), ("aud", .string(House.issuer)), ("nbf", .integer(now.seconds)),
            ("exp", .integer(now.seconds + 300)), ("iat", .integer(now.seconds)), ("jti", "object-1"),
        ]
        claims += attempt.request.items.map { ($0.name, .string($0.value)) }
    }

    func with(_ name: String, _ value: JSONValue?) -> RequestObject {
        var copy = self
        copy.claims.removeAll { $0.0 == name }
        if let value { copy.claims.append((name, value)) }
        return copy
    }

    var json: JSONValue { .object(claims.map { JSONValue.Member($0.0, $0.1) }) }

    func signed(by key: ClientKey, type: String = "oauth-authz-req+jwt") throws -> String {
        try key.sign(json, type: type)
    }
}

extension House {
    /// `department` with a key for request objects beside its secret.
    func addObjectClient(_ key: ClientKey, change: (inout Client) -> Void = { _ in }) async throws {
        try await addClient()
        try await self.change {
            $0.keys = ClientKeys(jwks: key.jwks)
            change(&$0)
        }
    }

    static func address(object: String, client: String = "department", _ beside: String = "") -> String {
        "/oauth2/authorize?" + ParameterList(["client_id": client, "request": object]).encoded + beside
    }
}

@Suite("RFC 9101 request objects")
struct RFC9101Tests {
    @Test(arguments: Backend.available, SignatureAlgorithm.allCases)
    func `§6.2 a signed object leads to a code, by value and pushed`(backend: Backend, algorithm: SignatureAlgorithm)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addCitizen()
            let key = ClientKey(key: try SigningKey.generate(algorithm))
            try await house.addObjectClient(key)
            let object = try RequestObject(at: house.clock.now()).signed(by: key)
            var browser = Browser()
            let end = try await house.signIn(try await house.open(House.address(object: object), &browser), &browser)
            #expect(try end.answer?.single("state") == "st/ate 1")
            let code = try #require(try end.answer?.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            #expect(try house.claims(try #require(body["id_token"]?.stringValue))["nonce"]?.stringValue == "n-1")

            let pushed = try await house.push(ParameterList(["request": object]))
            #expect(pushed.status == .created, "\(pushed.text)")
            let uri = try #require(try pushed.json()["request_uri"]?.stringValue)
            #expect(try await house.open(House.address(uri), &browser).answer?.single("code") != nil)
        }
    }

    @Test func `§6.3 what stands beside the object is never used`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key)
            let object = try RequestObject(Attempt().with("state", nil), at: house.clock.now()).signed(by: key)
            let beside = "&state=outside&nonce=outside&prompt=none&redirect_uri=https%3A%2F%2Fevil.example"
            var browser = Browser()
            let end = try await house.open(House.address(object: object, beside), &browser)
            let answer = try #require(try await house.signIn(end, &browser).answer)
            #expect(!answer.contains("state"))
            let code = try #require(try answer.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            #expect(try house.claims(try #require(body["id_token"]?.stringValue))["nonce"]?.stringValue == "n-1")
            // The same at the pushed endpoint.
            let form = ParameterList(["request": object, "state": "outside", "scope": "unheard-of"])
            let uri = try #require(try await house.push(form).json()["request_uri"]?.stringValue)
            let second = try #require(try await house.open(House.address(uri), &browser).answer)
            #expect(try second.single("code") != nil && !second.contains("state"))
        }
    }

    @Test(arguments: [false, true])
    func `§6, §10 every fault of the object is invalid_request_object`(fapi2: Bool) async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            let stranger = ClientKey(key: try SigningKey.generate(.es256))
            try await house.addObjectClient(key) {
                $0.policy.fapi2 = fapi2
                $0.insistsOnPKCE = true
                // FAPI 2.0 knows no secrets.
                if fapi2 { ($0.authMethod, $0.secretHash) = (.privateKeyJWT, nil) }
            }
            let push: (String) async throws -> TestResponse = { object in
                let form = ParameterList(["request": object])
                guard fapi2 else { return try await house.push(form) }
                let claims = Assertion("department", at: house.clock.now(), id: house.surroundings.newID())
                return try await house.push(
                    form.adding("client_assertion_type", AssertionCredentials.type)
                        .adding("client_assertion", try key.sign(claims.json)), as: nil)
            }
            let now = house.clock.now().seconds
            let good = RequestObject(at: house.clock.now())
            var wrong: [(String, JSONValue?)] = [
                ("iss", "other"), ("iss", 7), ("aud", "https://else.example"),
                ("aud", .strings(["https://else.example"])),
                ("aud", .array([])), ("exp", .integer(now)), ("exp", "soon"), ("nbf", .integer(now + 61)),
                ("iat", .integer(now + 61)), ("client_id", nil), ("client_id", "other"), ("client_id", 7),
                ("sub", "department"), ("request", "x"), ("request_uri", "https://else.example"),
                ("resource", .array([1])), ("prompt", .array(["login"])), ("prompt", true), ("max_age", .number(0.5)),
                ("max_age", true), ("max_age", .object([JSONValue.Member]())), ("scope", .array(["openid"])),
                ("acr_values", .array(["L3"])), ("claims", .array([])), ("nonce", false),
            ]
            if fapi2 {
                wrong += [
                    ("aud", nil), ("exp", nil), ("exp", .integer(now + 3700)), ("nbf", nil),
                    ("nbf", .integer(now - 3700)),
                ]
            }
            for (name, value) in wrong {
                let object = try good.with(name, value).signed(by: key)
                let response = try await push(object)
                #expect(response.status == .badRequest, "\(name) \(String(describing: value))")
                #expect(response.error == "invalid_request_object", "\(name) \(String(describing: value))")
            }
            let body = String(decoding: good.json.encoded(), as: UTF8.self)
            var forged = [
                try good.signed(by: stranger), try good.signed(by: key, type: "at+jwt"), "x", "a.b.c",
                Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + "." + Base64URL.encode(Array(body.utf8)) + ".",
                try key.sign(header: #"{"alg":"HS256","kid":"\#(key.kid)"}"#, payload: body),
                try key.sign(header: #"{"alg":"RS256","kid":"\#(key.kid)"}"#, payload: body),
                try key.sign(
                    header: #"{"alg":"ES256","kid":"\#(key.kid)","jku":"https://evil.example"}"#, payload: body),
                try key.sign(
                    header: #"{"alg":"ES256","kid":"\#(key.kid)"}"#,
                    payload: #"{"client_id":"department","client_id":"department"}"#),
            ]
            let valid = try good.signed(by: key)
            forged.append(String(valid.dropLast(4)) + "AAAA")
            for object in forged {
                #expect(try await push(object).error == "invalid_request_object")
            }
            // The developer reads which of the many ways it was.
            for (object, advice) in [
                (try good.signed(by: key, type: "at+jwt"), "typ"), (String(valid.dropLast(4)) + "AAAA", "signed"),
                (try good.signed(by: stranger), "kid"), ("a.b.c", "compact form"),
            ] {
                let said = try await push(object).json()["error_description"]?.stringValue ?? ""
                #expect(said.contains(advice), "\(said)")
            }
            for (name, value) in [
                ("nbf", JSONValue.integer(now + 10)), ("iat", .integer(now + 10)),
                ("aud", .strings([House.issuer, "https://else.example"])),
                ("max_age", 60), ("max_age", .number(60)), ("prompt", .null), ("extension", .array([true])),
                ("extension", .object([JSONValue.Member]())),
            ] {
                let object = try good.with(name, value).signed(by: key)
                #expect(try await push(object).status == .created, "\(name)")
            }
        }
    }

    @Test func `RFC 6749 §3.1 a way of handing over that is sent empty is omitted`() async throws {
        try await House.run { house in
            try await house.addClient()
            let attempt = Attempt().with("request", "").with("request_uri", "").with("registration", "")
            var browser = Browser()
            #expect(try await house.authorize(attempt, &browser).page?.text.contains("name=\"password\"") == true)
            let pushed = try await house.push(attempt.request)
            #expect(pushed.status == .created, "\(pushed.text)")
            let uri = try #require(try pushed.json()["request_uri"]?.stringValue)
            let page = try await house.open(House.address(uri) + "&request=", &browser).page
            #expect(page?.text.contains("name=\"password\"") == true)
        }
    }

    @Test func `§6.1 the algorithm is the one registered`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key) { $0.policy.requestObjectAlgorithm = "PS256" }
            let object = try RequestObject(at: house.clock.now()).signed(by: key)
            #expect(try await house.push(ParameterList(["request": object])).error == "invalid_request_object")
        }
    }

    @Test func `a fault in the browser is told at the registered address outside, else on a page`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key)
            let object = try RequestObject(at: house.clock.now()).with("exp", 1).signed(by: key)
            var browser = Browser()
            let beside = "&redirect_uri=https%3A%2F%2Fdepartment.example%2Fcallback&state=s"
            let told = try await house.open(House.address(object: object, beside), &browser)
            #expect(try told.answer?.single("error") == "invalid_request_object")
            #expect(try told.answer?.single("state") == "s")
            for beside in ["", "&redirect_uri=https%3A%2F%2Fevil.example"] {
                let response = try await house.client.get(
                    House.address(object: object, beside), [.accept: "text/html"])
                #expect(response.status == .badRequest && response.headers[.location] == nil)
                #expect(response.text.contains("invalid_request_object"))
            }
        }
    }

    @Test func `a redirect URI inside the object is held against the registration`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key)
            for uri in ["https://evil.example/", "https://department.example/callback/"] {
                let object = try RequestObject(at: house.clock.now()).with("redirect_uri", .string(uri)).signed(by: key)
                let response = try await house.client.get(House.address(object: object), [.accept: "text/html"])
                #expect(response.status == .badRequest && response.headers[.location] == nil)
            }
            let without = try RequestObject(at: house.clock.now()).with("redirect_uri", nil).signed(by: key)
            #expect(try await house.push(ParameterList(["request": without])).error == "invalid_request")
        }
    }

    @Test func `the rules of the authorization endpoint hold inside, and JSON members are read as they are meant`()
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key) { $0.policy.audiences = ["https://a.example/", "https://b.example/"] }
            let good = RequestObject(at: house.clock.now())
            for (name, value, error) in [
                ("response_type", "token" as JSONValue, "unsupported_response_type"),
                ("code_challenge_method", "plain", "invalid_request"), ("max_age", -1, "invalid_request"),
                ("resource", .strings(["https://c.example/"]), "invalid_target"),
            ] {
                let object = try good.with(name, value).signed(by: key)
                #expect(try await house.push(ParameterList(["request": object])).error == error, "\(name)")
            }
            let rich = good.with("max_age", 600).with(
                "resource", .strings(["https://a.example/", "https://b.example/"])
            )
            .with("claims", .object(["userinfo": .object(["name": .null])]))
            var browser = Browser()
            let address = House.address(object: try rich.signed(by: key))
            let end = try await house.signIn(try await house.open(address, &browser), &browser)
            let code = try #require(try end.answer?.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            let claims = try house.claims(try #require(body["access_token"]?.stringValue))
            #expect(claims["aud"]?.arrayValue?.contains("https://b.example/") == true)
        }
    }

    @Test func `§10.5 a client that must sign is refused without`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key) { $0.policy.requireSignedRequests = true }
            var browser = Browser()
            #expect(try await house.authorize(Attempt(), &browser).answer?.single("error") == "invalid_request")
            #expect(try await house.push(Attempt().request).error == "invalid_request")
            // An empty parameter counts as none (RFC 6749 §3.1), here too.
            let empty = Attempt().with("request", "")
            #expect(try await house.authorize(empty, &browser).answer?.single("error") == "invalid_request")
            #expect(try await house.push(empty.request).error == "invalid_request")
            let object = try RequestObject(at: house.clock.now()).signed(by: key)
            #expect(try await house.open(House.address(object: object), &browser).page?.status == .ok)
        }
    }

    @Test func `§5 an object stands alone and once`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key)
            let object = try RequestObject(at: house.clock.now()).signed(by: key)
            let address = House.address(object: object)
            for more in ["&request=" + object, "&request=", "&request_uri=https%3A%2F%2Felse.example%2F"] {
                let response = try await house.client.get(address + more, [.accept: "text/html"])
                #expect(response.status == .badRequest && response.headers[.location] == nil, "\(more)")
            }
        }
    }

    @Test func `§5.2 a request_uri elsewhere is not fetched, a client without keys has no objects`() async throws {
        try await House.run { house in
            try await house.addClient()
            var browser = Browser()
            let outside = Attempt().with("request_uri", "https://department.example/request")
            #expect(
                try await house.authorize(outside, &browser).answer?.single("error") == "request_uri_not_supported")
            #expect(house.outbound.all.isEmpty)
            let unsigned = Attempt().with("request", "eyJhbGciOiJub25lIn0.e30.")
            #expect(try await house.authorize(unsigned, &browser).answer?.single("error") == "request_not_supported")
        }
    }
}
