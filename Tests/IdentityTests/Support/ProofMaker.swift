import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Cryptography
@testable import Identity

/// Makes DPoP proofs, right unless told otherwise.
struct ProofMaker: Sendable {
    static let es256 = Result { ProofMaker(key: try ClientKey.es256.get()) }

    let key: ClientKey

    var thumbprint: String { key.key.verificationKey.thumbprint }

    /// - Parameter changes: members of the payload; `nil` takes one out.
    func proof(
        _ house: House, _ method: String = "POST", _ path: String = "/oauth2/token", token: String? = nil,
        header: [(String, JSONValue?)] = [], but changes: (String, JSONValue?)...
    ) throws -> String {
        var claims: [(String, JSONValue?)] = [
            ("jti", .string(house.surroundings.newID())), ("htm", .string(method)),
            ("htu", .string(House.issuer + path)), ("iat", .integer(house.clock.now().seconds)),
        ]
        if let token { claims.append(("ath", .string(House.crypto.digest(token)))) }
        let jwk = (key.key.publicJWK.objectMembers ?? []).filter { !["kid", "use", "alg"].contains($0.name) }
        let head: [(String, JSONValue?)] = [
            ("typ", "dpop+jwt"), ("alg", .string(key.key.algorithm.rawValue)), ("jwk", .object(jwk)),
        ]
        return try key.sign(header: Self.text(head, header), payload: Self.text(claims, changes))
    }

    private static func text(_ members: [(String, JSONValue?)], _ changes: [(String, JSONValue?)]) -> String {
        var members = members
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if value != nil { members.append((name, value)) }
        }
        let json = JSONValue.object(members.compactMap { name, value in value.map { JSONValue.Member(name, $0) } })
        return String(decoding: json.encoded(), as: UTF8.self)
    }
}

extension House {
    /// The token endpoint with DPoP headers.
    func token(_ form: ParameterList, as authorization: String?, proofs: [String]) async throws -> TestResponse {
        var headers = tokenHeaders(authorization)
        for proof in proofs { headers.append(HTTPField(name: .dpop, value: proof)) }
        return try await client.send(.post, "/oauth2/token", headers, body: form.encoded)
    }

    /// A protected address with a token under a scheme.
    func get(_ path: String, _ scheme: String, _ token: String, proofs: [String] = []) async throws -> TestResponse {
        var headers: HTTPFields = [.authorization: scheme + " " + token]
        for proof in proofs { headers.append(HTTPField(name: .dpop, value: proof)) }
        return try await client.get(path, headers)
    }

    /// A machine endpoint, with the secret in the header.
    func call(_ path: String, _ form: ParameterList, as authorization: String?) async throws -> TestResponse {
        try await client.send(.post, path, tokenHeaders(authorization), body: form.encoded)
    }

    func introspect(_ token: String, as client: String = "department") async throws -> JSONValue {
        let response = try await call(
            "/oauth2/introspect", ParameterList(["token": token]), as: client + ":" + House.secret)
        #expect(response.status == .ok, "\(response.text)")
        #expect(response.headers[.cacheControl] == "no-store")
        return try response.json()
    }

    /// Changes a registered client.
    func change(_ id: String, _ change: (inout Client) -> Void) async throws {
        guard var client = try await provider.clients.find(id) else { return }
        change(&client)
        try await put(client)
    }
}
