package import Storage
import Testing

/// Thrown by a closure that has changed its mind.
package struct Undo: Error, Hashable {
    package init() {}
}

/// Calls that throw are undone alone, whatever their neighbours in the same group do.
package func rollbackConformance(_ database: any Database, key: String?) async throws {
    try await ConformanceTables.addCounter("c", capacity: 1000, to: database)
    let kept = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<200 {
            group.addTask {
                do {
                    try await database.transaction(combining: key.map { CallLane($0) }) { transaction in
                        try transaction.execute(
                            "UPDATE conformance_counter SET used = used + 1 WHERE id = 'c' AND used < capacity")
                        try transaction.execute(
                            "INSERT INTO conformance_claim (id, counter, holder) VALUES ($1, 'c', $1)", "h\(number)")
                        if number % 3 == 0 { throw Undo() }
                        if number % 3 == 1 {
                            // Violates the primary key: the database itself refuses.
                            try transaction.execute(
                                "INSERT INTO conformance_claim (id, counter, holder) VALUES ($1, 'c', $2)",
                                "h\(number)", "other\(number)")
                        }
                    }
                    return true
                } catch is Undo {
                    #expect(number % 3 == 0)
                } catch StorageError.constraint {
                    #expect(number % 3 == 1)
                } catch {
                    Issue.record("\(error)")
                }
                return false
            }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(kept == 66)
    #expect(try await ConformanceTables.used("c", in: database) == 66)
    let claims = try await ConformanceTables.claims(in: database)
    #expect(Set(claims) == Set((0..<200).filter { $0 % 3 == 2 }.map { "h\($0)" }))
}

/// A closure that catches a refused statement and goes on is undone all the same.
package func swallowedErrorConformance(_ database: any Database) async throws {
    await #expect(throws: StorageError.self) {
        try await database.transaction { transaction in
            try transaction.execute("INSERT INTO conformance_value (id) VALUES ('first')")
            _ = try? transaction.execute("INSERT INTO conformance_value (id) VALUES ('first')")
        }
    }
    #expect(try await database.read { try $0.query("SELECT id FROM conformance_value") }.isEmpty)
}

/// A read sees one state of the database from its first to its last statement, and cannot write.
package func snapshotConformance(_ database: any Database) async throws {
    try await ConformanceTables.addCounter("c", capacity: 10_000, to: database)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            for _ in 0..<200 {
                try await database.transaction { transaction in
                    _ = try transaction.execute("UPDATE conformance_counter SET used = used + 1 WHERE id = 'c'")
                }
            }
        }
        group.addTask {
            for _ in 0..<100 {
                let seen = try await database.read { statements in
                    try (0..<3).map { _ in
                        try statements.first("SELECT used FROM conformance_counter WHERE id = 'c'")?.int("used")
                    }
                }
                #expect(Set(seen).count == 1)
            }
        }
        try await group.waitForAll()
    }
    await #expect(throws: StorageError.self) {
        try await database.read { try $0.execute("UPDATE conformance_counter SET used = 0 WHERE id = 'c'") }
    }
    #expect(try await ConformanceTables.used("c", in: database) == 200)
}
