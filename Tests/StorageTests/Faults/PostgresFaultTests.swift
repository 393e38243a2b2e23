import Foundation
import Logging
import Storage
import Synchronization
import TestKit
import Testing

@Suite(
    "Faults of PostgreSQL", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: Backend.postgresURL != nil, "set YIMEN_TEST_POSTGRES to run on PostgreSQL too"))
struct PostgresFaultTests {
    private let logger = Logger(label: "test.faults") { _ in SwiftLogNoOpLogHandler() }

    @Test func `a server that restarts under load loses nothing acknowledged, and work goes on`() async throws {
        try await withServer { script, directory, url in
            var settings = PostgresSettings(url: url)
            settings.connections = 8
            let database = try PostgresDatabase(settings, logger: logger)
            try await Migrator(database: database).migrate([ConformanceTables.all])
            for counter in 0..<4 {
                try await ConformanceTables.addCounter("\(counter)", capacity: 1_000_000, to: database)
            }
            let changes = database.listen("room")
            for await change in changes where change == .missed { break }

            let progress = Progress()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<16 {
                    group.addTask { await progress.work(task, database) }
                }
                try await progress.reach(200)
                try await ChildProcess.run(script, "restart", directory)
                try await progress.reach(progress.count + 400)
                progress.stop()
                try await group.waitForAll()
            }
            // The listening connection is back and has said that something may have been missed.
            for await change in changes where change == .missed { break }
            let kept = Set(try await ConformanceTables.claims(in: database))
            #expect(progress.acknowledged.isSubset(of: kept))
            var used = 0
            for counter in 0..<4 { used += try await ConformanceTables.used("\(counter)", in: database) }
            #expect(used == kept.count)
            try await database.checkHealth()
            await database.close()
        }
    }

    /// A cluster of its own, because the shared one must not be disturbed.
    private func withServer(_ body: (_ script: String, _ directory: String, _ url: String) async throws -> Void)
        async throws
    {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let script = root.appending(path: "scripts/postgres.sh").path
        let directory = "/tmp/yimen-fault-\(UUID().uuidString.prefix(8))"
        let url = try #require(try await ChildProcess.run(script, "start", directory, "fsync=off").last)
        do {
            try await body(script, directory, url)
        } catch {
            try await ChildProcess.run(script, "stop", directory)
            throw error
        }
        try await ChildProcess.run(script, "stop", directory)
    }
}

/// What the tasks under load have been told.
private final class Progress: Sendable {
    private struct State {
        var acknowledged = Set<String>()
        var isOver = false
    }

    private let state = Mutex(State())

    var acknowledged: Set<String> { state.withLock { $0.acknowledged } }
    var count: Int { acknowledged.count }

    func stop() { state.withLock { $0.isOver = true } }

    /// Claims places until stopped; a claim that fails is not repeated, because it may have been kept.
    func work(_ task: Int, _ database: any Database) async {
        var number = 0
        while !Task.isCancelled, !state.withLock({ $0.isOver }) {
            number += 1
            let holder = "\(task)-\(number)"
            do {
                let counter = "\(number % 4)"
                guard try await claim(counter, by: holder, key: counter, in: database) else { continue }
                state.withLock { _ = $0.acknowledged.insert(holder) }
            } catch {
                try? await Task.sleep(for: .milliseconds(20))
            }
        }
    }

    func reach(_ goal: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while count < goal {
            guard ContinuousClock.now < deadline else { throw StorageError.unavailable("stuck at \(count)") }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}
