import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// DPoP proofs (RFC 9449 §4.3). They bring their key, and whose it is is asked elsewhere.
extension TokenPlace {
    static let proofs = [proofAtToken, proofAtUserInfo]

    private static func mould(_ house: House, _ method: String, _ path: String, token: String? = nil) throws
        -> TokenMould
    {
        let maker = try ProofMaker.es256.get()
        let jwk = (maker.key.key.publicJWK.objectMembers ?? []).filter { !["kid", "use", "alg"].contains($0.name) }
        let header: [JSONValue.Member] = [.init("typ", "dpop+jwt"), .init("alg", "ES256"), .init("jwk", .object(jwk))]
        let digest = token.map { JSONValue.Member("ath", .string(House.crypto.digest($0))) }
        return TokenMould(
            key: maker.key.signer, rsa: nil, stranger: try ClientKey.stranger.get().signer, header: header,
            types: ["dpop+jwt"]
        ) {
            let fixed: [JSONValue.Member] = [
                .init("htm", .string(method)), .init("htu", .string(House.issuer + path)),
                .init("jti", .string(house.surroundings.newID())), .init("iat", .integer(house.clock.now().seconds)),
            ]
            return fixed + (digest.map { [$0] } ?? [])
        }
    }

    private static let proofAtToken = TokenPlace("DPoP at /oauth2/token") { house in
        try await house.addClient("machine") { $0.grants = ["client_credentials"] }
        let form = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
        return TokenReader(
            mould: try mould(house, "POST", "/oauth2/token"), refusal: .json(["invalid_dpop_proof"]),
            harmless: [.bringsItsKey, .spaceAround]
        ) { token in
            try await house.token(form, as: "machine:" + House.secret, proofs: [token])
        } isTaken: { response in
            (try? response.json()["token_type"]) == "DPoP"
        }
    }

    private static let proofAtUserInfo = TokenPlace("DPoP at /oauth2/userinfo") { house in
        try await house.addCitizen()
        try await house.addClient()
        var browser = Browser()
        let form = house.tokenForm(code: try await house.code(Attempt(), &browser))
        let proof = try ProofMaker.es256.get().proof(house)
        let answer = try await house.token(form, as: "department:" + House.secret, proofs: [proof]).json()
        let access = try #require(answer["access_token"]?.stringValue)
        return TokenReader(
            mould: try mould(house, "GET", "/oauth2/userinfo", token: access),
            refusal: .challenge("invalid_dpop_proof"),
            harmless: [.bringsItsKey, .spaceAround]
        ) { token in
            try await house.get("/oauth2/userinfo", "DPoP", access, proofs: [token])
        } isTaken: { response in
            response.status == .ok
        }
    }
}
