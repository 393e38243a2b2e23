import Catalogue
import Core
import Logging
import Storage

/// Checks of the database: reachable, with this version's schema, with a catalogue, and nothing stuck.
struct DatabaseChecks {
    let settings: ServerSettings

    func findings() async -> [Finding] {
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
            findings.append(.good("database", database.engine.rawValue))
            findings.append(try await schema(database))
            if findings.allSatisfy({ $0.verdict == .good }) {
                findings.append(try await catalogue(database))
                findings += try await demoData(database)
                findings += try await outbox(database)
            }
        } catch {
            findings.append(.bad("database", "\(OperatorMessage(error))"))
        }
        await database.close()
        return findings
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

    private func demoData(_ database: any Database) async throws -> [Finding] {
        do {
            try await DemoMark(database: database).requireHarmless(demo: settings.demo)
            return []
        } catch let fault as StartupFault {
            return [.bad("demo data", fault.description)]
        }
    }

    private func outbox(_ database: any Database) async throws -> [Finding] {
        let now = SystemClock().now()
        return try await database.read { try Outbox.backlog($0) }.map { backlog in
            let age = (now - backlog.oldest).components.seconds
            let text = "\(backlog.topic): \(backlog.waiting) waiting, \(backlog.givenUp) given up, oldest \(age) s"
            return backlog.givenUp > 0 || age > 300 ? .doubtful("outbox", text) : .good("outbox", text)
        }
    }
}
