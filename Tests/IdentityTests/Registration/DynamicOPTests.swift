import Core
import Cryptography
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

/// One test a line of the plan `oidcc-dynamic-certification-test-plan` that concerns registration; keys and request
/// objects have suites of their own.
@Suite("OpenID Foundation plan: Dynamic OP")
struct DynamicOPTests {
    static func initialToken(_ house: House, uses: Int = 100, requirePKCE: Bool = true) async throws -> String {
        let tokens = InitialTokens(database: house.database, crypto: House.crypto, surroundings: house.surroundings)
        return try await tokens.make(label: "test", uses: uses, life: .days(1), requirePKCE: requirePKCE).secret
            .reveal()
    }

    static func register(_ house: House, _ body: String, token: String? = nil) async throws -> TestResponse {
        let token = if let token { token } else { try await initialToken(house) }
        return try await house.client.send(
            .post, "/oauth2/register", [.authorization: "Bearer " + token, .contentType: "application/json"], body: body
        )
    }

    /// Metadata with some members replaced.
    static func metadata(_ members: String = "") -> String {
        #"{"redirect_uris": ["https://rp.example/callback"], "client_name": "RP""#
            + (members.isEmpty ? "" : ", " + members)
            + "}"
    }

    /// A registered client as an attempt knows it.
    struct Party {
        let id: String
        let secret: String
        let redirectURI: String

        init(_ response: TestResponse) throws {
            let json = try response.json()
            id = try #require(json["client_id"]?.stringValue, "\(response.text)")
            secret = json["client_secret"]?.stringValue ?? ""
            redirectURI = try #require(json["redirect_uris"]?.arrayValue?.first?.stringValue)
        }

        private init(id: String, secret: String, redirectURI: String) {
            self.id = id
            self.secret = secret
            self.redirectURI = redirectURI
        }

        /// The same client with the secret it was given earlier.
        func with(_ secret: String) -> Party { Party(id: id, secret: secret, redirectURI: redirectURI) }

        var attempt: Attempt { Attempt(client: id, redirectURI: redirectURI) }
    }

    /// Registers, signs in and redeems the code.
    static func signIn(_ house: House, _ party: Party, _ attempt: Attempt? = nil) async throws -> JSONValue {
        let attempt = attempt ?? party.attempt
        var browser = Browser()
        var end = try await house.authorize(attempt, &browser)
        if end.page?.text.contains("name=\"password\"") == true { end = try await house.signIn(end, &browser) }
        end = try await consent(end, house, &browser)
        let code = try #require(try end.answer?.single("code"), "\(end.page?.text ?? end.address ?? "")")
        let answer = try await house.token(house.tokenForm(attempt, code: code), as: party.id + ":" + party.secret)
        #expect(answer.status == .ok, "\(answer.text)")
        return try answer.json()
    }

