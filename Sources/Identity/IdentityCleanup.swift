package import Core
package import Logging
import ServiceLifecycle
package import Storage

/// Deletes what has expired, in small batches, so that tables stay small and no request waits for it.
package struct IdentityCleanup: Service {
    private static let batch = 500
    private let database: any Database
    private let settings: IdentitySettings
    private let surroundings: Surroundings
    private let logger: Logger

    package init(database: any Database, settings: IdentitySettings, surroundings: Surroundings, logger: Logger) {
        self.database = database
        self.settings = settings
        self.surroundings = surroundings
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await sweep() > 0 {
                        try await Task.sleep(for: .milliseconds(200))
                    }
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("Expired rows could not be deleted", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .minutes(5))
            }
        }
    }

    /// One batch of each kind.
    ///
    /// - Returns: how many rows went.
    @discardableResult
    package func sweep() async throws -> Int {
        let now = surroundings.now()
        var total = 0
        for (statement, keeping) in Self.statements {
            let horizon = now - (keeping ? settings.retention : .zero)
            total += try await database.transaction { try $0.execute(statement, horizon, Self.batch) }
        }
        return total
    }

    /// Each with whether the retention is added. Children come before their parents.
    private static let statements: [(SQL, Bool)] = [
        (batch(of: "identity_sign_in_request", key: "handle_hash", where: "expires_at_ms < $1"), false),
        (batch(of: "identity_pushed_request", key: "handle_hash", where: "kept_until_ms < $1"), false),
        (batch(of: "identity_sign_in_failure", key: "bucket", where: "window_ends_at_ms < $1"), false),
        (batch(of: "identity_single_use", key: "key_hash", where: "expires_at_ms < $1"), false),
        (batch(of: "identity_access_token", key: "token_hash", where: "expires_at_ms < $1"), false),
        (batch(of: "identity_initial_token", key: "id", where: "expires_at_ms < $1 OR uses_left = 0"), false),
        // Nobody has approved it for a month, so nothing was ever given to it.
        (
            batch(
                of: "identity_client", key: "id",
                where: "state = 'pending' AND origin = 'open' AND updated_at_ms < $1 - 2592000000"), false
        ),
        (
            batch(
                of: "identity_client_logo", key: "client_id",
                where: """
                    fetched_at_ms < $1 AND NOT EXISTS
                    (SELECT 1 FROM identity_client c WHERE c.id = identity_client_logo.client_id)
                    """), false
        ),
        (batch(of: "identity_revocation", key: "subject", where: "expires_at_ms < $1"), false),
        // A spent or refused code is told from an unknown one for a while.
        (batch(of: "identity_approval", key: "id", where: "expires_at_ms < $1"), true),
        (batch(of: "identity_logout_delivery", key: "id", where: "ended_at_ms < $1"), true),
        // A spent code is kept for a while: its reuse is an alarm.
        (batch(of: "identity_authorization_code", key: "code_hash", where: "expires_at_ms < $1"), true),
        (
            batch(
                of: "identity_refresh_token", key: "token_hash",
                where: """
                    expires_at_ms < $1 OR family_id IN
                    (SELECT f.id FROM identity_refresh_family f WHERE f.ends_at_ms < $1)
                    """), true
        ),
        (
            batch(
                of: "identity_refresh_family", key: "id",
                where: """
                    ends_at_ms < $1 AND NOT EXISTS
                    (SELECT 1 FROM identity_refresh_token t WHERE t.family_id = identity_refresh_family.id)
                    """), true
        ),
        (
            batch(
                of: "identity_relying_session", key: "sid",
                where: """
                    sso_session_id IN
                    (SELECT s.id FROM identity_sso_session s WHERE s.ends_at_ms < $1 OR s.ended_at_ms < $1)
                    """), true
        ),
        (
            batch(
                of: "identity_sso_session", key: "id",
                where: """
                    (ends_at_ms < $1 OR ended_at_ms < $1) AND NOT EXISTS (SELECT 1 FROM identity_relying_session r
                    WHERE r.sso_session_id = identity_sso_session.id)
                    """), true
        ),
    ]

    private static func batch(of table: String, key: String, where condition: String) -> SQL {
        SQL(
            """
            DELETE FROM \(table) WHERE \(key) IN
            (SELECT \(key) FROM \(table) WHERE \(condition) ORDER BY \(key) LIMIT $2)
            """)
    }
}
