import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// What clients sign: request objects (RFC 9101, CIBA Core §7.1.1) and assertions (RFC 7523).
extension TokenPlace {
    static let signedByClients = [authorizationRequest, pushedRequest, backchannelRequest, assertion, pushedAssertion]

    private static func requestMould(_ house: House) throws -> TokenMould {
        try ClientKey.mould(type: "oauth-authz-req+jwt", types: ["oauth-authz-req+jwt", "jwt"]) {
            RequestObject(at: house.clock.now()).json.objectMembers ?? []
        }
    }

    private static func addClient(_ house: House) async throws {
        let keys = try ClientKey.pair
        try await house.addObjectClient(try ClientKey.es256.get()) { $0.keys = keys }
    }

    private static let authorizationRequest = TokenPlace("request at /oauth2/authorize") { house in
        try await addClient(house)
        let beside = "&redirect_uri=https%3A%2F%2Fdepartment.example%2Fcallback&state=s"
        return TokenReader(mould: try requestMould(house), refusal: .redirect("invalid_request_object")) { token in
            try await house.client.get(House.address(object: token, beside), [.accept: "text/html"])
        } isTaken: { response in
            response.headers[.location]?.contains("/login?request=") == true
        }
    }

    private static let pushedRequest = TokenPlace("request at /oauth2/par") { house in
        try await addClient(house)
        return TokenReader(mould: try requestMould(house), refusal: .json(["invalid_request_object"])) { token in
            try await house.push(ParameterList(["request": token]))
        } isTaken: { response in
            response.status == .created
        }
    }

    private static let backchannelRequest = TokenPlace("request at /oauth2/bc-authorize") { house in
        try await house.addCitizen()
        try await house.addBank()
        let keys = try ClientKey.pair
        try await house.change("bank") { $0.keys = keys }
        let mould = try ClientKey.mould(type: "JWT", types: ["oauth-authz-req+jwt", "jwt"]) {
            let now = house.clock.now().seconds
            return [
                .init("iss", "bank"), .init("aud", .string(House.issuer)),
                .init("jti", .string(house.surroundings.newID())),
                .init("iat", .integer(now)), .init("nbf", .integer(now)), .init("exp", .integer(now + 300)),
                .init("scope", "openid"), .init("login_hint", "19900000001"),
            ]
        }
        return TokenReader(mould: mould, refusal: .json(["invalid_request_object"])) { token in
            try await house.call(
                "/oauth2/bc-authorize", ParameterList(["request": token]), as: "bank:" + House.secret)
        } isTaken: { response in
            response.status == .ok
        }
    }

    private static func assertionMould(_ house: House) throws -> TokenMould {
        try ClientKey.mould(type: "JWT", types: ["jwt", "client-authentication+jwt"]) {
            Assertion(at: house.clock.now(), id: house.surroundings.newID()).json.objectMembers ?? []
        }
    }

    private static let assertion = TokenPlace("client_assertion at /oauth2/token") { house in
        try await house.addSignedClient(keys: try ClientKey.pair)
        return TokenReader(mould: try assertionMould(house), refusal: .json(["invalid_client"])) { token in
            try await house.token(assertion: token)
        } isTaken: { response in
            response.status == .ok
        }
    }

    private static let pushedAssertion = TokenPlace("client_assertion at /oauth2/par") { house in
        try await house.addSignedClient(keys: try ClientKey.pair)
        let attempt = Attempt(client: "signed", redirectURI: "https://signed.example/callback")
        return TokenReader(mould: try assertionMould(house), refusal: .json(["invalid_client"])) { token in
            let form = attempt.request.adding("client_assertion_type", AssertionCredentials.type)
            return try await house.push(form.adding("client_assertion", token), as: nil)
        } isTaken: { response in
            response.status == .created
        }
    }
}