    /// Says yes where the server asks.
    static func consent(_ end: FlowEnd, _ house: House, _ browser: inout Browser) async throws -> FlowEnd {
        guard let page = end.page, case .page(_, let path) = end, path.hasPrefix("/consent"),
            let token = page.formToken
        else { return end }
        var form = ParameterList(["csrf": token, "decision": "allow"])
        form.append("session", try #require(page.field("session")))
        if let handle = page.field("request") { form.append("request", handle) }
        let answer = try await browser.post("/consent", form: form, house.client)
        return try await browser.follow(answer, at: "/consent", origin: House.issuer, house.client)
    }

    @Test func `oidcc-server: a registered client signs in`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let response = try await Self.register(house, Self.metadata())
            #expect(response.status == .created && response.headers[.cacheControl] == "no-store")
            let json = try response.json()
            #expect(json["client_secret_expires_at"] == 0 && json["client_id_issued_at"]?.integerValue != nil)
            #expect(json["token_endpoint_auth_method"] == "client_secret_basic" && json["application_type"] == "web")
            #expect(json["grant_types"]?.arrayValue == ["authorization_code"])
            let tokens = try await Self.signIn(house, try Party(response))
            #expect(tokens["id_token"]?.stringValue != nil)
        }
    }

    @Test func `RFC 7591 §2.2: a name in English is read back, and shown to who reads English`() async throws {
        try await House.run { house in
            let response = try await Self.register(house, Self.metadata(#""client_name#en": "Land Office""#))
            #expect(try response.json()["client_name#en"] == "Land Office")
            #expect(try response.json()["client_name"] == "RP")
            let attempt = try Party(response).attempt
            for (language, lead) in [("en", "go on to Land Office."), ("zh-CN", "继续使用RP。")] {
                var browser = Browser()
                let page = try #require(try await house.authorize(attempt.with("ui_locales", language), &browser).page)
                #expect(page.text.contains(lead), "\(page.text)")
            }
        }
    }

    @Test func `oidcc-idtoken-rs256: RS256 is what a registration without an algorithm gets`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let party = try Party(try await Self.register(house, Self.metadata()))
            let token = try #require(try await Self.signIn(house, party)["id_token"]?.stringValue)
            let header = try JSONParser.parse(try #require(Base64URL.decode(token.split(separator: ".")[0])))
            #expect(header["alg"] == "RS256")
            let other = try Party(
                try await Self.register(house, Self.metadata(#""id_token_signed_response_alg": "ES256""#)))
            let second = try #require(try await Self.signIn(house, other)["id_token"]?.stringValue)
            #expect(
                try JSONParser.parse(try #require(Base64URL.decode(second.split(separator: ".")[0])))["alg"] == "ES256")
        }
    }

    @Test(arguments: ["id_token_signed_response_alg", "userinfo_signed_response_alg", "request_object_signing_alg"])
    func `oidcc-idtoken-unsigned: none is refused for every signature`(member: String) async throws {
        try await House.run { house in
            let response = try await Self.register(house, Self.metadata("\"\(member)\": \"none\""))
            #expect(response.status == .badRequest && response.error == "invalid_client_metadata")
        }
    }

    @Test func `oidcc-userinfo-rs256: the algorithm of userinfo is kept and read back`() async throws {
        try await House.run { house in
            let response = try await Self.register(house, Self.metadata(#""userinfo_signed_response_alg": "RS256""#))
            #expect(try response.json()["userinfo_signed_response_alg"] == "RS256")
        }
    }

    @Test func `oidcc-ensure-redirect-uri-in-authorization-request: none sent is a page`() async throws {
        try await House.run { house in
            let party = try Party(
                try await Self.register(
                    house, #"{"redirect_uris": ["https://rp.example/a", "https://rp.example/b"]}"#))
            let uri = "/oauth2/authorize?response_type=code&scope=openid&client_id=" + party.id
            let response = try await house.client.get(uri, [.accept: "text/html"])
            #expect(response.status == .badRequest && response.headers[.location] == nil)
        }
    }

    @Test func `oidcc-redirect-uri-query: a registered query is kept, a changed or added one is a page`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let party = try Party(
                try await Self.register(house, #"{"redirect_uris": ["https://rp.example/cb?foo=bar"]}"#))
            var browser = Browser()
            var end = try await house.authorize(party.attempt, &browser)
            end = try await Self.consent(try await house.signIn(end, &browser), house, &browser)
            #expect(end.address?.hasPrefix("https://rp.example/cb?foo=bar&code=") == true)
            for uri in ["https://rp.example/cb?foo=baz", "https://rp.example/cb?foo=bar&x=1", "https://rp.example/cb"] {
                var attempt = party.attempt
                attempt.redirectURI = uri
                let response = try await house.client.get(attempt.uri, browser.headers)
                #expect(response.status == .badRequest && response.headers[.location] == nil)
            }
        }
    }

    @Test(arguments: [
        "https://rp.example/cb#fragment", "javascript:alert(1)", "data:text/html,x", "http://rp.example/cb",
        "http://localhost/cb", "http://127.0.0.1/cb", "https://rp.example/../cb", "com.example.app:/cb", "", "/cb",
    ])
    func `oidcc-redirect-uri-regfrag: an unsafe redirect URI is refused`(uri: String) async throws {
        try await House.run { house in
            let response = try await Self.register(house, "{\"redirect_uris\": [\"\(uri)\"]}")
            #expect(response.status == .badRequest)
            #expect(response.error == "invalid_redirect_uri", "\(response.text)")
        }
    }

    @Test func `oidcc-registration-policy-uri and -tos-uri: linked on the sign-in page`() async throws {
        try await House.run { house in
            let party = try Party(
                try await Self.register(
                    house,
                    Self.metadata(
                        #""policy_uri": "https://rp.example/privacy?a=1&b=2", "tos_uri": "https://rp.example/terms""#)))
            var browser = Browser()
            let page = try #require(try await house.authorize(party.attempt, &browser).page)
            #expect(page.text.contains(#"href="https://rp.example/privacy?a=1&amp;b=2""#))
            #expect(page.text.contains(#"href="https://rp.example/terms""#))
        }
    }

    @Test func `oidcc-registration-logo-uri: our own copy of the logo is shown, never theirs`() async throws {
        try await House.run { house in
            let logo = "https://rp.example/logo.png"
            house.outbound.publish(bytes: LogoSamples.png, at: logo)
            let party = try Party(try await Self.register(house, Self.metadata("\"logo_uri\": \"\(logo)\"")))
            try await LogoSamples.deliver(house)
            var browser = Browser()
            let page = try #require(try await house.authorize(party.attempt, &browser).page)
            #expect(!page.text.contains(logo))
            let path = try #require(page.text.firstMatch(of: /\/client-logos\/[A-Za-z0-9_-]+/)?.output)
            let picture = try await house.client.get(String(path))
            #expect(picture.headers[.contentType] == "image/png")
            #expect(Array(picture.body.readableBytesView) == LogoSamples.png)
        }
    }

    @Test func `oidcc-registration-jwks-uri: the address of the keys is kept, by value and address together refused`()
        async throws
    {
        try await House.run { house in
            let response = try await Self.register(
                house,
                Self.metadata(
                    #""token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://rp.example/keys""#))
            #expect(response.status == .created, "\(response.text)")
            #expect(try response.json()["client_secret"] == nil)
            #expect(try response.json()["jwks_uri"] == "https://rp.example/keys")
            let none = try await Self.register(
                house, Self.metadata(#""token_endpoint_auth_method": "private_key_jwt""#))
            #expect(none.error == "invalid_client_metadata")
        }
    }

    /// Key sets are kept for a minute and read again for a key that is not among them.
    @Test func `oidcc-refresh-token-rp-key-rotation: a new key at jwks_uri is good at once, the one before no more`()
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            let uri = "https://rp.example/keys"
            let old = try ClientKey.es256.get()
            let new = ClientKey(key: try SigningKey.generate(.es256))
            house.outbound.publish(old.jwks, at: uri)
            let party = try Party(
                try await Self.register(
                    house,
                    Self.metadata(
                        #""token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "\#(uri)", "#
                            + #""grant_types": ["authorization_code", "refresh_token"]"#)))
            func redeem(_ form: ParameterList, by key: ClientKey) async throws -> TestResponse {
                let claims = Assertion(party.id, at: house.clock.now(), id: house.surroundings.newID())
                return try await house.token(form, assertion: try key.sign(claims.json))
            }
            func refresh(after answer: TestResponse, by key: ClientKey) async throws -> TestResponse {
                let token = try #require(try answer.json()["refresh_token"]?.stringValue, "\(answer.text)")
                let form = ParameterList(["grant_type": "refresh_token", "refresh_token": token])
                return try await redeem(form, by: key)
            }
            var browser = Browser()
            let page = try await house.signIn(try await house.authorize(party.attempt, &browser), &browser)
            let end = try await Self.consent(page, house, &browser)
            let code = try #require(try end.answer?.single("code"))
            let first = try await redeem(house.tokenForm(party.attempt, code: code), by: old)
            #expect(try await refresh(after: first, by: new).error == "invalid_client", "not published yet")
            house.outbound.publish(new.jwks, at: uri)
            house.clock.advance(by: RemoteKeySets.leastPause)
            let second = try await refresh(after: first, by: new)
            #expect(second.status == .ok, "\(second.text)")
            #expect(try await refresh(after: second, by: old).error == "invalid_client")
            house.clock.advance(by: RemoteKeySets.trustedFor)
            #expect(try await refresh(after: second, by: old).error == "invalid_client")
            #expect(try await refresh(after: second, by: new).status == .ok)
        }
    }

    @Test func `oidcc-registration-sector-uri: accepted when the document names every redirect URI`() async throws {
        try await House.run { house in
            let sector = "https://sector.example/uris.json"
            house.outbound.publish(#"["https://rp.example/callback", "https://other.example/"]"#, at: sector)
            let body = Self.metadata(#""subject_type": "pairwise", "sector_identifier_uri": "\#(sector)""#)
            let response = try await Self.register(house, body)
            #expect(response.status == .created, "\(response.text)")
            #expect(try response.json()["subject_type"] == "pairwise")
        }
    }

    @Test(arguments: [#"["https://other.example/"]"#, #"{"a": 1}"#, "not json", ""])
    func `oidcc-registration-sector-bad: refused when it does not`(document: String) async throws {
        try await House.run { house in
            let sector = "https://sector.example/uris.json"
            if !document.isEmpty { house.outbound.publish(document, at: sector) }
            let body = Self.metadata(#""subject_type": "pairwise", "sector_identifier_uri": "\#(sector)""#)
            let response = try await Self.register(house, body)
            #expect(response.status == .badRequest, "\(response.text)")
            #expect(["invalid_client_metadata", "invalid_redirect_uri"].contains(response.error))
        }
    }
}

/// `oidcc-3rd-party-init-login-certification-test-plan`.
@Suite("OpenID Foundation plan: 3rd-party init")
struct ThirdPartyInitTests {
    @Test func `oidcc-3rd_party-init-login: initiate_login_uri is stored and read back`() async throws {
        try await House.run { house in
            let body = DynamicOPTests.metadata(#""initiate_login_uri": "https://rp.example/start""#)
            let made = try await DynamicOPTests.register(house, body).json()
            #expect(made["initiate_login_uri"] == "https://rp.example/start")
            let uri = try #require(made["registration_client_uri"]?.stringValue?.dropFirst(House.issuer.count))
            let token = try #require(made["registration_access_token"]?.stringValue)
            let read = try await house.client.get(String(uri), [.authorization: "Bearer " + token]).json()
            #expect(read["initiate_login_uri"] == "https://rp.example/start")
        }
    }

    @Test(arguments: ["http://rp.example/start", "http://localhost/start", "javascript:x", "com.example.app:/start"])
    func `oidcc-3rd_party-init-login-nohttps: anything but https is refused`(uri: String) async throws {
        try await House.run { house in
            let body = DynamicOPTests.metadata("\"initiate_login_uri\": \"\(uri)\"")
            let answer = try await DynamicOPTests.register(house, body)
            #expect(answer.error == "invalid_client_metadata")
        }
    }
}
