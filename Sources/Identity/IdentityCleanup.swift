package import Core
package import Logging
import ServiceLifecycle
package import Storage

/// Deletes what has expired, in small batches with pauses, so that tables stay small and requests hardly wait for it.
package struct IdentityCleanup: Service {
    /// Rows of one transaction. Each lies on pages of its own in the table and in every index, so that five hundred of
    /// them made requests wait twice as long as usual.
    private static let batch = 100
    /// After a batch that found something.
    private static let pause = Duration.milliseconds(20)
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
                    while try await sweep(pause: Self.pause) > 0 {}
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
    /// - Parameter pause: after each that found something.
    /// - Returns: how many rows went.
    @discardableResult
    package func sweep(pause: Duration = .zero) async throws -> Int {
        let now = surroundings.now()
        var total = 0
        for (statement, keeping) in Self.statements {
            let horizon = now - (keeping ? settings.retention : .zero)
            let gone = try await database.transaction { try $0.execute(statement, horizon, Self.batch) }
            total += gone
            if gone > 0, pause > .zero { try await Task.sleep(for: pause) }
        }
        return total
    }

    /// Each with whether the retention is added. Children come before their parents.
    ///
    /// Every batch is found in the order of an index on its time: a table full of rows that live is never read through.
    static let statements: [(SQL, Bool)] = [
        (batch(of: "identity_sign_in_request", key: "handle_hash", by: "expires_at_ms"), false),
        (batch(of: "identity_pushed_request", key: "handle_hash", by: "kept_until_ms"), false),
        (batch(of: "identity_sign_in_failure", key: "bucket", by: "window_ends_at_ms"), false),
        (batch(of: "identity_single_use", key: "key_hash", by: "expires_at_ms"), false),
        (batch(of: "identity_access_token", key: "token_hash", by: "expires_at_ms"), false),
        (batch(of: "identity_initial_token", key: "id", by: "expires_at_ms"), false),
        (
            batch(
                of: "identity_initial_token", key: "id", by: "expires_at_ms",
                ofAll: "uses_left = 0 AND expires_at_ms >= $1"), false
        ),
        // Nobody has approved it for a month, so nothing was ever given to it.
        (
            batch(
                of: "identity_client", key: "id", by: "updated_at_ms",
                ofAll: "state = 'pending' AND origin = 'open' AND updated_at_ms < $1 - 2592000000"), false
        ),
        (
            batch(
                of: "identity_client_logo", key: "client_id", by: "fetched_at_ms",
                and: "NOT EXISTS (SELECT 1 FROM identity_client c WHERE c.id = t.client_id)"), false
        ),
        (batch(of: "identity_revocation", key: "subject", by: "expires_at_ms"), false),
        // A spent or refused code is told from an unknown one for a while.
        (batch(of: "identity_approval", key: "id", by: "expires_at_ms"), true),
        (batch(of: "identity_logout_delivery", key: "id", by: "ended_at_ms"), true),
        // A spent code is kept for a while: its reuse is an alarm.
        (batch(of: "identity_authorization_code", key: "code_hash", by: "expires_at_ms"), true),
        (batch(of: "identity_refresh_token", key: "token_hash", by: "expires_at_ms"), true),
        // Tokens die with their family at the latest, so a family has none left in the end.
        (
            batch(
                of: "identity_refresh_family", key: "id", by: "ends_at_ms",
                and: "NOT EXISTS (SELECT 1 FROM identity_refresh_token r WHERE r.family_id = t.id)"), true
        ),
        (relyingSessions(by: "ends_at_ms"), true),
        (relyingSessions(by: "ended_at_ms"), true),
        (batch(of: "identity_sso_session", key: "id", by: "ends_at_ms", and: childless), true),
        (batch(of: "identity_sso_session", key: "id", by: "ended_at_ms", and: childless), true),
    ]

    private static let childless = "NOT EXISTS (SELECT 1 FROM identity_relying_session r WHERE r.sso_session_id = t.id)"

    /// - Parameters:
    ///   - time: the indexed column that says when a row may go.
    ///   - condition: what else must be true.
    private static func batch(of table: String, key: String, by time: String, and condition: String? = nil) -> SQL {
        batch(of: table, key: key, by: time, ofAll: "\(time) < $1" + (condition.map { " AND " + $0 } ?? ""))
    }

    private static func batch(of table: String, key: String, by time: String, ofAll condition: String) -> SQL {
        SQL(
            """
            DELETE FROM \(table) WHERE \(key) IN
            (SELECT t.\(key) FROM \(table) t WHERE \(condition) ORDER BY t.\(time) LIMIT $2)
            """)
    }

    /// Systems visited in sessions that are over.
    private static func relyingSessions(by time: String) -> SQL {
        SQL(
            """
            DELETE FROM identity_relying_session WHERE sid IN
            (SELECT r.sid FROM identity_sso_session t JOIN identity_relying_session r ON r.sso_session_id = t.id
            WHERE t.\(time) < $1 ORDER BY t.\(time) LIMIT $2)
            """)
    }
}
