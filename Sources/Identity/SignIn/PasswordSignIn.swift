import Core
import Cryptography
import Storage

/// Signs a person in with a password, and opens or renews the session of their browser.
///
/// A name that does not exist costs the same hash and gets the same answer as a wrong password
/// (identity rule 29). The throttle is read before the hash, to refuse cheaply, and again in the
/// transaction that opens the session: guesses sent all at once gain nothing over guesses sent
/// one after the other. Right passwords are never counted, so any number of sign-ins of one person
/// may run at once.
struct PasswordSignIn: Sendable {
    struct Attempt: Sendable {
        let name: String
        let password: Secret<String>
        let address: String
        /// Digest of the long-lived device cookie.
        let deviceHash: String
        let deviceLabel: String
        /// Handle in the browser's session cookie, when it has one.
        let sessionHandle: String?
    }

    enum Outcome: Sendable {
        case signedIn(SSOSession, handle: Secret<String>, ended: [EndedSessions])
        case refused
        case throttled(Duration)
    }

    let database: any Database
    let crypto: any CryptoProvider
    let passwords: PasswordHashing
    let vault: PersonVault
    let sessions: SessionEnding
    let throttle: SignInThrottle
    let settings: IdentitySettings
    let surroundings: Surroundings

    /// - Throws: `Problem.busy` at once when too many passwords wait to be checked; `StorageError`.
    func callAsFunction(_ attempt: Attempt) async throws -> Outcome {
        // What can be nobody's name takes the same road, and counts against the address.
        let name = SignInName(attempt.name)
        let buckets = throttle.buckets(name: name?.text, address: attempt.address, deviceHash: attempt.deviceHash)
        let found = try await look(up: name, attempt, buckets)
        if let delay = found.delay { return .throttled(delay) }
        let stored = found.account?.phc
        let verdict = try await passwords.verify(attempt.password, against: stored ?? passwords.dummyHash)
        guard verdict != .differs, let account = found.account, stored != nil, account.person.state == .active else {
            return try await refuse(found, buckets)
        }
        let fresh = verdict == .matchesNeedsRehash ? try? await passwords.hash(attempt.password) : nil
        return try await open(account, attempt, buckets, found, freshHash: fresh)
    }

    private struct Found: Sendable {
        let account: PersonStore.WithPassword?
        let deviceIsKnown: Bool
        let delay: Duration?
    }

    private func look(up name: SignInName?, _ attempt: Attempt, _ buckets: SignInThrottle.Buckets) async throws
        -> Found
    {
        let now = surroundings.now()
        let phoneIndex = name?.kind == .phone ? name.map { vault.phoneIndex($0.text) } : nil
        return try await database.read { [throttle] statements in
            let account: PersonStore.WithPassword? =
                if let phoneIndex {
                    try PersonStore.find(phoneIndex: phoneIndex, in: statements)
                } else {
                    try name.flatMap { try PersonStore.find(signInName: $0.text, in: statements) }
                }
            let known = try SignInFailureStore.isKnown(
                device: attempt.deviceHash, person: account?.person.id ?? "", in: statements)
            let delay = try throttle.delay(buckets, deviceIsKnown: known, at: now, in: statements)
            return Found(account: account, deviceIsKnown: known, delay: delay)
        }
    }

    private func refuse(_ found: Found, _ buckets: SignInThrottle.Buckets) async throws -> Outcome {
        let now = surroundings.now()
        let event = found.account.map { AuditEvent.signInRefused($0.person.id, surroundings) }
        return try await database.transaction { [throttle] transaction in
            // As after a right password: past the limit both answer alike, or a burst would tell which guess was right.
            // Counting first makes attempts of one account queue up at the counter's row.
            try throttle.recordFailure(buckets, deviceIsKnown: found.deviceIsKnown, at: now, in: transaction)
            let delay = try throttle.delay(
                buckets, deviceIsKnown: found.deviceIsKnown, counted: 1, at: now, in: transaction)
            if let event { try AuditStore.append(event, in: transaction) }
            return delay.map(Outcome.throttled) ?? .refused
        }
    }

    private func open(
        _ account: PersonStore.WithPassword, _ attempt: Attempt, _ buckets: SignInThrottle.Buckets, _ found: Found,
        freshHash: String?
    ) async throws -> Outcome {
        let now = surroundings.now()
        let person = account.person
        let handle = surroundings.newHandle()
        let opening = SSOSessionStore.Opening(
            id: surroundings.newID(), handleHash: crypto.digest(handle), person: person.id,
            deviceHash: attempt.deviceHash, deviceLabel: attempt.deviceLabel, acr: person.assurance, amr: ["pwd"],
            idleEnds: now + settings.sessionIdle, ends: now + settings.sessionLife)
        let oldHandleHash = attempt.sessionHandle.map(crypto.digest)
        let event = AuditEvent.signedIn(person.id, session: opening.id, surroundings)
        return try await database.transaction { [throttle, sessions] transaction in
            if let delay = try throttle.delay(buckets, deviceIsKnown: found.deviceIsKnown, at: now, in: transaction) {
                return .throttled(delay)
            }
            guard try PersonStore.hold(account, in: transaction) else { return .refused }
            if let freshHash, let old = account.phc {
                try PersonStore.replace(phc: old, with: freshHash, of: person.id, in: transaction)
            }
            try throttle.recordSuccess(buckets, in: transaction)
            try SignInFailureStore.remember(device: attempt.deviceHash, person: person.id, at: now, in: transaction)
            try AuditStore.append(event, in: transaction)
            var ended = [EndedSessions]()
            if let oldHandleHash {
                if let renewed = try SSOSessionStore.renew(
                    oldHandleHash: oldHandleHash, as: opening, at: now, in: transaction)
                {
                    return .signedIn(renewed, handle: Secret(handle), ended: [])
                }
                // Somebody else was signed in here: their session must not outlive the change of person.
                if let other = try SSOSessionStore.findOpen(handleHash: oldHandleHash, in: transaction) {
                    ended.append(
                        try sessions.end(other.id, by: person.id, because: "another-person", at: now, in: transaction))
                }
            }
            try SSOSessionStore.open(opening, at: now, in: transaction)
            guard let session = try SSOSessionStore.find(handleHash: opening.handleHash, at: now, in: transaction)
            else {
                return .refused
            }
            return .signedIn(session, handle: Secret(handle), ended: ended)
        }
    }
}
