import Core
import Storage

/// Ends everything that was given to a client which is being removed: codes, sessions, refresh families and the access
/// tokens of all of them, and what people allowed it. Otherwise a new system registered under the same id would find
/// the old one's grants alive.
enum ClientEnding {
    /// What one transaction ends at most of each kind.
    static let batch = 500

    /// - Returns: true when nothing is left; false asks for another round in a transaction of its own.
    static func endSome(of client: String, at now: Instant, in transaction: any Transaction) throws -> Bool {
        // The order of a redemption: code, session, family.
        try AuthorizationCodeStore.dropAll(client: client, in: transaction)
        let sessions = try RelyingSessionStore.endSome(client: client, limit: batch, at: now, in: transaction)
        let grants = try RefreshStore.revokeSome(client: client, limit: batch, at: now, in: transaction)
        for subject in sessions.map(\.sid) + grants {
            try RevocationStore.revoke(subject, at: now, in: transaction)
        }
        let consents = try ConsentStore.removeSome(client: client, limit: batch, in: transaction)
        return sessions.count < batch && grants.count < batch && consents < batch
    }
}
