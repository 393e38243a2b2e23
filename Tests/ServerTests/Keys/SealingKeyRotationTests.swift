import Core
import Cryptography
import Foundation
import Identity
import Logging
import Storage
import Synchronization
import TestKit
import Testing
import Web

@testable import Server

@Suite("Sealing keys: rotated beside running servers, retired when nothing needs them")
struct SealingKeyRotationTests {
    private static let phone = "19900000001"

    /// A person, a page session and signing keys: a value in every sealed column.
    private func fill(_ groundwork: Groundwork) async throws -> String {
        let people = PeopleRegistry(
            database: groundwork.database, crypto: groundwork.provider, passwords: groundwork.passwords,
            settings: groundwork.settings.identity, surroundings: groundwork.surroundings)
        let person = NewPerson(
            name: "测试一", identityNumber: "370102180001010001", phone: Self.phone, signInName: nil, assurance: .l3,
            roles: [], hall: nil, password: Secret("a-long-enough-password"))
        let subject = try await people.add(person)
        try await sessions(groundwork).create(session("one"))
        try await groundwork.signingKeyRotation.advance()
        let notification = try groundwork.provider.seal("{}", context: "identity_approval.notification:approval")
        let claims = try groundwork.provider.seal("{}", context: "identity_access_token.sealed_claims:handle")
        let expires = Surroundings().now() + .minutes(10)
        _ = try await groundwork.database.transaction { transaction in
            try transaction.execute(
                """
                INSERT INTO identity_approval (id, request_hash, kind, client_id, person_id, scopes, terms,
                    sealed_notification, state, interval_seconds, created_at_ms, expires_at_ms)
                VALUES ('approval', 'request', 'ciba', 'bank', $1, '[]', '{}', $2, 'waiting', 5, 0, 0)
                """, subject, notification)
            try transaction.execute(
                "INSERT INTO identity_access_token (token_hash, sealed_claims, expires_at_ms) VALUES ('handle', $1, $2)",
                claims, expires)
        }
        return subject
    }

    private func sessions(_ groundwork: Groundwork) -> PageSessionTable {
        PageSessionTable(
            database: groundwork.database, provider: groundwork.provider, surroundings: groundwork.surroundings)
    }

    private func session(_ key: String) -> PageSessionRecord {
        PageSessionRecord(
            key: key, sid: nil, subject: "s", expiresAt: Surroundings().now() + .hours(1), payload: Secret("payload"))
    }

    private func rotation(_ groundwork: Groundwork) -> SealingKeyRotation {
        SealingKeyRotation(groundwork: groundwork, settling: .zero, rest: .zero, say: { _ in })
    }

    private func use(_ groundwork: Groundwork) async throws -> [Int: Int] {
        try await SealedValues(database: groundwork.database, provider: groundwork.provider).use()
    }

    @Test(arguments: Backend.available)
    func `every value moves to the new key and a running server neither stops nor fails`(backend: Backend) async throws
    {
        try await Installation.run(backend) { installation in
            try await installation.open { server in
                let subject = try await fill(server)
                let before = try await use(server)
                #expect(before.keys.sorted() == [1])
                let columns = try await columnsInUse(server)
                #expect(columns == Set(Schema.sealedColumns.map(\.description)))

                try await installation.open { try await rotation($0).rotate(dryRun: false) }

                #expect(try await use(server) == [2: before[1] ?? 0])
                let people = PeopleRegistry(
                    database: server.database, crypto: server.provider, passwords: server.passwords,
                    settings: server.settings.identity, surroundings: server.surroundings)
                #expect(try await people.phone(of: subject) == Self.phone)
                #expect(try await people.subject(identityNumber: "370102180001010001") == subject)
                #expect(try await sessions(server).find(key: "one")?.payload.reveal() == "payload")
                try await SigningKeys(database: server.database, crypto: server.provider).refresh()
                try await sessions(server).create(session("two"))
                #expect(try await use(server)[1] == nil)
            }
        }
    }

