import Foundation
import Logging
import Storage

/// Guarded bookings per second: one conditional update and one insert each, acknowledged after the commit.
struct Bench {
    let engine: String
    let place: String

    func run() async throws {
        let database = try open()
        try await Migrator(database: database).migrate([ProbeTables.all])
        try? await ProbeTables.addCounters(1000, to: database)
        try await measure("one task, hot", database, tasks: 1, rows: 1, announced: false)
        try await measure("64 tasks, hot", database, tasks: 64, rows: 1, announced: false)
        try await measure("64 tasks, 1000 rows", database, tasks: 64, rows: 1000, announced: false)
        try await measure("64 tasks, hot, announced", database, tasks: 64, rows: 1, announced: true)
        try await measure("64 tasks, 1000 rows, announced", database, tasks: 64, rows: 1000, announced: true)
        await database.close()
    }

    private func open() throws -> any Database {
        let logger = Logger(label: "probe")
        if engine == "postgres" {
            var settings = PostgresSettings(url: place)
            if let text = ProcessInfo.processInfo.environment["CONNECTIONS"], let count = Int(text) {
                settings.connections = count
            }
            return try PostgresDatabase(settings, logger: logger)
        }
        return try SQLiteDatabase(SQLiteSettings(path: place + "/bench.sqlite"), logger: logger)
    }

    private func measure(
        _ name: String, _ database: any Database, tasks: Int, rows: Int, announced: Bool
    ) async throws {
        let start = ContinuousClock.now
        let end = start + .seconds(4)
        let run = UUID().uuidString
        let sorted = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var own = [Duration]()
                    var number = 0
                    while ContinuousClock.now < end {
                        number += 1
                        let row = "\(Int.random(in: 0..<rows))"
                        let began = ContinuousClock.now
                        _ = try await ProbeTables.claim(
                            row, by: "\(run)-\(task)-\(number)", key: row, announced: announced, in: database)
                        own.append(ContinuousClock.now - began)
                    }
                    return own
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let rate = Int(Double(sorted.count) / seconds)
        print("\(name): \(rate)/s, median \(sorted[sorted.count / 2]), p99 \(sorted[sorted.count * 99 / 100])")
    }
}
