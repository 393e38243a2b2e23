import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// Lines of `oidcc-dynamic-certification-test-plan` about what comes after the registration, with a system that proves
/// itself by `private_key_jwt`, as the plan registers one for each test.
@Suite("OpenID Foundation plan: Dynamic OP, after the registration")
struct DynamicOPPlanTests {
    /// - Parameter members: metadata beside the keys.
    private static func withParty(
        _ members: String = "",
        _ body: @Sendable @escaping (House, DynamicOPTests.Party, ClientKey) async throws -> Void
    ) async throws {
        try await House.run { house in
            try await house.addCitizen()
            let key = try ClientKey.rs256.get()
            let keys = #""token_endpoint_auth_method": "private_key_jwt", "jwks": "# + key.jwks
            let metadata = DynamicOPTests.metadata(members.isEmpty ? keys : keys + ", " + members)
            try await body(house, try DynamicOPTests.Party(try await DynamicOPTests.register(house, metadata)), key)
        }
    }

    /// From an address to where the browser ends, with a sign-in and a yes.
    private static func end(_ address: String, _ house: House) async throws -> FlowEnd {
        var browser = Browser()
        let page = try await house.open(address, &browser)
        return try await DynamicOPTests.consent(try await house.signIn(page, &browser), house, &browser)
    }

    private static func redeem(
        _ form: ParameterList, _ house: House, _ party: DynamicOPTests.Party, _ key: ClientKey,
        audience: String = House.issuer
    ) async throws -> TestResponse {
        let claims = Assertion(party.id, at: house.clock.now(), audience: audience, id: house.surroundings.newID())
        return try await house.token(form, assertion: try key.sign(claims.json))
    }

    @Test func `oidcc-discovery-endpoint-verification: where to register, and RS256 wherever something is signed`()
        async throws
    {
        try await House.run { house in
            let document = try await house.client.get("/.well-known/openid-configuration").json()
            #expect(document["registration_endpoint"]?.stringValue == House.issuer + "/oauth2/register")
            for name in ["id_token", "userinfo", "request_object", "token_endpoint_auth"] {
                let offered = document[name + "_signing_alg_values_supported"]?.arrayValue ?? []
                #expect(offered.contains("RS256") && !offered.contains("none"), "\(name)")
            }
            let methods = document["token_endpoint_auth_methods_supported"]?.arrayValue ?? []
            #expect(methods.contains("private_key_jwt") && methods.contains("client_secret_basic"))
        }
    }

    @Test func `oidcc-ensure-client-assertion-with-iss-aud-succeeds`() async throws {
        try await Self.withParty { house, party, key in
            let code = try #require(try await Self.end(party.attempt.uri, house).answer?.single("code"))
            let form = house.tokenForm(party.attempt, code: code)
            let refused = try await Self.redeem(form, house, party, key, audience: "https://else.example")
            #expect(refused.status == .unauthorized && refused.error == "invalid_client")
            let answer = try await Self.redeem(form, house, party, key, audience: House.issuer)
            #expect(answer.status == .ok, "\(answer.text)")
            let token = try #require(try answer.json()["id_token"]?.stringValue)
            #expect(try house.claims(token)["aud"]?.stringValue == party.id)
        }
    }

