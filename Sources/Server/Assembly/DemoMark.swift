import Core
import Storage

/// Remembers in the database itself that demo data was put into it, so that nobody serves people to the public whose
/// password is printed on the demo's sign-in page.
struct DemoMark: Sendable {
    let database: any Database

    static let migrations = [
        Migration(
            "server/0002-demo-mark",
            [
                "CREATE TABLE server_mark (name TEXT PRIMARY KEY, set_at_ms BIGINT NOT NULL)",
                // A database that was seeded before there was a mark.
                """
                INSERT INTO server_mark (name, set_at_ms)
                SELECT 'demo-data', 0 WHERE EXISTS (SELECT 1 FROM identity_client WHERE id = 'sample-social-security')
                """,
            ])
    ]

    func set(at now: Instant) async throws {
        _ = try await database.transaction { tx in
            try tx.execute(
                "INSERT INTO server_mark (name, set_at_ms) VALUES ('demo-data', $1) ON CONFLICT DO NOTHING", now)
        }
    }

    func isSet() async throws -> Bool {
        try await database.read { statements in
            try statements.first("SELECT 1 AS found FROM server_mark WHERE name = 'demo-data'") != nil
        }
    }

    /// - Throws: `StartupFault` outside the demo when there is demo data.
    func requireHarmless(demo: Bool) async throws {
        guard !demo, try await isSet() else { return }
        throw StartupFault(
            "This database was filled with demo data by `yimen seed demo`: its people have the password that the demo "
                + "prints on its sign-in page. Outside the demo, use an empty database (another data.directory or "
                + "database.url, then `yimen migrate`); if this is the demo, start it with --demo or YIMEN_DEMO=true.")
    }
}
