import Core
import Cryptography
import Storage
import Web

/// `grant_type=authorization_code` (RFC 6749 §4.1.3).
///
/// 1. `code`, `redirect_uri` present; 2. the code is known; 3. it was issued to this client;
/// 4. `redirect_uri` is the one of the authorization request; 5. the PKCE verifier matches, and is
/// there exactly when a challenge was (RFC 7636 §4.6, RFC 9700 §4.8.2); 6. the sender holds the DPoP key that the
/// request named (RFC 9449 §10); 7. it has not expired; 8. last, the gate: of all who come this far, one redeems it.
/// Whoever comes second has proved to hold the code and the verifier, so somebody stole one of them: everything the
/// code gave is revoked (RFC 6749 §4.1.2, §10.5). The gate is last so that nobody without proof can do that.
struct RedeemAuthorizationCode: TokenGrant {
    let type = Client.GrantType.authorizationCode
    let database: any Database
    let crypto: any CryptoProvider
    let tokens: TokenIssuer
    let revocations: Revocations
    let surroundings: Surroundings

    func answer(_ request: ClientRequest, from client: Client) async throws -> TokenAnswer {
        let hash = crypto.digest(try request.required("code"))
        let redirectURI = try request.required("redirect_uri")
        let now = surroundings.now()
        let refreshToken = client.grants.contains(.refreshToken) ? surroundings.newHandle() : nil
        let refreshHash = refreshToken.map(crypto.digest)
        // The code is read where it is redeemed: a read of its own would be a second wait for the database.
        let outcome = try await database.transaction { transaction in
            guard let code = try AuthorizationCodeStore.find(hash: hash, in: transaction) else {
                return Outcome.refused(refuse("the code is unknown or has expired"))
            }
            let resources: [String]
            do throws(OAuthError) {
                resources = try judge(code, request, redirectURI, client, at: now)
            } catch {
                return .refused(error)
            }
            let grant = code.grant.held(by: request.holder, client)
            guard try AuthorizationCodeStore.redeem(hash: hash, at: now, in: transaction) else {
                try revoke(grant, by: client, at: now, in: transaction)
                return .spent(grant.id)
            }
            let person = try OpenGrant.open(grant, refreshHash: refreshHash, for: client, at: now, in: transaction)
            return person.map { .redeemed(code, $0, resources: resources) } ?? .over
        }
        switch outcome {
        case .redeemed(let code, let person, let resources):
            return try await tokens.answer(
                code.grant.narrowed(toResources: resources), person: person, client: client,
                refreshToken: refreshToken.map { Secret($0) }, nonce: code.nonce, holder: request.holder, at: now)
        case .refused(let error): throw error
        case .spent(let family):
            revocations.note(family, at: now)
            throw refuse("the code has been used already")
        case .over: throw refuse("the session behind the code has ended")
        }
    }

    private enum Outcome: Sendable {
        case redeemed(AuthorizationCode, Person, resources: [String])
        case refused(OAuthError)
        case spent(String)
        case over
    }

    /// - Returns: the resources that the tokens are for.
    private func judge(
        _ code: AuthorizationCode, _ request: ClientRequest, _ redirectURI: String, _ client: Client, at now: Instant
    ) throws(OAuthError) -> [String] {
        guard code.grant.clientID == client.id else { throw refuse("the code was issued to another client") }
        guard code.redirectURI.utf8.elementsEqual(redirectURI.utf8) else {
            throw refuse("redirect_uri differs from the authorization request")
        }
        try checkVerifier(request.form.value("code_verifier"), against: code.codeChallenge)
        guard code.grant.terms.confirmation?.isMet(by: request.holder) ?? true else {
            throw refuse("the code is bound to another DPoP key")
        }
        guard code.redeemedAt != nil || code.expiresAt > now else { throw refuse("the code has expired") }
        return try tokens.narrow(code.grant, request, client)
    }

    private func revoke(_ grant: Grant, by client: Client, at now: Instant, in transaction: any Transaction) throws {
        _ = try RefreshStore.revoke(family: grant.id, because: "code-reused", at: now, in: transaction)
        try RevocationStore.revoke(grant.id, at: now, in: transaction)
        try AuditStore.append(.codeReused(grant: grant.id, by: client.id, surroundings), in: transaction)
    }

    private func checkVerifier(_ verifier: String?, against challenge: String?) throws(OAuthError) {
        switch (verifier, challenge) {
        case (nil, nil): return
        case (nil, .some): throw refuse("code_verifier is missing")
        case (.some, nil): throw refuse("code_verifier was sent, but no code_challenge had been")
        case (.some(let verifier), .some(let challenge)):
            guard PKCE.isVerifier(verifier), PKCE(crypto: crypto).proves(verifier, challenge) else {
                throw refuse("code_verifier does not match")
            }
        }
    }

    private func refuse(_ description: String) -> OAuthError { OAuthError(.invalidGrant, description) }
}