    private func columnsInUse(_ groundwork: Groundwork) async throws -> Set<String> {
        let values = SealedValues(database: groundwork.database, provider: groundwork.provider)
        var found = Set<String>()
        for column in values.columns where try await !values.page(of: column, after: "", limit: 1).isEmpty {
            found.insert(column.description)
        }
        return found
    }

    @Test(arguments: Backend.available)
    func `a rotation that was cut short goes on under the same key`(backend: Backend) async throws {
        try await Installation.run(backend) { installation in
            try await installation.open { groundwork in
                _ = try await fill(groundwork)
                let total = try await use(groundwork)[1] ?? 0
                #expect(try KeyRing.addKey(directory: groundwork.settings.keyDirectory) == 2)
                try groundwork.keys.refresh()
                let first = SealedValues(
                    database: groundwork.database, provider: groundwork.provider,
                    columns: Array(Schema.sealedColumns.prefix(1)))
                _ = try await Resealing(values: first).run()
                #expect(try await use(groundwork) == [1: total - 1, 2: 1])
            }
            try await installation.open { groundwork in
                try await rotation(groundwork).rotate(dryRun: false)
                #expect(try await use(groundwork).keys.sorted() == [2])
                #expect(groundwork.keys.ring.numbers == [1, 2])
                try await rotation(groundwork).rotate(dryRun: false)
                #expect(try await use(groundwork).keys.sorted() == [3])
            }
        }
    }

    @Test(arguments: Backend.available)
    func `a value that changes meanwhile keeps its change`(backend: Backend) async throws {
        try await Installation.run(backend) { installation in
            try await installation.open { groundwork in
                _ = try await fill(groundwork)
                let column = try #require(PageSessionTable.sealedColumns.first)
                let values = SealedValues(database: groundwork.database, provider: groundwork.provider)
                let stale = try #require(try await values.page(of: column, after: "", limit: 1).first)
                let changed = try await loaded("changed", groundwork)
                #expect(try await sessions(groundwork).replace(changed))
                #expect(try await values.replace([(old: stale, sealed: "v1.9.x")], in: column) == 0)
                #expect(try await sessions(groundwork).find(key: "one")?.payload.reveal() == "changed")
            }
        }
    }

    /// The session as a request has read it and is about to write it.
    private func loaded(_ payload: String, _ groundwork: Groundwork) async throws -> PageSessionRecord {
        let record = try #require(try await sessions(groundwork).find(key: "one"))
        return PageSessionRecord(
            key: record.key, sid: record.sid, subject: record.subject, expiresAt: record.expiresAt,
            payload: Secret(payload), version: record.version)
    }

    @Test(arguments: Backend.available)
    func `a session read before and written after it was sealed anew is kept`(backend: Backend) async throws {
        try await Installation.run(backend) { installation in
            try await installation.open { groundwork in
                _ = try await fill(groundwork)
                let (first, second) = (try await loaded("first", groundwork), try await loaded("second", groundwork))
                try await rotation(groundwork).rotate(dryRun: false)
                #expect(try await sessions(groundwork).replace(first))
                #expect(try await !sessions(groundwork).replace(second))
                #expect(try await sessions(groundwork).find(key: "one")?.payload.reveal() == "first")
            }
        }
    }

