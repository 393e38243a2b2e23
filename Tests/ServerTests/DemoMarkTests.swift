import Core
import Identity
import Storage
import TestKit
import Testing

@testable import Server

@Suite("Demo: its data stays in the demo")
struct DemoMarkTests {
    private func run(_ backend: Backend, _ body: @Sendable @escaping (any Database) async throws -> Void) async throws {
        try await withDatabase(backend, IdentityMigrations.all, DemoMark.migrations) { try await body($0) }
    }

    @Test(arguments: Backend.available)
    func `a database with demo data is served in the demo only`(backend: Backend) async throws {
        try await run(backend) { database in
            let mark = DemoMark(database: database)
            try await mark.requireHarmless(demo: false)
            try await mark.set(at: Instant(seconds: 1))
            try await mark.set(at: Instant(seconds: 2))
            try await mark.requireHarmless(demo: true)
            let fault = await #expect(throws: StartupFault.self) { try await mark.requireHarmless(demo: false) }
            #expect(
                fault?.description.contains("--demo") == true && fault?.description.contains("empty database") == true)
        }
    }

    @Test(arguments: Backend.available)
    func `a demo from before there was a mark is known by its systems`(backend: Backend) async throws {
        try await withDatabase(backend, IdentityMigrations.all) { database in
            _ = try await database.transaction { tx in
                try tx.execute(
                    """
                    INSERT INTO identity_client (id, name, protocol, auth_method, redirect_uris,
                        post_logout_redirect_uris, grants, scopes, id_token_alg, require_pkce, channel,
                        access_token_seconds, refresh_idle_seconds, refresh_life_seconds, created_at_ms, updated_at_ms)
                    VALUES ('sample-social-security', 'x', 'oidc', 'none', '[]', '[]', '[]', '[]', 'ES256', FALSE,
                        'web', 60, 60, 60, 0, 0)
                    """)
            }
            try await Migrator(database: database).migrate([IdentityMigrations.all, DemoMark.migrations])
            #expect(try await DemoMark(database: database).isSet())
        }
    }
}
