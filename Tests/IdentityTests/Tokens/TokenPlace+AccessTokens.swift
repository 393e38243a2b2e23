import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// Access tokens of ours, wherever they are shown.
extension TokenPlace {
    static let spent = [
        bearer("/oauth2/userinfo"), bearer("/api/v1/probe"), postedBearer, introspection, subjectToken, actorToken,
    ]

    private static func access(_ house: House) async throws -> TokenMould {
        try await house.addCitizen()
        try await house.addClient()
        var browser = Browser()
        let answer = try await house.tokens(Attempt().with("scope", "openid profile booking"), &browser)
        return try await mould(house, answer)
    }

    private static func mould(_ house: House, _ answer: JSONValue) async throws -> TokenMould {
        let token = try #require(answer["access_token"]?.stringValue)
        return try await house.mould(of: token, type: "at+jwt", judged: ["exp"])
    }

    private static func bearer(_ path: String) -> TokenPlace {
        TokenPlace("Bearer at \(path)") { house in
            TokenReader(
                mould: try await access(house), refusal: .challenge("invalid_token"), harmless: [.spaceAround]
            ) { token in
                try await house.get(path, "Bearer", token)
            } isTaken: { response in
                response.status == .ok
            }
        }
    }

    private static let postedBearer = TokenPlace("access_token in a form at /oauth2/userinfo") { house in
        TokenReader(mould: try await access(house), refusal: .challenge("invalid_token")) { token in
            try await house.client.post("/oauth2/userinfo", form: ParameterList(["access_token": token]))
        } isTaken: { response in
            response.status == .ok
        }
    }

    private static let introspection = TokenPlace("token at /oauth2/introspect") { house in
        TokenReader(mould: try await access(house), refusal: .inactive) { token in
            try await house.call(
                "/oauth2/introspect", ParameterList(["token": token]), as: "department:" + House.secret)
        } isTaken: { response in
            (try? response.json()["active"]) == true
        }
    }

    private static func addBackend(_ house: House) async throws {
        try await house.addClient("backend")
        try await house.change("backend") {
            $0.grants = [.clientCredentials, .tokenExchange]
            $0.scopes = ["openid", "booking"]
            $0.policy.exchangeFrom = ["department"]
        }
    }

    private static func exchange(_ house: House, _ subject: String, actor: String? = nil) async throws -> TestResponse {
        let type = ExchangeRequest.accessToken
        var form = ParameterList([
            "grant_type": Client.GrantType.tokenExchange.rawValue, "subject_token": subject, "subject_token_type": type,
        ])
        if let actor { form = form.adding("actor_token", actor).adding("actor_token_type", type) }
        return try await house.token(form, as: "backend:" + House.secret)
    }

    private static let subjectToken = TokenPlace("subject_token at /oauth2/token") { house in
        let mould = try await access(house)
        try await addBackend(house)
        return TokenReader(mould: mould, refusal: .json(["invalid_request"])) { token in
            try await exchange(house, token)
        } isTaken: { response in
            response.status == .ok
        }
    }

    private static let actorToken = TokenPlace("actor_token at /oauth2/token") { house in
        let subject = try await access(house).good()
        try await addBackend(house)
        let machine = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
        let own = try await house.token(machine, as: "backend:" + House.secret).json()
        return TokenReader(mould: try await mould(house, own), refusal: .json(["invalid_request"])) { token in
            try await exchange(house, subject, actor: token)
        } isTaken: { response in
            response.status == .ok
        }
    }
}
