import Core
import Cryptography
import Storage

/// A person sets a password of their own, with the old one and a fresh sign-in (identity rule 32).
///
/// 1. the new password may be set at all; 2. the old one has not been guessed at too often; 3. the old one is right;
/// 4. in one transaction: the password is replaced if it is still that one, this browser's session gets a new handle,
/// every other session and every refresh family of the person ends, the systems are told, the audit has it and the
/// person gets a text. The old password counts against the same kind of limits as at sign-in: whoever finds an open
/// browser must not find out the password too.
struct ChangePassword: Sendable {
    struct Attempt: Sendable {
        let old: Secret<String>
        let new: Secret<String>
        /// Handle in the browser's session cookie.
        let sessionHandle: String
        let deviceHash: String
        let address: String
    }

    enum Outcome: Sendable {
        case changed(handle: Secret<String>, ended: EndedSessions)
        case wrongPassword
        case refused(PasswordRefusal)
        case throttled(Duration)
        /// The session ended at this very moment.
        case signedOut
    }

    let database: any Database
    let crypto: any CryptoProvider
    let passwords: PasswordHashing
    let vault: PersonVault
    let sessions: SessionEnding
    let throttle: SignInThrottle
    let settings: IdentitySettings
    let surroundings: Surroundings
    private let check: CheckPassword

    init(
        database: any Database, crypto: any CryptoProvider, passwords: PasswordHashing, vault: PersonVault,
        sessions: SessionEnding, throttle: SignInThrottle, settings: IdentitySettings, surroundings: Surroundings
    ) {
        self.database = database
        self.crypto = crypto
        self.passwords = passwords
        self.vault = vault
        self.sessions = sessions
        self.throttle = throttle
        self.settings = settings
        self.surroundings = surroundings
        check = CheckPassword(demo: settings.demo)
    }

    /// Characters that a new password of this person must have.
    func shortest(for person: String) async throws -> Int {
        let found = try await database.read { try PersonStore.find(person, in: $0) }
        return CheckPassword.Owner(isStaff: found?.roles.isEmpty == false).shortest
    }

    /// - Throws: `Problem.busy` when too many passwords wait to be checked; `StorageError`.
    func callAsFunction(_ attempt: Attempt, in session: SSOSession) async throws -> Outcome {
        let buckets = throttle.buckets(
            name: "password-change:" + session.personID, address: attempt.address, deviceHash: attempt.deviceHash)
        let now = surroundings.now()
        let found = try await database.read { [throttle] statements in
            (
                account: try PersonStore.findWithPassword(session.personID, in: statements),
                delay: try throttle.delay(buckets, deviceIsKnown: false, at: now, in: statements)
            )
        }
        guard let account = found.account, let stored = account.phc, account.person.state == .active else {
            return .signedOut
        }
        do throws(PasswordRefusal) {
            try check(attempt.new, of: owner(account.person))
        } catch {
            return .refused(error)
        }
        if let delay = found.delay { return .throttled(delay) }
        guard try await passwords.verify(attempt.old, against: stored) != .differs else {
            return try await wrong(buckets)
        }
        guard attempt.old.reveal() != attempt.new.reveal() else { return .refused(.unchanged) }
        return try await replace(account, with: try await passwords.hash(attempt.new), attempt, session, buckets)
    }

    private func owner(_ person: Person) -> CheckPassword.Owner {
        let details = try? vault.open(person)
        return CheckPassword.Owner(
            signInName: person.signInName, phone: details?.phone, identityNumber: details?.identityNumber,
            isStaff: !person.roles.isEmpty)
    }

    private func wrong(_ buckets: SignInThrottle.Buckets) async throws -> Outcome {
        let now = surroundings.now()
        return try await database.transaction { [throttle] transaction in
            try throttle.recordFailure(buckets, deviceIsKnown: false, at: now, in: transaction)
            return try throttle.delay(buckets, deviceIsKnown: false, counted: 1, at: now, in: transaction)
                .map(Outcome.throttled) ?? .wrongPassword
        }
    }

    private func replace(
        _ old: PersonStore.WithPassword, with new: String, _ attempt: Attempt, _ session: SSOSession,
        _ buckets: SignInThrottle.Buckets
    ) async throws -> Outcome {
        let now = surroundings.now()
        let person = session.personID
        let handle = surroundings.newHandle()
        let renewal = SSOSessionStore.Opening(
            id: session.id, handleHash: crypto.digest(handle), person: person, deviceHash: attempt.deviceHash,
            deviceLabel: session.deviceLabel, acr: session.acr, amr: session.amr,
            idleEnds: now + settings.sessionIdle, ends: now + settings.sessionLife)
        let oldHandle = crypto.digest(attempt.sessionHandle)
        let event = AuditEvent.passwordChanged(person, by: person, surroundings)
        let work = { @Sendable [throttle, sessions, surroundings] (transaction: any Transaction) throws -> Outcome in
            if let delay = try throttle.delay(buckets, deviceIsKnown: false, at: now, in: transaction) {
                return .throttled(delay)
            }
            // The password's row first, as at sign-in.
            guard try PersonStore.change(old, to: new, at: now, in: transaction) else { return .wrongPassword }
            let renewed = try SSOSessionStore.renew(oldHandleHash: oldHandle, as: renewal, at: now, in: transaction)
            guard renewed?.id == session.id else { throw SessionIsOver() }
            let ended = try sessions.endEverywhere(
                of: person, by: person, because: "password-changed", keeping: session.id, at: now, in: transaction)
            try AuditStore.append(event, in: transaction)
            try AccountNotice.passwordChanged.send(to: person, at: now, surroundings, in: transaction)
            return .changed(handle: Secret(handle), ended: ended)
        }
        do {
            return try await database.transaction(work)
        } catch is SessionIsOver {
            return .signedOut
        }
    }

    /// Takes the change back.
    private struct SessionIsOver: Error {}
}
