import Core
import Cryptography
import Hummingbird
import Storage
import Web

/// `POST /oauth2/device_authorization` (RFC 8628 §3.1): a device without a keyboard asks for a pair of codes.
struct DeviceAuthorizationEndpoint: Sendable {
    /// §3.2: a few tries suffice while codes are many and requests few.
    private static let attempts = 5
    static let interval = Duration.seconds(5)

    let database: any Database
    let authenticate: AuthenticateClient
    let holders: EstablishHolder
    let crypto: any CryptoProvider
    let settings: IdentitySettings
    let surroundings: Surroundings

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        try await MachineEndpoint.answer("device authorization", request, context) { asked in
            try await answer(asked)
        }
    }

    /// 1. no parameter twice; 2. the client, authenticated as at the token endpoint; 3. it is registered
    /// for the grant; 4. a DPoP proof, where one is sent, is good; 5. scopes and resources it is registered for.
    private func answer(_ asked: ClientRequest) async throws -> Response {
        if let name = asked.form.firstDuplicate(except: [ResourceIndicators.parameter]) {
            throw OAuthError(.invalidRequest, "a parameter is sent more than once", detail: name)
        }
        let client = try await authenticate(asked)
        guard client.grants.contains(.deviceCode) else {
            throw OAuthError(.unauthorizedClient, "the client is not registered for device authorization")
        }
        _ = try await holders(asked, client)
        let scopes = try CheckScope.scopes(asked.form.value("scope"), for: client)
        var terms = GrantTerms()
        terms.limit(to: try ResourceIndicators.asked(asked.form, by: client, apiAudience: settings.apiAudience))
        let deviceCode = surroundings.newHandle()
        let code = try await open(deviceCode, scopes, terms, client)
        let page = settings.issuer + "/device"
        return Response.json(
            .object([
                "device_code": .string(deviceCode), "user_code": .string(code.shown),
                "verification_uri": .string(page),
                "verification_uri_complete": .string(page + "?user_code=" + code.shown),
                "expires_in": .integer(settings.deviceCodeLife.milliseconds / 1000),
                "interval": .integer(Self.interval.milliseconds / 1000),
            ])
        ).withNoStore()
    }

    private func open(
        _ deviceCode: String, _ scopes: [String], _ terms: GrantTerms, _ client: Client
    ) async throws -> UserCode {
        let now = surroundings.now()
        let hash = crypto.digest(deviceCode)
        for _ in 0..<Self.attempts {
            let code = UserCode.make(surroundings.random)
            let opening = ApprovalStore.Opening(
                id: surroundings.newID(), requestHash: hash, kind: .device,
                userCodeIndex: ApprovalIndex(crypto: crypto).userCode(code), clientID: client.id, scopes: scopes,
                terms: terms, interval: Self.interval, expiresAt: now + settings.deviceCodeLife)
            if try await database.transaction({ try ApprovalStore.add(opening, at: now, in: $0) }) { return code }
        }
        throw Problem.busy(retryAfter: 5)
    }
}

/// The blind index that a user code is found by.
struct ApprovalIndex: Sendable {
    let crypto: any CryptoProvider

    func userCode(_ code: UserCode) -> String {
        crypto.blindIndex(code.text, domain: "identity_approval.user_code")
    }
}
