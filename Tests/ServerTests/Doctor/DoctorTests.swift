import Core
import Cryptography
import Foundation
import Identity
import Storage
import TestKit
import Testing

@testable import Server

@Suite("Doctor: names what is wrong and what to do")
struct DoctorTests {
    private func find(_ subject: String, in findings: [Finding]) throws -> Finding {
        try #require(findings.first { $0.subject == subject }, "no finding about \(subject)")
    }

    private func settings(_ flags: [String: String]) async throws -> ServerSettings {
        try ServerSettings(try await ConfigurationLoader(flags: flags, environment: [:]).load())
    }

    @Test(arguments: Backend.available)
    func `a migrated database with its keys is well`(backend: Backend) async throws {
        try await Installation.run(backend) { installation in
            let findings = await DatabaseChecks(settings: installation.settings).findings()
            for subject in ["database", "schema", "sealed data", "demo data"] {
                let finding = try find(subject, in: findings)
                #expect(finding.verdict == .good, "\(finding.line)")
            }
            #expect(try find("catalogue", in: findings).message.contains("yimen seed catalogue"))
        }
    }

    @Test func `a missing database is named and not made`() async throws {
        try await withTemporaryDirectory { directory in
            let settings = try await settings(["demo": "true", "data.directory": directory])
            let findings = await DatabaseChecks(settings: settings).findings()
            #expect(findings.map(\.verdict) == [.bad])
            #expect(findings.first?.message.contains("yimen migrate") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory).isEmpty)
        }
    }

    @Test func `a data directory that cannot be looked into is not called empty`() async throws {
        try await withTemporaryDirectory { directory in
            let file = directory + "/file"
            try "".write(toFile: file, atomically: false, encoding: .utf8)
            let settings = try await settings(["demo": "true", "data.directory": file])
            let database = try find("database", in: await DatabaseChecks(settings: settings).findings())
            #expect(database.verdict == .bad && database.message.hasPrefix("\(file) cannot be read"))
        }
    }

    @Test func `missing migrations are counted`() async throws {
        try await withTemporaryDirectory { directory in
            let settings = try await settings(["demo": "true", "data.directory": directory])
            try await Installation(settings: settings).open { _ in }
            let schema = try find("schema", in: await DatabaseChecks(settings: settings).findings())
            #expect(schema.verdict == .bad && schema.message.contains("yimen migrate"))
        }
    }

