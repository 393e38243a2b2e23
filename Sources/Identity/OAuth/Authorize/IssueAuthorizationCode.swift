import Core
import Cryptography
import Storage

/// Answers a request that nothing stands in the way of: keeps the session alive, joins the system to it,
/// remembers what was allowed, writes the code and closes the request of the page and the pushed request
/// behind it, all in the transaction of the caller.
struct IssueAuthorizationCode: Sendable {
    enum Outcome: Sendable {
        case issued(code: String)
        /// The session ended at this very moment.
        case signedOut
        /// The page or the pushed request had been used before.
        case repeated
        /// What had been allowed was taken back at this very moment.
        case consentWithdrawn
    }

    let crypto: any CryptoProvider
    let settings: IdentitySettings
    let surroundings: Surroundings

    /// - Parameters:
    ///   - level: what the session has reached.
    ///   - page: digest of the handle of the page that led here, if one did.
    ///   - needed: what must have been allowed for this request.
    ///   - consenting: what the person has just allowed.
    func callAsFunction(
        _ request: AuthorizationRequest, _ session: SSOSession, level: AssuranceLevel, page: String? = nil,
        needed: [ConsentItem] = [], consenting: [ConsentItem] = [], in transaction: any Transaction
    ) throws -> Outcome {
        let now = surroundings.now()
        let idleEnds = now + settings.sessionIdle
        guard try SSOSessionStore.touch(session.id, idleEnds: idleEnds, at: now, in: transaction) else {
            return .signedOut
        }
        if consenting.isEmpty, !needed.isEmpty {
            let held = try ConsentStore.hold(person: session.personID, client: request.clientID, in: transaction)
            guard needed.allSatisfy({ held.contains($0.text) }) else { return .consentWithdrawn }
        }
        if let page, try !SignInRequestStore.complete(page, at: now, in: transaction) { return .repeated }
        if let pushed = request.pushedHash, try !PushedRequestStore.use(pushed, at: now, in: transaction) {
            return .repeated
        }
        if !consenting.isEmpty {
            try ConsentStore.add(
                consenting, person: session.personID, client: request.clientID, at: now, in: transaction)
            let event = AuditEvent.consentGiven(to: request.clientID, by: session.personID, surroundings)
            try AuditStore.append(event, in: transaction)
        }
        return .issued(code: try write(request, session, level, at: now, in: transaction))
    }

    /// - Returns: the code.
    private func write(
        _ request: AuthorizationRequest, _ session: SSOSession, _ level: AssuranceLevel, at now: Instant,
        in transaction: any Transaction
    ) throws -> String {
        let sid = try RelyingSessionStore.join(
            session: session, client: request.clientID, newSID: surroundings.newID(), at: now, in: transaction)
        let grant = Grant(
            id: surroundings.newID(), clientID: request.clientID, personID: session.personID, sid: sid,
            scopes: request.scopes, acr: session.acr, amr: session.amr, authenticatedAt: session.authenticatedAt,
            terms: Self.terms(of: request, level: level))
        let code = surroundings.newHandle()
        try AuthorizationCodeStore.add(
            AuthorizationCode(
                grant: grant, redirectURI: request.redirectURI, codeChallenge: request.codeChallenge,
                nonce: request.nonce, expiresAt: now + settings.codeLife, redeemedAt: nil),
            hash: crypto.digest(code), at: now, in: transaction)
        return code
    }

    private static func terms(of request: AuthorizationRequest, level: AssuranceLevel) -> GrantTerms {
        var terms = GrantTerms()
        terms.limit(to: request.resources)
        terms.claims = request.claims
        terms.statedLevel = request.statedLevel(at: level)
        terms.confirmation = request.dpopKey.map { Confirmation(jkt: $0) }
        return terms
    }
}