    @Test func `oidcc-userinfo-rs256: userinfo is signed as the registration asks`() async throws {
        try await Self.withParty(#""userinfo_signed_response_alg": "RS256""#) { house, party, key in
            let code = try #require(try await Self.end(party.attempt.uri, house).answer?.single("code"))
            let body = try await Self.redeem(house.tokenForm(party.attempt, code: code), house, party, key).json()
            let response = try await house.userInfo(try #require(body["access_token"]?.stringValue))
            #expect(response.status == .ok && response.headers[.contentType] == "application/jwt")
            #expect(try TokenSigner.peek(response.text).algorithm == .rs256)
            let keys = try VerificationKeys(jwks: try await house.client.get("/oauth2/jwks").json())
            let claims = try TokenSigner.verify(response.text, keys: keys, expectedTypes: ["JWT"])
            #expect(claims["iss"]?.stringValue == House.issuer && claims["aud"]?.stringValue == party.id)
            let token = try #require(body["id_token"]?.stringValue)
            #expect(try house.claims(token)["sub"] == claims["sub"] && claims["sub"] != nil)
        }
    }

    @Test func `oidcc-refresh-token: works, and is bound to its client`() async throws {
        let grants = #""grant_types": ["authorization_code", "refresh_token"]"#
        try await Self.withParty(grants) { house, party, key in
            let code = try #require(try await Self.end(party.attempt.uri, house).answer?.single("code"))
            let body = try await Self.redeem(house.tokenForm(party.attempt, code: code), house, party, key).json()
            let refresh = try #require(body["refresh_token"]?.stringValue)
            let form = ParameterList(["grant_type": "refresh_token", "refresh_token": refresh])
            let other = try DynamicOPTests.Party(
                try await DynamicOPTests.register(house, DynamicOPTests.metadata(grants)))
            let stolen = try await house.token(form, as: other.id + ":" + other.secret)
            #expect(stolen.status == .badRequest && stolen.error == "invalid_grant", "\(stolen.text)")
            let bare = try await house.token(form.adding("client_id", party.id), as: nil)
            #expect(bare.status == .unauthorized && bare.error == "invalid_client")
            let answer = try await Self.redeem(form, house, party, key)
            #expect(answer.status == .ok, "\(answer.text)")
            let first = try #require(body["id_token"]?.stringValue)
            let second = try #require(try answer.json()["id_token"]?.stringValue)
            #expect(try house.claims(first)["sub"] == house.claims(second)["sub"])
        }
    }

    @Test func `oidcc-ensure-request-object-with-redirect-uri: the address in the object counts`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let key = try ClientKey.rs256.get()
            let metadata =
                #"{"redirect_uris": ["https://rp.example/a", "https://rp.example/b"], "request_object_signing_alg": "#
                + #""RS256", "token_endpoint_auth_method": "private_key_jwt", "jwks": "# + key.jwks + "}"
            let party = try DynamicOPTests.Party(try await DynamicOPTests.register(house, metadata))
            var inside = party.attempt
            inside.redirectURI = "https://rp.example/b"
            let now = house.clock.now()
            let object = try RequestObject(inside, at: now).signed(by: key)
            let beside = "&redirect_uri=https%3A%2F%2Frp.example%2Fa"
            let end = try await Self.end(House.address(object: object, client: party.id, beside), house)
            #expect(end.address?.hasPrefix("https://rp.example/b?") == true, "\(end.page?.text ?? "")")
            // An address that is not registered is none, and nothing is sent to the one beside it.
            let foreign = try RequestObject(inside, at: now).with("redirect_uri", "https://evil.example/")
                .signed(by: key)
            var browser = Browser()
            let refused = try await house.open(
                House.address(object: foreign, client: party.id, beside), &browser)
            #expect(refused.page?.status == .badRequest && refused.page?.text.contains("evil.example") == false)
        }
    }

    /// Registered or not, no address of a request is read (identity rule 17).
    @Test func `oidcc-request-uri-unsigned, -signed-rs256: told that it is not supported, and not read`() async throws {
        let uri = "https://rp.example/request.jwt"
        try await Self.withParty("\"request_uris\": [\"\(uri)\"]") { house, party, key in
            let object = RequestObject(party.attempt, at: house.clock.now())
            let none = Base64URL.encode(Array(#"{"alg":"none"}"#.utf8)) + "."
            let unsigned = none + Base64URL.encode(object.json.encoded()) + "."
            for text in [unsigned, try object.signed(by: key)] {
                house.outbound.publish(text, at: uri)
                var browser = Browser()
                let end = try await house.authorize(party.attempt.with("request_uri", uri), &browser)
                let answer = try #require(end.answer)
                #expect(try answer.single("error") == "request_uri_not_supported")
                #expect(try answer.single("state") == "st/ate 1")
            }
            #expect(house.outbound.reads.isEmpty)
        }
    }

    @Test(arguments: [(64 * 1024, true), (64 * 1024 + 1, false)])
    func `oidcc-registration-sector-uri: 64 KiB are read, and not more`(size: Int, isGood: Bool) async throws {
        try await House.run { house in
            let sector = "https://sector.example/uris.json"
            let list = Array(#"["https://rp.example/callback"]"#.utf8)
            house.outbound.publish(bytes: list + [UInt8](repeating: 0x20, count: size - list.count), at: sector)
            let body = DynamicOPTests.metadata(
                #""subject_type": "pairwise", "sector_identifier_uri": "\#(sector)""#)
            let response = try await DynamicOPTests.register(house, body)
            #expect(response.status == (isGood ? .created : .badRequest), "\(response.text)")
            if !isGood { #expect(response.error == "invalid_client_metadata") }
        }
    }

    @Test(arguments: ["https://rp.example/CALLBACK", "https://rp.example/callback/", "https://rp.example/callback?"])
    func `oidcc-registration-sector-bad: an address is listed byte for byte`(listed: String) async throws {
        try await House.run { house in
            let sector = "https://sector.example/uris.json"
            house.outbound.publish("[\"\(listed)\"]", at: sector)
            let body = DynamicOPTests.metadata(
                #""subject_type": "pairwise", "sector_identifier_uri": "\#(sector)""#)
            let response = try await DynamicOPTests.register(house, body)
            #expect(response.status == .badRequest && response.error == "invalid_redirect_uri", "\(response.text)")
        }
    }
}