    @Test func `demo people outside the demo are a fault`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { groundwork in
                _ = try await Seeding(groundwork: groundwork).run(demo: true)
            }
            let strict = try await settings([
                "issuer": "https://yimen.example", "data.directory": installation.settings.dataDirectory,
            ])
            let demo = try find("demo data", in: await DatabaseChecks(settings: strict).findings())
            #expect(demo.verdict == .bad && demo.message.contains("empty database"))
        }
    }

    @Test func `keys of another database and unfinished rotations are told`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { try await $0.signingKeyRotation.advance() }
            let keys = installation.settings.keyDirectory
            _ = try KeyRing.addKey(directory: keys)
            var sealed = try find("sealed data", in: await DatabaseChecks(settings: installation.settings).findings())
            #expect(sealed.verdict == .doubtful && sealed.message.contains("yimen keys rotate"))
            try FileManager.default.removeItem(atPath: keys)
            _ = try KeyRing.loadOrCreate(directory: keys)
            sealed = try find("sealed data", in: await DatabaseChecks(settings: installation.settings).findings())
            #expect(sealed.verdict == .bad && sealed.message.contains("Restore"))
        }
    }

    @Test func `clients that can never show their certificate are named`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { groundwork in
                var registration = ClientRegistration(id: "water-bureau")
                registration.redirectURIs = ["https://water.example/callback"]
                registration.authMethod = "tls_client_auth"
                registration.policy.certificateSubjectDN = "CN=water"
                try await groundwork.clients.add(registration)
            }
            let here = installation.settings.dataDirectory
            let rows: [([String: String], Finding.Verdict, String)] = [
                ([:], .bad, "http.clientCertificates"),
                (["http.trustedProxies": "10.0.0.1"], .bad, "http.clientAuthorities"),
                (
                    ["http.trustedProxies": "10.0.0.1", "http.clientAuthorities": "ca.pem"], .good,
                    "1 show a certificate"
                ),
            ]
            for (flags, verdict, words) in rows {
                let settings = try await settings(
                    flags.merging(["demo": "true", "data.directory": here]) { own, _ in own })
                let clients = try find("clients", in: await DatabaseChecks(settings: settings).findings())
                #expect(clients.verdict == verdict && clients.message.contains(words), "\(clients.line)")
            }
        }
    }

    @Test func `dead letters come with the command that shows why`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { groundwork in
                _ = try await groundwork.database.transaction { transaction in
                    try transaction.execute(
                        """
                        INSERT INTO storage_outbox (id, topic, payload, attempt, available_at_ms, leased_until_ms,
                            last_error, given_up_at_ms) VALUES ('m', 'logout', '{}', 25, 1, 0, 'status 500', 2)
                        """)
                }
            }
            let outbox = try find("outbox", in: await DatabaseChecks(settings: installation.settings).findings())
            #expect(outbox.verdict == .doubtful && outbox.message.contains("yimen outbox"))
            try await installation.open { groundwork in
                let reasons = try await groundwork.database.read { statements in
                    try Outbox.givenUp(topic: "logout", in: statements).map { "\($0.count) \($0.reason)" }
                }
                #expect(reasons == ["1 status 500"])
                let now = groundwork.surroundings.now()
                let retried = try await groundwork.database.transaction {
                    try Outbox.retry(topic: "logout", at: now, in: $0)
                }
                #expect(retried == 1)
                let backlog = try await groundwork.database.read { try Outbox.backlog($0) }
                #expect(backlog.map(\.waiting) == [1] && backlog.map(\.givenUp) == [0])
                #expect(backlog.first?.oldestWaiting == now)
            }
        }
    }

    @Test func `permissions of directory and keys are looked at`() async throws {
        try await Installation.run(.sqlite) { installation in
            let directory = installation.settings.dataDirectory
            func mode(_ mode: Int, _ path: String) throws {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            }
            try mode(0o755, directory)
            try mode(0o644, directory + "/keys/data-1.key")
            var findings = MachineChecks(settings: installation.settings).findings()
            #expect(try find("data directory", in: findings).verdict == .doubtful)
            #expect(try find("keys", in: findings).verdict == .bad)
            #expect(try find("keys", in: findings).message.contains("data-1.key"))
            try mode(0o700, directory)
            try mode(0o600, directory + "/keys/data-1.key")
            findings = MachineChecks(settings: installation.settings).findings()
            #expect(try find("data directory", in: findings).verdict == .good)
            #expect(try find("keys", in: findings).verdict == .good)
            #expect(try find("disk", in: findings).verdict == .good)
        }
    }

    @Test(arguments: [(-1, Finding.Verdict.bad), (29, .doubtful), (31, .good)])
    func `a certificate is watched to its end`(days: Int, verdict: Finding.Verdict) {
        let now = Surroundings().now()
        #expect(SetupChecks.expiry(of: "server.pem", at: now + .days(days), now: now).verdict == verdict)
    }

    @Test func `a clock that is years off, missing resources and a silent issuer are told`() async throws {
        let settings = try await settings([
            "demo": "true", "issuer": "http://localhost:9", "resources.directory": "/nowhere",
        ])
        let clock = FixedClock(Instant(seconds: 0))
        let findings = await SetupChecks(settings: settings, clock: clock).findings()
        #expect(try find("clock", in: findings).verdict == .bad)
        #expect(try find("resources", in: findings).verdict == .bad)
        #expect(try find("resources", in: findings).message.hasPrefix("resources.directory"))
        #expect(try find("issuer", in: findings).verdict == .doubtful)
        let reason = "(nobody answers: connection refused); start `yimen serve`"
        #expect(try find("issuer", in: findings).message.contains(reason))
    }
}
