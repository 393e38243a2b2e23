import Core
import Storage

/// The step that every way to a person's tokens shares, inside the transaction of its own gate: the
/// session behind the grant must be live and the person active; a refresh family is opened where the
/// client has one.
enum OpenGrant {
    /// - Parameters:
    ///   - grant: already bound to the keys of who asks.
    ///   - refreshHash: digest of the first refresh token; `nil` for none.
    /// - Returns: `nil` when the session has ended or the person is no longer active.
    static func open(
        _ grant: Grant, refreshHash: String?, for client: Client, at now: Instant, in transaction: any Transaction
    ) throws -> Person? {
        guard try RelyingSessionStore.touch(grant.sid, at: now, in: transaction),
            let person = try PersonStore.find(grant.personID, in: transaction), person.state == .active
        else { return nil }
        if let refreshHash {
            let offline = grant.scopes.contains("offline_access")
            var ends = now + client.refreshLife
            // Without `offline_access` nothing outlives the sign-in (OpenID Connect Core §11), however long the
            // client's tokens live with it.
            if !offline {
                guard let session = try RelyingSessionStore.sessionEnd(of: grant.sid, in: transaction) else {
                    return nil
                }
                ends = min(ends, session)
            }
            try RefreshStore.open(
                grant, offline: offline, tokenHash: refreshHash, idleEnds: min(now + client.refreshIdle, ends),
                ends: ends, at: now, in: transaction)
        }
        return person
    }
}