    @Test func `a dry run changes nothing`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { groundwork in
                _ = try await fill(groundwork)
                let said = Mutex([String]())
                let dry = SealingKeyRotation(
                    groundwork: groundwork, settling: .zero, say: { line in said.withLock { $0.append(line) } })
                try await dry.rotate(dryRun: true)
                try dry.prepare(dryRun: true)
                #expect(try await use(groundwork).keys.sorted() == [1])
                #expect(try KeyRing.load(directory: groundwork.settings.keyDirectory).numbers == [1])
                #expect(said.withLock { $0.joined() }.contains("a new key"))
            }
        }
    }

    @Test func `a key is retired only when nothing is under it`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { groundwork in
                _ = try await fill(groundwork)
                _ = try KeyRing.addKey(directory: groundwork.settings.keyDirectory)
                try groundwork.keys.refresh()
                await #expect(throws: StartupFault.self) { try await rotation(groundwork).retire(1) }
                let said = Mutex([String]())
                var loud = rotation(groundwork)
                loud.say = { line in said.withLock { $0.append(line) } }
                try await loud.rotate(dryRun: false)
                let last = said.withLock { $0.last }
                #expect(last?.hasSuffix(" `yimen keys retire 1`.") == true)
                await #expect(throws: StartupFault.self) { try await rotation(groundwork).retire(2) }
                var patient = rotation(groundwork)
                patient.rest = .hours(1)
                let unknown = await #expect(throws: StartupFault.self) { try await patient.retire(7) }
                #expect(unknown?.description == "There is no sealing key 7; in use are 1, 2.")
                let early = await #expect(throws: StartupFault.self) { try await patient.retire(1) }
                #expect(early?.description.contains("--now") == true)
                try await patient.retire(1, atOnce: true)
                #expect(groundwork.keys.ring.numbers == [2])
                let lines = try await rotation(groundwork).list()
                #expect(lines.first?.hasPrefix("sealing\t2\tcurrent\t") == true)
                #expect(lines.last == "sealing\t1\tretired\t0 values")
                try await rotation(groundwork).rotate(dryRun: false)
                #expect(groundwork.keys.ring.currentNumber == 3)
            }
        }
    }

    @Test func `a prepared key opens on every machine before it seals on one`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { groundwork in
                _ = try await fill(groundwork)
                let directory = groundwork.settings.keyDirectory
                try rotation(groundwork).prepare(dryRun: false)
                try rotation(groundwork).prepare(dryRun: false)
                try groundwork.keys.refresh()
                #expect(groundwork.keys.ring.currentNumber == 1)
                #expect(groundwork.keys.ring.nextNumber == 2)

                let elsewhere = directory + "-elsewhere"
                try FileManager.default.copyItem(atPath: directory, toPath: elsewhere)
                let other = StandardProvider(
                    keys: LiveKeyRing(try KeyRing.load(directory: elsewhere), directory: elsewhere))
                try await rotation(groundwork).rotate(dryRun: false)
                #expect(groundwork.keys.ring.currentNumber == 2)
                try await SealedValues(database: groundwork.database, provider: other).requireOpenable(keys: elsewhere)
                #expect(try other.seal("x", context: "c").hasPrefix("v1.1."))
            }
        }
    }

    @Test func `keys that do not belong to the database stop the start`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { _ = try await fill($0) }
            let keys = installation.settings.keyDirectory
            try FileManager.default.moveItem(atPath: keys, toPath: keys + ".lost")
            _ = try KeyRing.loadOrCreate(directory: keys)
            try await installation.open { groundwork in
                let fault = await #expect(throws: StartupFault.self) { try await groundwork.requireMatchingKeys() }
                #expect(fault?.description.contains(keys) == true)
            }
        }
    }

    @Test(arguments: Backend.available)
    func `lost keys are never replaced by new ones`(backend: Backend) async throws {
        try await Installation.run(backend) { installation in
            let keys = installation.settings.keyDirectory
            try FileManager.default.moveItem(atPath: keys, toPath: keys + ".lost")
            for schema in [Groundwork.SchemaNeed.current, .asFound] {
                let fault = await #expect(throws: StartupFault.self) {
                    try await Groundwork.open(installation.settings, schema: schema, logger: Logger(label: "test"))
                }
                #expect(fault?.description.contains("no keys in \(keys)") == true)
                #expect(!FileManager.default.fileExists(atPath: keys))
            }
            try FileManager.default.moveItem(atPath: keys + ".lost", toPath: keys)
            try FileManager.default.removeItem(atPath: keys + "/index.key")
            await #expect(throws: KeyRingFault.self) { try await installation.open { _ in } }
        }
    }

    @Test func `every sealed column of the schema is known to the rotation`() {
        var named = Set<String>()
        for statement in Schema.all.joined().flatMap(\.statements) {
            for match in statement.text.matches(of: /\b(sealed_[a-z_]+|[a-z_]+_sealed)\b/) {
                named.insert(String(match.output.1))
            }
        }
        #expect(named == Set(Schema.sealedColumns.map(\.column)))
    }
}
