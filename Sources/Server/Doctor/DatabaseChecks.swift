import Catalogue
import Core
import Cryptography
import Foundation
import Identity
import Logging
import Storage

/// Checks of the database: reachable, with this version's schema and our keys, with a catalogue, and nothing stuck.
struct DatabaseChecks {
    let settings: ServerSettings

    func findings() async -> [Finding] {
        // Looking must not bring a database about.
        if settings.databaseURL == nil, access(sqliteFile, F_OK) != 0 {
            let reason = errno
            guard reason != ENOENT else {
                return [.bad("database", "\(sqliteFile) does not exist; `yimen migrate` makes it")]
            }
            let words = String(cString: strerror(reason)).lowercased()
            return [
                .bad("database", "\(settings.dataDirectory) cannot be read (\(words)); chown it or set data.directory")
            ]
        }
        let database: any Database
        do {
            let logger = Logger(label: "yimen.doctor", factory: { _ in SwiftLogNoOpLogHandler() })
            database = try Databases.open(
                url: settings.databaseURL, dataDirectory: settings.dataDirectory, logger: logger)
        } catch {
            return [.bad("database", "\(OperatorMessage(error))")]
        }
        var findings = [Finding]()
        do {
            try await database.checkHealth()
            findings.append(.good("database", try await version(database)))
            findings.append(try await schema(database))
            if findings.allSatisfy({ $0.verdict == .good }) {
                findings.append(try await sealing(database))
                findings.append(try await catalogue(database))
                findings += try await clients(database)
                findings += try await demoData(database)
                findings += try await outbox(database)
            }
        } catch {
            findings.append(.bad("database", "\(OperatorMessage(error))"))
        }
        await database.close()
        return findings
    }

    private var sqliteFile: String { settings.dataDirectory + "/yimen.sqlite" }

    private func keys() throws -> LiveKeyRing {
        let directory = settings.keyDirectory
        return LiveKeyRing(try KeyRing.load(directory: directory), directory: directory)
    }

    private func version(_ database: any Database) async throws -> String {
        let text: SQL =
            database.engine == .sqlite ? "SELECT sqlite_version() AS version" : "SELECT version() AS version"
        let version = try await database.read { try $0.first(text)?.text("version") } ?? ""
        return database.engine == .sqlite ? "SQLite \(version)" : version
    }

    /// The keys beside the data directory are those of this database.
    private func sealing(_ database: any Database) async throws -> Finding {
        do {
            let keys = try keys()
            let values = SealedValues(database: database, provider: StandardProvider(keys: keys))
            try await values.requireOpenable(keys: settings.keyDirectory)
            let current = keys.ring.currentNumber
            let older = try await values.use().filter { $0.key != current }.values.reduce(0, +)
            return older == 0
                ? .good("sealed data", "opens, all under key \(current)")
                : .doubtful("sealed data", "\(older) values are under older keys; run `yimen keys rotate` to the end")
        } catch let fault as KeyRingFault {
            return .bad("sealed data", "\(fault)")
        } catch let fault as StartupFault {
            return .bad("sealed data", "\(fault)")
        }
    }

    private func schema(_ database: any Database) async throws -> Finding {
        let missing = try await Migrator(database: database).migrate(Schema.all, dryRun: true)
        return missing.isEmpty
            ? .good("schema", "current")
            : .bad("schema", "\(missing.count) migrations are missing, first \(missing[0]); run `yimen migrate`")
    }

    private func catalogue(_ database: any Database) async throws -> Finding {
        let snapshot = try await Catalogue(loading: database).current
        return snapshot.items.isEmpty
            ? .doubtful("catalogue", "is empty; run `yimen seed catalogue`")
            : .good("catalogue", "\(snapshot.items.count) items, \(snapshot.halls.count) halls")
    }

    /// Clients with a certificate, on a server that would never see it or could never believe it.
    private func clients(_ database: any Database) async throws -> [Finding] {
        // What is wrong with the keys has been said.
        guard let keys = try? keys() else { return [] }
        let registry = ClientRegistry(
            database: database, crypto: StandardProvider(keys: keys), demo: settings.demo,
            surroundings: Surroundings())
        let all = try await registry.list()
        let showing = all.filter { $0.authMethod.usesCertificate || $0.policy.bindsToCertificate }
        guard !showing.isEmpty else { return [] }
        guard settings.identity.offersCertificates else {
            return [
                .bad(
                    "clients",
                    "no certificate can reach this server, so these are always refused: \(Self.names(showing)); set "
                        + "http.clientCertificates with TLS, or http.trustedProxies for a proxy that sends Client-Cert")
            ]
        }
        let vouchedFor = all.filter { $0.authMethod == .tls }
        guard settings.clientAuthorities != nil || vouchedFor.isEmpty else {
            return [
                .bad(
                    "clients",
                    "without http.clientAuthorities every certificate of these is refused: \(Self.names(vouchedFor))")
            ]
        }
        return [.good("clients", "\(showing.count) show a certificate")]
    }

    private static func names(_ clients: [Client]) -> String {
        clients.map(\.id).sorted().prefix(5).joined(separator: ", ") + (clients.count > 5 ? ", …" : "")
    }

    private func demoData(_ database: any Database) async throws -> [Finding] {
        do {
            try await DemoMark(database: database).requireHarmless(demo: settings.demo)
            return [.good("demo data", settings.demo ? "allowed here" : "none")]
        } catch let fault as StartupFault {
            return [.bad("demo data", fault.description)]
        }
    }

    private func outbox(_ database: any Database) async throws -> [Finding] {
        let now = SystemClock().now()
        return try await database.read { try Outbox.backlog($0) }.map { backlog in
            let age = max(0, (now - backlog.oldest).components.seconds)
            let text = "\(backlog.topic): \(backlog.waiting) waiting, \(backlog.givenUp) given up, oldest \(age) s"
            if backlog.givenUp > 0 {
                return .doubtful("outbox", text + "; `yimen outbox list` tells why, `yimen outbox retry` tries again")
            }
            return age > 300
                ? .doubtful("outbox", text + "; is a server running, and can it reach the other system?")
                : .good("outbox", text)
        }
    }
}
