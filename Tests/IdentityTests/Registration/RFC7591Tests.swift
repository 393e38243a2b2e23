import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7591, OpenID Connect Registration 1.0: every refusal, and what is answered")
struct RFC7591Tests {
    /// A request to register and the code it is refused with.
    struct Row: Sendable {
        let body: String
        let error: String
        /// The member at fault, which the description names.
        var member: String?

        /// One member beside good ones.
        init(_ member: String, _ value: String, and more: String = "") {
            let others = more.isEmpty ? "" : ", " + more
            self.init(
                body: DynamicOPTests.metadata("\"\(member)\": \(value)\(others)"), "invalid_client_metadata", member)
        }

        init(body: String, _ error: String, _ member: String? = nil) {
            self.body = body
            self.error = error
            self.member = member
        }
    }

    /// The public key of RFC 7517 Appendix A.1, without its name.
    private static let key = """
        "kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
        """
    private static let jwks = "{\"keys\": [{\(key)}]}"
    private static let byKey = #""token_endpoint_auth_method": "private_key_jwt""#

    /// §2 `redirect_uris`; OpenID Connect Registration §2 `application_type`.
    static let addresses = [
        "{}", #"{"redirect_uris": []}"#, #"{"redirect_uris": null}"#,
        #"{"redirect_uris": "https://rp.example/callback"}"#, #"{"redirect_uris": [7]}"#,
        #"{"redirect_uris": [""]}"#,
        #"{"redirect_uris": ["https://rp.example/a", "http://rp.example/b"]}"#,
        #"{"redirect_uris": ["https://rp.example/a", "https://rp.example/a"]}"#,
        #"{"redirect_uris": ["http://rp.example/a"], "application_type": "native"}"#,
        #"{"redirect_uris": ["com.example.app:/a"], "application_type": "native"}"#,
        #"{"redirect_uris": ["com.example.app:/a"], "token_endpoint_auth_method": "none"}"#,
        """
        {"redirect_uris": ["app:/a"], "application_type": "native", "token_endpoint_auth_method": "none"}
        """,
    ].map { Row(body: $0, "invalid_redirect_uri", "redirect_uris") }

