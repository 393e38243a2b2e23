import Core
import Synchronization
import TestKit
import Web

/// An identity provider of one person: hands out codes and answers the token endpoint.
final class FakeProvider: TokenGrants, IDTokenVerifier {
    struct Pending: Sendable {
        var challenge: String
        var nonce: String
        var redirectURI: String
    }

    struct State {
        var codes: [String: Pending] = [:]
        var idTokens: [String: JSONValue] = [:]
        var refresh: Set<String> = []
        var counter = 0
        var refreshes = 0
        var refusesRefresh = false
        var change: @Sendable ([String: JSONValue]) -> [String: JSONValue] = { $0 }
    }

    let state = Mutex(State())
    private let tokens: KnownTokens
    private let clock: MovableClock
    static let issuer = "http://localhost:8080"
    static let person = Principal(
        subject: "person-1", clientID: "yimen-portal", scopes: ["openid", "booking"], assurance: .l2)

    init(tokens: KnownTokens, clock: MovableClock) {
        self.tokens = tokens
        self.clock = clock
    }

    /// What the authorization endpoint would do: the query of the redirect back.
    func authorize(_ location: String) throws -> ParameterList {
        let query = try ParameterList(query: String(location.split(separator: "?", maxSplits: 1)[1]))
        let code = state.withLock { state in
            state.counter += 1
            let code = "code-\(state.counter)"
            state.codes[code] = Pending(
                challenge: (try? query.single("code_challenge")) ?? "", nonce: (try? query.single("nonce")) ?? "",
                redirectURI: (try? query.single("redirect_uri")) ?? "")
            return code
        }
        return ParameterList(["code": code, "state": try query.required("state"), "iss": Self.issuer])
    }

    func exchange(_ form: ParameterList) async throws -> TokenAnswer {
        switch try form.required("grant_type") {
        case "authorization_code":
            let code = try form.required("code")
            guard let pending = state.withLock({ $0.codes.removeValue(forKey: code) }),
                PlainSecrets().digest(try form.required("code_verifier")) == pending.challenge,
                try form.single("redirect_uri") == pending.redirectURI
            else { throw TokenRefusal("invalid_grant") }
            return answer(nonce: pending.nonce)
        case "refresh_token":
            let token = try form.required("refresh_token")
            let isGood = state.withLock { state in
                state.refreshes += 1
                return !state.refusesRefresh && state.refresh.remove(token) != nil
            }
            guard isGood else { throw TokenRefusal("invalid_grant") }
            return answer(nonce: nil)
        case "client_credentials":
            guard try form.required("client_secret") == "kiosk-secret" else { throw TokenRefusal("invalid_client") }
            var device = Principal(
                subject: "client:kiosk-1", clientID: "kiosk-1", scopes: ["hall.kiosk"], channel: .hall)
            device.hall = try form.required("client_id") == "kiosk-1" ? "jinan" : nil
            tokens.add("device", device)
            return TokenAnswer(accessToken: Secret("device"), expiresIn: 600)
        default: throw TokenRefusal("unsupported_grant_type")
        }
    }

    private func answer(nonce: String?) -> TokenAnswer {
        let now = clock.now().seconds
        return state.withLock { state in
            state.counter += 1
            let number = state.counter
            tokens.add("at-\(number)", Self.person)
            state.refresh.insert("rt-\(number)")
            if let nonce {
                let claims = state.change([
                    "iss": .string(Self.issuer), "aud": "yimen-portal", "sub": "person-1", "nonce": .string(nonce),
                    "sid": "sid-1", "name": "王*", "iat": .integer(now), "exp": .integer(now + 300),
                ])
                state.idTokens["id-\(number)"] = .object(claims.map { JSONValue.Member($0.key, $0.value) })
            }
            return TokenAnswer(
                accessToken: Secret("at-\(number)"), expiresIn: 600, refreshToken: Secret("rt-\(number)"),
                idToken: nonce == nil ? nil : Secret("id-\(number)"))
        }
    }

    struct BadSignature: Error {}

    func claims(of token: String) async throws -> JSONValue {
        guard let claims = state.withLock({ $0.idTokens[token] }) else { throw BadSignature() }
        return claims
    }
}
