import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 8725 §3.11, §3.12: no token is good in the place of another")
struct TokenMixTests {
    /// What is signed here or by a client, for one purpose each.
    private enum Kind: Sendable, CaseIterable {
        case access, identity, userInfo, authorizationResponse, logout
        case assertion, requestObject, backchannelRequest, proof
    }

    private struct Place: Sendable {
        let name: String
        let takes: Kind
        let refusal: TokenRefusal
        let send: @Sendable (_ token: String) async throws -> TestResponse
    }

    /// `department` signs everything with one key, so that keys tell nothing apart.
    private func withClient(_ body: @Sendable @escaping (House) async throws -> Void) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addSignedClient("department", keys: try ClientKey.pair) {
                $0.grants.formUnion([.ciba])
                $0.policy.userInfoAlgorithm = "ES256"
            }
            try await body(house)
        }
    }

    private func assertion(_ house: House) throws -> String {
        let claims = Assertion("department", at: house.clock.now(), id: house.surroundings.newID())
        return try ClientKey.es256.get().sign(claims.json)
    }

    private func proved(_ form: ParameterList, _ house: House) throws -> ParameterList {
        form.adding("client_assertion_type", AssertionCredentials.type)
            .adding("client_assertion", try assertion(house))
    }

    /// One of each kind, good where it belongs; of two allowed types the one that says less.
    private func tokens(_ house: House) async throws -> [Kind: String] {
        let key = try ClientKey.es256.get()
        let now = house.clock.now()
        let attempt = Attempt().with("scope", "openid profile booking")
        var browser = Browser()
        let form = house.tokenForm(code: try await house.code(attempt, &browser))
        let answer = try await house.token(form, assertion: try assertion(house)).json()
        let access = try #require(answer["access_token"]?.stringValue)
        let identity = try #require(answer["id_token"]?.stringValue)
        let response = try await house.authorize(attempt.with("response_mode", "jwt"), &browser)
        let logout = try await house.mould(of: identity, type: "logout+jwt", judged: []) { claims in
            let event = JSONValue.object(["http://schemas.openid.net/event/backchannel-logout": .object([])])
            claims.append(.init("events", event))
        }
        let backchannel = JSONValue.object([
            "iss": "department", "aud": .string(House.issuer), "jti": .string(house.surroundings.newID()),
            "iat": .integer(now.seconds), "nbf": .integer(now.seconds), "exp": .integer(now.seconds + 300),
            "scope": "openid", "login_hint": "19900000001",
        ])
        return [
            .access: access, .identity: identity, .userInfo: try await house.userInfo(access).text,
            .authorizationResponse: try #require(try response.answer?.single("response")), .logout: try logout.good(),
            .assertion: try assertion(house), .requestObject: try RequestObject(at: now).signed(by: key, type: "JWT"),
            .backchannelRequest: try key.sign(backchannel), .proof: try ProofMaker.es256.get().proof(house),
        ]
    }

    private func places(_ house: House) -> [Place] {
        let machine = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
        return [
            Place(name: "userinfo", takes: .access, refusal: .challenge("invalid_token")) { token in
                try await house.userInfo(token)
            },
            Place(name: "API", takes: .access, refusal: .challenge("invalid_token")) { token in
                try await house.get("/api/v1/probe", "Bearer", token)
            },
            Place(name: "introspection", takes: .access, refusal: .inactive) { token in
                try await house.call("/oauth2/introspect", try proved(ParameterList(["token": token]), house), as: nil)
            },
            Place(name: "hint at authorization", takes: .identity, refusal: .redirect("invalid_request")) { token in
                let attempt = Attempt().with("state", "s").with("id_token_hint", token)
                return try await house.client.get(attempt.uri, [.accept: "text/html"])
            },
            Place(name: "hint at logout", takes: .identity, refusal: .page("invalid_request")) { token in
                let query = ParameterList(["id_token_hint": token])
                return try await house.client.get("/oauth2/logout?" + query.encoded, [.accept: "text/html"])
            },
            Place(name: "assertion", takes: .assertion, refusal: .json(["invalid_client"])) { token in
                try await house.token(machine, assertion: token)
            },
            Place(name: "pushed object", takes: .requestObject, refusal: .json(["invalid_request_object"])) { token in
                try await house.push(try proved(ParameterList(["request": token]), house), as: nil)
            },
            Place(
                name: "backchannel request", takes: .backchannelRequest,
                refusal: .json(["invalid_request_object", "invalid_request"])
            ) { token in
                let form = try proved(ParameterList(["request": token]), house)
                return try await house.call("/oauth2/bc-authorize", form, as: nil)
            },
            Place(name: "proof", takes: .proof, refusal: .json(["invalid_dpop_proof"])) { token in
                try await house.token(try proved(machine, house), as: nil, proofs: [token])
            },
        ]
    }

    @Test func `each place takes the one kind that is made for it`() async throws {
        try await withClient { house in
            let tokens = try await tokens(house)
            #expect(tokens.count == Kind.allCases.count)
            for place in places(house) {
                for (kind, token) in tokens where kind != place.takes {
                    let answer = try await place.send(token)
                    #expect(try place.refusal.isMet(by: answer), "\(kind) as \(place.name): \(answer.text.prefix(300))")
                }
                let answer = try await place.send(try #require(tokens[place.takes]))
                let isRefused = try place.refusal.isMet(by: answer)
                #expect(!isRefused && answer.status.code < 400, "\(place.name): \(answer.text.prefix(300))")
            }
        }
    }
}