    /// §2 and §2.1, member by member.
    static let metadata: [Row] = [
        Row(
            body: #"{"redirect_uris": ["https://rp.example/callback"], "client_name": 7}"#,
            "invalid_client_metadata", "client_name"),
        Row(
            body: #"{"redirect_uris": ["https://rp.example/callback"], "client_name": ""}"#,
            "invalid_client_metadata", "client_name"),
        Row("client_name#en", #""a\u202Eb""#),
        Row("contacts", "[7]"), Row("contacts", #""ops@rp.example""#), Row("scope", #"["openid"]"#),
        Row("scope", "7"), Row("application_type", "7"), Row("require_auth_time", #""true""#),
        Row("default_max_age", #""60""#), Row("default_max_age", "1.5"), Row("subject_type", "7"),
        Row("grant_types", #""authorization_code""#), Row("grant_types", #"["refresh_token"]"#),
        Row("grant_types", #"["authorization_code", "implicit"]"#), Row("response_types", #""code""#),
        Row("response_types", #"["id_token"]"#), Row("response_types", #"["code", "token"]"#),
        Row("id_token_signed_response_alg", #""x\"\\é\n<b>""#),
        Row("jwks", jwks, and: byKey + #", "jwks_uri": "https://rp.example/keys""#),
        Row("jwks", "{\"keys\": [{\(key), \"d\": \"870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE\"}]}"),
        Row("jwks", #"{"keys": [{"kty": "oct", "k": "c2VjcmV0LW9mLWEtc3lzdGVt"}]}"#),
        Row("jwks", #"{"keys": [{"kty": "XYZ"}]}"#), Row("jwks", #"{"keys": {}}"#), Row("jwks", #""keys""#),
        Row("token_endpoint_auth_signing_alg", #""none""#, and: byKey + ", \"jwks\": " + jwks),
        Row("token_endpoint_auth_signing_alg", #""HS256""#, and: byKey + ", \"jwks\": " + jwks),
        Row("initiate_login_uri", #""https://rp.example/start#x""#),
        Row("sector_identifier_uri", #""https://rp.example/uris#x""#),
        Row("post_logout_redirect_uris", #"["http://localhost/bye"]"#),
        Row("post_logout_redirect_uris", #"["https://rp.example/bye#x"]"#),
        Row("post_logout_redirect_uris", #"["javascript:alert(1)"]"#),
        Row("frontchannel_logout_uri", #""https://other.example/out""#),
        Row("frontchannel_logout_uri", #""https://rp.example:8443/out""#),
        Row("frontchannel_logout_uri", #""http://rp.example/out""#),
        Row("frontchannel_logout_uri", #""https://rp.example/out#x""#),
        Row("frontchannel_logout_uri", #""/out""#),
        Row("frontchannel_logout_session_required", "true"),
        Row("backchannel_logout_session_required", "true"),
        Row("backchannel_logout_uri", #""/out""#), Row("backchannel_logout_uri", #""com.example.app:/out""#),
        Row(
            body: #"{"redirect_uris": ["http://rp.example/"], "subject_type": "x"}"#, "invalid_client_metadata",
            "redirect_uris"),
    ]

    /// No encryption is offered, and to pass such a wish over would send in the open what was to be sealed.
    static let encryption = [
        "id_token_encrypted_response_alg", "id_token_encrypted_response_enc", "userinfo_encrypted_response_alg",
        "userinfo_encrypted_response_enc", "authorization_encrypted_response_alg", "request_object_encryption_alg",
        "request_object_encryption_enc",
    ].map { Row($0, #""RSA-OAEP""#) }

    /// Pages that people read and endpoints that are called.
    static let pages = [
        "client_uri", "logo_uri", "policy_uri", "tos_uri", "jwks_uri", "backchannel_logout_uri",
    ].flatMap { (member: String) -> [Row] in
        ["http://localhost/x", "https://rp.example/x#y", "javascript:alert(1)"].map { Row(member, "\"" + $0 + "\"") }
    }

    /// §2.3.
    static let statements = [
        ("7", "invalid_software_statement"), ("{}", "invalid_software_statement"),
        ("\"\"", "invalid_software_statement"), (#""a.b""#, "invalid_software_statement"),
        (#""e30.!.e30""#, "invalid_software_statement"), (#""e30..e30""#, "invalid_software_statement"),
        (#""eyJhbGciOiJFUzI1NiJ9.e30.AAAA""#, "unapproved_software_statement"),
    ].map { value, error in Row(body: DynamicOPTests.metadata("\"software_statement\": " + value), error) }

    @Test(arguments: [addresses, metadata, encryption, pages, statements])
    func `§3.2.2: a request that is refused says why, registers nobody and takes no use of its token`(
        rows: [Row]
    ) async throws {
        try await House.run { house in
            let tokens = InitialTokens(
                database: house.database, crypto: House.crypto, surroundings: house.surroundings)
            let made = try await tokens.make(label: "", uses: 2, life: .days(1))
            let before = try await house.count("identity_client", where: "1 = 1")
            for row in rows {
                let answer = try await DynamicOPTests.register(house, row.body, token: made.secret.reveal())
                #expect(answer.status == .badRequest && answer.error == row.error, "\(row.body): \(answer.text)")
                #expect(answer.headers[.contentType]?.hasPrefix("application/json") == true, "\(row.body)")
                #expect(answer.headers[.cacheControl] == "no-store" && answer.headers[.wwwAuthenticate] == nil)
                let why = try answer.json()["error_description"]?.stringValue ?? ""
                let isNamed = row.member.map { why.contains($0 + ": ") } ?? !why.isEmpty
                #expect(isNamed, "\(row.body): \(why)")
                // RFC 6749 Appendix A.8.
                let isPlain = why.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
                #expect(isPlain, "\(why)")
            }
            #expect(try await house.count("identity_client", where: "1 = 1") == before)
            #expect(try await tokens.list().map(\.usesLeft) == [2])
        }
    }

    @Test func `§2: members that are not known here, or not for systems to say, change nothing`() async throws {
        try await House.run { house in
            let answer = try await DynamicOPTests.register(
                house,
                DynamicOPTests.metadata(
                    """
                    "x_unknown": {"a": [1]}, "client_name#fr": "Nom", "tos_uri#en": "javascript:alert(1)",
                    "request_uris": ["http://rp.example/r"], "client_id": "department",
                    "client_secret": "my-own-choice", "registration_access_token": "my-own-choice",
                    "client_secret_expires_at": 9, "client_id_issued_at": 1, "software_statement": null,
                    "require_consent": false, "may_impersonate": true, "require_pkce": false
                    """))
            #expect(answer.status == .created, "\(answer.text)")
            let json = try answer.json()
            // Everything registered and no more, defaults among them (§3.2.1).
            let members = Set((json.objectMembers ?? []).map(\.name))
            #expect(
                members == [
                    "client_id", "client_id_issued_at", "client_secret", "client_secret_expires_at",
                    "registration_access_token", "registration_client_uri", "client_name", "application_type",
                    "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types", "scope",
                    "id_token_signed_response_alg", "authorization_signed_response_alg",
                ])
            let id = try #require(json["client_id"]?.stringValue)
            #expect(id != "department" && json["client_id_issued_at"]?.integerValue == house.clock.now().seconds)
            #expect(json["client_secret"] != "my-own-choice" && json["client_secret_expires_at"] == 0)
            #expect(json["registration_access_token"] != "my-own-choice")
            #expect(json["registration_client_uri"]?.stringValue == House.issuer + "/oauth2/register/" + id)
            #expect(answer.headers[.contentType]?.hasPrefix("application/json") == true)
            let client = try #require(try await house.provider.registry.record(id)?.client)
            #expect(client.policy.asksConsent && client.requiresPKCE && client.policy.mayImpersonate == nil)
        }
    }

    @Test func `§3.2.1: who needs no secret gets none, and no time at which it expires`() async throws {
        try await House.run { house in
            for members in [
                #""token_endpoint_auth_method": "none", "application_type": "native""#,
                Self.byKey + ", \"jwks\": " + Self.jwks,
            ] {
                let answer = try await DynamicOPTests.register(house, DynamicOPTests.metadata(members))
                #expect(answer.status == .created, "\(answer.text)")
                let json = try answer.json()
                #expect(json["client_secret"] == nil && json["client_secret_expires_at"] == nil, "\(members)")
            }
        }
    }

    @Test func `§2.1: grants and response types are answered as they belong together`() async throws {
        try await House.run { house in
            let device = Client.GrantType.deviceCode.rawValue
            let rows: [(members: String, grants: [String], types: [String])] = [
                (#""grant_types": []"#, ["authorization_code"], ["code"]),
                (#""response_types": []"#, ["authorization_code"], ["code"]),
                (#""response_types": ["code"]"#, ["authorization_code"], ["code"]),
                ("\"grant_types\": [\"\(device)\"], \"response_types\": [\"code\"]", [device], []),
            ]
            for (members, grants, types) in rows {
                let answer = try await DynamicOPTests.register(house, DynamicOPTests.metadata(members))
                #expect(answer.status == .created, "\(answer.text)")
                #expect(try answer.json()["grant_types"] == JSONValue.strings(grants), "\(members)")
                #expect(try answer.json()["response_types"] == JSONValue.strings(types), "\(members)")
            }
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1/callback", "client_secret_basic"), ("http://[::1]:7000/callback", "none"),
        ("http://localhost:7000/callback", "none"), ("com.example.app:/callback", "none"),
        ("https://app.example/callback", "none"),
    ])
    func `OpenID Connect Registration §2, RFC 8252 §7: addresses of native applications`(uri: String, method: String)
        async throws
    {
        try await House.run { house in
            let answer = try await DynamicOPTests.register(
                house,
                """
                {"redirect_uris": ["\(uri)"], "application_type": "native", "token_endpoint_auth_method": "\(method)"}
                """)
            #expect(answer.status == .created, "\(answer.text)")
            #expect(try answer.json()["application_type"] == "native")
        }
    }

    @Test func `§3: an initial access token is a bearer token in the header and nowhere else`() async throws {
        try await House.run { house in
            let token = try await DynamicOPTests.initialToken(house)
            let own = try await DynamicOPTests.register(house, DynamicOPTests.metadata(), token: token).json()
            let ownToken = try #require(own["registration_access_token"]?.stringValue)
            let plain = "Bearer realm=\"yimen\""
            let named = plain + ", error=\"invalid_token\""
            func post(_ headers: HTTPFields, to path: String = "/oauth2/register") async throws -> TestResponse {
                var headers = headers
                headers[.contentType] = "application/json"
                return try await house.client.send(.post, path, headers, body: DynamicOPTests.metadata())
            }
            var twice: HTTPFields = [.authorization: "Bearer " + token]
            twice.append(HTTPField(name: .authorization, value: "Bearer " + token))
            let rows: [(headers: HTTPFields, challenge: String)] = [
                ([:], plain), ([.authorization: "Basic YTpi"], plain), ([.authorization: "Bearer"], plain),
                ([.authorization: "Bearer wrong"], named), ([.authorization: "Bearer a b"], named),
                ([.authorization: "DPoP " + token], named), ([.authorization: "Bearer " + ownToken], named),
                (twice, named),
            ]
            for (headers, challenge) in rows {
                let answer = try await post(headers)
                #expect(answer.status == .unauthorized && answer.error == "invalid_token", "\(headers)")
                #expect(answer.headers[.wwwAuthenticate] == challenge, "\(headers)")
                #expect(answer.headers[.cacheControl] == "no-store")
            }
            #expect(try await post([:], to: "/oauth2/register?access_token=" + token).status == .unauthorized)
            #expect(try await post([.authorization: "bearer " + token]).status == .created)
        }
    }
}
