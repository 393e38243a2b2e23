import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7521 §4.1, §4.2: assertions wherever a client proves itself")
struct RFC7521Tests {
    static let paths = [
        "/oauth2/token", "/oauth2/par", "/oauth2/introspect", "/oauth2/revoke", "/oauth2/device_authorization",
        "/oauth2/bc-authorize",
    ]

    private static let form = ParameterList(["grant_type": "client_credentials", "token": "unknown"])

    private func form(_ assertion: String) -> ParameterList {
        Self.form.adding("client_assertion_type", AssertionCredentials.type).adding("client_assertion", assertion)
    }

    private func send(_ house: House, _ path: String, _ assertion: String) async throws -> TestResponse {
        try await house.call(path, form(assertion), as: nil)
    }

    @Test(arguments: paths)
    func `each endpoint takes an assertion made for it, once for all of them, and none for its neighbour`(
        path: String
    ) async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            let stranger = ClientKey(key: try SigningKey.generate(.es256))
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            let now = house.clock.now()
            let neighbour = path == "/oauth2/revoke" ? "/oauth2/introspect" : "/oauth2/revoke"
            let misled = Assertion(at: now, audience: House.issuer + neighbour, id: "own")
            #expect(try await send(house, path, try key.sign(misled.json)).isRefusal("invalid_client"))
            for (id, audience) in [
                ("own", House.issuer + path), ("issuer", House.issuer), ("token", House.issuer + "/oauth2/token"),
            ] {
                let claims = Assertion(at: now, audience: audience, id: id).json
                let forged = try await send(house, path, try stranger.sign(claims))
                #expect(forged.isRefusal("invalid_client"), "\(audience): \(forged.text)")
                let assertion = try key.sign(claims)
                let answer = try await send(house, path, assertion)
                #expect(answer.status != .unauthorized, "\(audience): \(answer.text)")
                for other in Self.paths {
                    let again = try await send(house, other, assertion)
                    #expect(again.isRefusal("invalid_client"), "\(audience) at \(other): \(again.text)")
                }
            }
        }
    }

    @Test func `an id counts for the client that chose it, and for no other`() async throws {
        try await House.run { house in
            let other = ClientKey(key: try SigningKey.generate(.es256))
            try await house.addSignedClient(keys: ClientKeys(jwks: try ClientKey.es256.get().jwks))
            try await house.addSignedClient("second", keys: ClientKeys(jwks: other.jwks))
            for (id, key) in [("signed", try ClientKey.es256.get()), ("second", other)] {
                let assertion = try key.sign(Assertion(id, at: house.clock.now(), id: "same").json)
                #expect(try await house.token(assertion: assertion).status == .ok, "\(id)")
            }
        }
    }

    @Test(arguments: [false, true])
    func `clocks may differ by thirty seconds, and an assertion lives no longer than its profile lets it`(fapi2: Bool)
        async throws
    {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks)) { $0.policy.fapi2 = fapi2 }
            let now = house.clock.now()
            let longest: Int64 = fapi2 ? 600 : 3600
            let rows: [(name: String, after: Int64, isGood: Bool)] = [
                ("nbf", 30, true), ("nbf", 31, false), ("iat", 30, true), ("iat", 31, false), ("nbf", -86_400, true),
                ("exp", 1, true), ("exp", 0, false), ("exp", longest + 30, true), ("exp", longest + 31, false),
            ]
            for (index, row) in rows.enumerated() {
                let claims = Assertion(at: now, id: "\(index)").with(row.name, .integer(now.seconds + row.after))
                let answer = try await house.token(assertion: try key.sign(claims.json), proof: true)
                #expect(answer.status == (row.isGood ? .ok : .unauthorized), "\(row): \(answer.text)")
            }
        }
    }

    @Test func `an assertion beside another proof, or twice, is a bad request and is not spent by it`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            try await house.addClient()
            let assertion = try key.sign(Assertion(at: house.clock.now()).json)
            let good = form(assertion)
            let rows: [(name: String, form: ParameterList, caller: String?)] = [
                ("a secret", good.adding("client_secret", House.secret), nil),
                (
                    "a name and a secret", good.adding("client_id", "signed").adding("client_secret", House.secret),
                    nil
                ),
                ("its own header", good, "signed:" + House.secret),
                ("another's header", good, "department:" + House.secret),
                ("twice", good.adding("client_assertion", assertion), nil),
                ("the type twice", good.adding("client_assertion_type", AssertionCredentials.type), nil),
            ]
            for row in rows {
                let answer = try await house.call("/oauth2/token", row.form, as: row.caller)
                #expect(answer.isRefusal("invalid_request"), "\(row.name): \(answer.text)")
            }
            let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"
            for type in [saml, AssertionCredentials.type.uppercased(), "jwt-bearer", ""] {
                let answer = try await house.call(
                    "/oauth2/token", good.replacing("client_assertion_type", type), as: nil)
                #expect(answer.isRefusal("invalid_client"), "\(type): \(answer.text)")
            }
            #expect(try await house.token(assertion: assertion).status == .ok)
        }
    }

    @Test(arguments: ["jwt-bearer", "saml2-bearer"])
    func `an assertion is no grant here`(kind: String) async throws {
        try await House.run { house in
            try await house.addClient()
            let type = "urn:ietf:params:oauth:grant-type:" + kind
            let key = try ClientKey.es256.get()
            let assertion = try key.sign(Assertion("department", at: house.clock.now()).json)
            let form = ParameterList(["grant_type": type, "assertion": assertion])
            #expect(try await house.token(form).isRefusal("unsupported_grant_type"))
            var registration = ClientRegistration(id: "granted")
            registration.secret = Secret(House.secret)
            registration.grants = [type]
            let changed = registration
            let error = #expect(throws: ClientRegistrationFault.self) {
                try ValidateRegistration(crypto: House.crypto)(changed)
            }
            #expect(error?.faults.contains { $0.member == "grant_types" } == true)
        }
    }
}
