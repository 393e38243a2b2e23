import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// A backchannel authentication request as the claims of a signed object, right unless changed.
struct BackchannelObject {
    var claims: [(String, JSONValue)]

    init(_ client: String = "signed", at now: Instant, id: String) {
        claims = [
            ("iss", .string(client)), ("aud", .string(House.issuer)), ("iat", .integer(now.seconds)),
            ("nbf", .integer(now.seconds)), ("exp", .integer(now.seconds + 300)), ("jti", .string(id)),
            ("scope", "openid profile"), ("login_hint", "19900000001"), ("binding_message", "1234"),
        ]
    }

    func with(_ name: String, _ value: JSONValue?) -> BackchannelObject {
        var copy = self
        copy.claims.removeAll { $0.0 == name }
        if let value { copy.claims.append((name, value)) }
        return copy
    }

    var json: JSONValue { .object(claims.map { JSONValue.Member($0.0, $0.1) }) }
    var text: String { String(decoding: json.encoded(), as: UTF8.self) }
}

extension PlanHouse {
    /// A client under the FAPI 2.0 switch that asks people in the background.
    func addCIBAClient(_ id: String = "signed", change: (inout Client) -> Void = { _ in }) async throws -> ClientKey {
        let key = id == "signed" ? try ClientKey.es256.get() : ClientKey(key: try SigningKey.generate(.es256))
        try await house.addSignedClient(id, keys: ClientKeys(jwks: key.jwks)) {
            $0.policy.fapi2 = true
            $0.redirectURIs = []
            $0.grants = [.ciba, .refreshToken]
            change(&$0)
        }
        return key
    }

    func object(_ client: String = "signed") -> BackchannelObject {
        BackchannelObject(client, at: house.clock.now(), id: house.surroundings.newID())
    }

    /// The backchannel authentication endpoint as a FAPI client calls it.
    func ask(
        _ form: ParameterList, _ key: ClientKey, as client: String = "signed", assertion: Assertion? = nil,
        proofs: [String] = []
    ) async throws -> TestResponse {
        let claims = assertion ?? Assertion(client, at: house.clock.now(), id: house.surroundings.newID())
        let form = form.adding("client_assertion_type", AssertionCredentials.type)
            .adding("client_assertion", try key.sign(claims.json))
        var headers = house.tokenHeaders(nil)
        for proof in proofs { headers.append(HTTPField(name: .dpop, value: proof)) }
        return try await house.client.send(.post, "/oauth2/bc-authorize", headers, body: form.encoded)
    }

    func ask(_ object: BackchannelObject, _ key: ClientKey, as client: String = "signed") async throws -> TestResponse {
        try await ask(ParameterList(["request": try key.sign(object.json)]), key, as: client)
    }

    /// - Returns: the `auth_req_id` of a request that must be accepted.
    func asked(_ key: ClientKey, as client: String = "signed", _ object: BackchannelObject? = nil) async throws
        -> String
    {
        try await ask(object ?? self.object(client), key, as: client).authReqID()
    }

    /// A poll of the token endpoint, by a client that holds the usual key for its tokens.
    func collect(_ id: String, _ key: ClientKey, as client: String = "signed") async throws -> TestResponse {
        try await collect(id, key, as: client, proof: try ProofMaker.es256.get())
    }

    func collect(
        _ id: String, _ key: ClientKey, as client: String = "signed", proof: ProofMaker?, assertion: Assertion? = nil
    ) async throws -> TestResponse {
        let form = ParameterList(["grant_type": House.cibaGrant, "auth_req_id": id])
        return try await fapiToken(form, key, as: client, proof: proof, assertion: assertion)
    }

    /// The person answers the first request that waits.
    func decide(_ decision: String) async throws {
        var browser = try await house.signedIn()
        #expect(try await house.decide(decision, &browser).status == .ok)
    }

    /// Whether any request of a system waits for anybody.
    var nothingWaits: Bool {
        get async throws { try await house.count("identity_approval", where: "state = 'waiting'") == 0 }
    }

    /// The userinfo endpoint with a token that is bound to a key.
    func userInfo(_ body: JSONValue, proof maker: ProofMaker) async throws -> TestResponse {
        let token = try #require(body["access_token"]?.stringValue)
        let path = "/oauth2/userinfo"
        return try await house.get(
            path, "DPoP", token, proofs: [try maker.proof(house, "GET", path, token: token)])
    }
}
