import Core
import Cryptography
import HTTPTypes
import Hummingbird
import Storage
import Web

/// `POST /oauth2/revoke` (RFC 7009): a client gives a token back.
///
/// 1. the client authenticates, a public one by its id (§2.1);
/// 2. a refresh token takes its family and every access token of the grant with it (§2.1);
/// 3. an access token goes alone;
/// 4. unknown tokens, and those of other clients, which stay untouched, are answered like success (§2.2): nobody learns
///    from the answer whether a token exists. `token_type_hint` is not needed, so a wrong one does no harm.
struct RevocationEndpoint: Sendable {
    let authenticate: AuthenticateClient
    let establishHolder: EstablishHolder
    let accessTokens: AccessTokens
    let revocations: Revocations
    let database: any Database
    let crypto: any CryptoProvider
    let surroundings: Surroundings

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        try await MachineEndpoint.answer("revocation", request, context) { asked in
            if let name = asked.form.firstDuplicate {
                throw OAuthError(.invalidRequest, "a parameter is sent more than once", detail: name)
            }
            let client = try await authenticate(asked)
            _ = try await establishHolder(asked, client)
            let token = try asked.required("token")
            if let claims = try await accessTokens.live(token) {
                if claims.clientID == client.id { try await revoke(claims.id) }
            } else {
                try await revokeFamily(of: token, client)
            }
            return Response(status: .ok).withNoStore()
        }
    }

    private func revoke(_ tokenID: String) async throws {
        let now = surroundings.now()
        try await database.transaction { try RevocationStore.revoke(tokenID, at: now, in: $0) }
        revocations.note(tokenID, at: now)
    }

    private func revokeFamily(of token: String, _ client: Client) async throws {
        let hash = crypto.digest(token)
        guard let found = try await database.read({ try RefreshStore.find(hash, in: $0) }),
            found.grant.clientID == client.id
        else { return }
        let now = surroundings.now()
        let family = found.grant.id
        let event = AuditEvent.grantRevoked(family, by: "client:" + client.id, surroundings)
        let isDone = try await database.transaction { transaction in
            guard try RefreshStore.revoke(family: family, because: "given-back", at: now, in: transaction) else {
                return false
            }
            try RevocationStore.revoke(family, at: now, in: transaction)
            try AuditStore.append(event, in: transaction)
            return true
        }
        if isDone { revocations.note(family, at: now) }
    }
}
