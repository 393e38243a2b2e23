import Core
import Cryptography
import Storage

/// Answers a request that nothing stands in the way of: one transaction keeps the session alive,
/// joins the system to it, writes the code and closes the sign-in page's request.
struct IssueAuthorizationCode: Sendable {
    enum Outcome: Sendable {
        case issued(code: String)
        /// The session ended at this very moment.
        case signedOut
        /// The sign-in page had been used before.
        case repeated
    }

    let database: any Database
    let crypto: any CryptoProvider
    let settings: IdentitySettings
    let surroundings: Surroundings

    /// - Parameter page: digest of the handle of the sign-in page that led here, if one did.
    func callAsFunction(_ request: AuthorizationRequest, _ session: SSOSession, page: String? = nil) async throws
        -> Outcome
    {
        let now = surroundings.now()
        let code = surroundings.newHandle()
        let hash = crypto.digest(code)
        let newSID = surroundings.newID()
        let grantID = surroundings.newID()
        let settings = settings
        return try await database.transaction { transaction in
            let idleEnds = now + settings.sessionIdle
            guard try SSOSessionStore.touch(session.id, idleEnds: idleEnds, at: now, in: transaction) else {
                return .signedOut
            }
            if let page, try !SignInRequestStore.complete(page, at: now, in: transaction) { return .repeated }
            let sid = try RelyingSessionStore.join(
                session: session, client: request.clientID, newSID: newSID, at: now, in: transaction)
            let grant = Grant(
                id: grantID, clientID: request.clientID, personID: session.personID, sid: sid, scopes: request.scopes,
                acr: session.acr, amr: session.amr, authenticatedAt: session.authenticatedAt)
            try AuthorizationCodeStore.add(
                AuthorizationCode(
                    grant: grant, redirectURI: request.redirectURI, codeChallenge: request.codeChallenge,
                    nonce: request.nonce, expiresAt: now + settings.codeLife, redeemedAt: nil),
                hash: hash, at: now, in: transaction)
            return .issued(code: code)
        }
    }
}
