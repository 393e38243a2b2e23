import Core
import Cryptography
import Storage
import Web

/// `grant_type=refresh_token` (RFC 6749 §6) with rotation (RFC 9700 §4.14.2).
///
/// Every use replaces the token. The successor is computed from the token under a key of ours, so
/// that a client whose answer was lost, or whose two tabs refresh at once, gets the very same
/// successor for ten seconds and never two. A replaced token that comes back later has been stolen
/// by one side or the other: the family dies and an alarm is written.
///
/// Under FAPI 2.0 the token stays the same and only its idle time begins anew (Security Profile §5.3.2.1): it is
/// worth nothing without the client's key, and a lost answer must never cost a person their access.
struct RotateRefreshToken: TokenGrant {
    let type = Client.GrantType.refreshToken
    let database: any Database
    let crypto: any CryptoProvider
    let tokens: TokenIssuer
    let revocations: Revocations
    let settings: IdentitySettings
    let surroundings: Surroundings

    func answer(_ request: ClientRequest, from client: Client) async throws -> TokenAnswer {
        let token = try request.required("refresh_token")
        let hash = crypto.digest(token)
        let now = surroundings.now()
        let next =
            client.policy.isFAPI2 ? token : crypto.blindIndex(token, domain: "identity_refresh_token.successor")
        let nextHash = client.policy.isFAPI2 ? hash : crypto.digest(next)
        // The token is read where it is replaced: a read of its own would be a second wait for the database.
        let outcome = try await database.transaction { transaction in
            guard let stored = try RefreshStore.find(hash, in: transaction) else {
                return Outcome.refused(refuse("the refresh token is unknown or has expired"))
            }
            let grant: Grant
            do throws(OAuthError) {
                grant = try judge(stored, request, client, at: now)
            } catch {
                return .refused(error)
            }
            guard try RefreshStore.hold(family: stored.grant.id, at: now, in: transaction),
                let person = try PersonStore.find(stored.grant.personID, in: transaction), person.state == .active
            else { return .over }
            let expires = min(now + client.refreshIdle, stored.familyEndsAt)
            let end =
                client.policy.isFAPI2
                ? try RefreshStore.prolong(hash, to: expires, at: now, in: transaction) ? .good : .over
                : try replace(hash, stored, by: nextHash, until: expires, for: client, at: now, in: transaction)
            switch end {
            case .good: return .good(grant, person, try naming(of: stored, in: transaction))
            case .reused: return .reused(family: stored.grant.id)
            case .over: return .over
            }
        }
        switch outcome {
        case .good(let grant, let person, let naming):
            return try await tokens.answer(
                grant, person: person, client: client, refreshToken: Secret(next), nonce: nil,
                holder: request.holder, naming: naming, at: now)
        case .refused(let error): throw error
        case .reused(let family):
            revocations.note(family, at: now)
            throw refuse("the refresh token had been replaced; everything from it is revoked")
        case .over: throw refuse("the refresh token has been revoked or has expired")
        }
    }

    private enum Outcome: Sendable {
        case good(Grant, Person, SessionNaming)
        case refused(OAuthError)
        case reused(family: String)
        case over
    }

    /// What became of the token itself.
    private enum End {
        case good
        case reused
        case over
    }

    /// - Returns: what the new tokens are for.
    private func judge(
        _ stored: RefreshStore.Token, _ request: ClientRequest, _ client: Client, at now: Instant
    ) throws(OAuthError) -> Grant {
        guard stored.grant.clientID == client.id else { throw refuse("the refresh token is another client's") }
        guard stored.familyRevokedAt == nil, stored.familyEndsAt > now else {
            throw refuse("the refresh token has been revoked or has expired")
        }
        guard stored.replacedAt != nil || stored.expiresAt > now else { throw refuse("the refresh token has expired") }
        // Whoever has nothing to authenticate with proves to hold the key (RFC 9449 §5).
        guard stored.grant.terms.confirmation?.isMet(by: request.holder) ?? true else {
            throw refuse("the refresh token is bound to another key")
        }
        let resources = try tokens.narrow(stored.grant, request, client)
        return try narrow(registered(stored, client), request).narrowed(toResources: resources)
    }

    private func replace(
        _ hash: String, _ stored: RefreshStore.Token, by successor: String, until expires: Instant, for client: Client,
        at now: Instant, in transaction: any Transaction
    ) throws -> End {
        let family = stored.grant.id
        if let generation = try RefreshStore.replace(hash, at: now, in: transaction) {
            try RefreshStore.add(
                successor, family: family, generation: generation + 1, expires: expires, at: now, in: transaction)
            return .good
        }
        // On PostgreSQL somebody may have replaced it since it was read.
        guard let replacedAt = try stored.replacedAt ?? RefreshStore.find(hash, in: transaction)?.replacedAt else {
            return .over
        }
        if replacedAt + settings.refreshGrace >= now { return .good }
        _ = try RefreshStore.revoke(family: family, because: "reused", at: now, in: transaction)
        try RevocationStore.revoke(family, at: now, in: transaction)
        try AuditStore.append(.refreshReused(family: family, by: client.id, surroundings), in: transaction)
        return .reused
    }

    /// The family tells whether its tokens outlive the session, whatever scopes this refresh asks for.
    private func naming(of stored: RefreshStore.Token, in statements: any Statements) throws -> SessionNaming {
        guard stored.offline else { return .both }
        return try RelyingSessionStore.isOpen(stored.grant.sid, in: statements) ? .idTokenAlone : .neither
    }

    /// What was granted, less what the client is no longer registered for.
    private func registered(_ stored: RefreshStore.Token, _ client: Client) throws(OAuthError) -> Grant {
        let scopes = stored.grant.scopes.filter(client.scopes.contains)
        guard !scopes.isEmpty, !stored.offline || scopes.contains("offline_access") else {
            throw refuse("the client is no longer registered for what was granted")
        }
        if let least = client.policy.minimumAssurance, stored.grant.acr < least {
            throw refuse("the sign-in does not reach the assurance that this client needs now")
        }
        return stored.grant.narrowed(to: scopes)
    }

    /// The same scopes or fewer (RFC 6749 §6).
    private func narrow(_ grant: Grant, _ request: ClientRequest) throws(OAuthError) -> Grant {
        guard let text = request.form.value("scope") else { return grant }
        guard let scopes = ScopeList.parse(text), !scopes.isEmpty, scopes.allSatisfy(grant.scopes.contains) else {
            throw OAuthError(.invalidScope, "scope goes beyond what was granted")
        }
        return grant.narrowed(to: scopes)
    }

    private func refuse(_ description: String) -> OAuthError { OAuthError(.invalidGrant, description) }
}
