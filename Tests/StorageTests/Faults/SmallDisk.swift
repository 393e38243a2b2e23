import Foundation
import Storage
import TestKit
import Testing

/// Runs `body` in a file system of its own that is soon full; the test is skipped where mounting is not allowed.
func withSmallDisk(bytes: Int, _ body: (String) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        do {
            try await ChildProcess.run("/bin/mount", "-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", directory)
        } catch {
            try Test.cancel("mounting a small disk needs the rights of root")
        }
        do {
            try await body(directory)
        } catch {
            try await ChildProcess.run("/bin/umount", directory)
            throw error
        }
        try await ChildProcess.run("/bin/umount", directory)
    }
}

/// Stores one row of 4 kB.
func store(_ database: any Database, _ number: Int) async throws -> Int {
    try await database.transaction { transaction in
        try transaction.execute(
            "INSERT INTO conformance_value (id, number, body) VALUES ($1, $2, $3)", "\(number)", number,
            String(repeating: "x", count: 4000))
        return number
    }
}

/// Stores rows until the database refuses; returns those that were acknowledged.
func fill(_ database: any Database, from start: Int) async throws -> [Int] {
    var kept = [Int]()
    for number in start..<start + 10_000 {
        do {
            kept.append(try await store(database, number))
        } catch StorageError.unavailable {
            return kept
        }
    }
    Issue.record("the disk was never full")
    return kept
}

func stored(_ database: any Database) async throws -> [Int] {
    try await database.read { try $0.query("SELECT number FROM conformance_value ORDER BY number") }
        .map { try $0.int("number") }
}
