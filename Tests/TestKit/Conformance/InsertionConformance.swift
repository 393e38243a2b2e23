package import Storage
import Testing

private let counters = Insertion(into: "conformance_counter", ["id", "used", "capacity"])
private let claims = Insertion(into: "conformance_claim", ["id", "counter", "holder"], after: counters)
private let optionalClaims = Insertion(
    into: "conformance_claim", ["id", "counter", "holder"], after: claims, skippingDuplicates: true)

/// Rows left for the end arrive with their call, and a row that is refused undoes its own call only: also the
/// statements that the call had run before, and nothing of its neighbours.
package func insertionConformance(_ database: any Database, key: String?) async throws {
    try await ConformanceTables.addCounter("c", capacity: 1000, to: database)
    let lane = key.map { CallLane($0) }
    let kept = await withTaskGroup(of: Bool.self) { group in
        for number in 0..<200 {
            group.addTask {
                do {
                    let answer = try await database.transaction(combining: lane) { transaction in
                        let taken = try transaction.execute(
                            "UPDATE conformance_counter SET used = used + 1 WHERE id = 'c'")
                        // Every fifth wants the holder of the first, every seventh a text that no database holds.
                        let holder = number % 5 == 0 ? "same" : number % 7 == 0 ? "a\u{0}b" : "h\(number)"
                        try transaction.insertAtEnd(claims, [.text("\(number)"), .text("c"), .text(holder)])
                        if number % 3 == 0 { throw Undo() }
                        return taken
                    }
                    #expect(answer == 1)
                    return true
                } catch is Undo {
                    #expect(number % 3 == 0)
                } catch StorageError.constraint {
                    #expect(number % 5 == 0 || number % 7 == 0)
                } catch {
                    Issue.record("\(error)")
                }
                return false
            }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    let good = (0..<200).filter { $0 % 3 != 0 && $0 % 5 != 0 && $0 % 7 != 0 }.count
    #expect(kept == good + 1)
    #expect(try await ConformanceTables.claims(in: database).count == kept)
    #expect(try await ConformanceTables.used("c", in: database) == kept)
}

/// Rows to which others refer are written before them, whichever was named first and however many there are, and a
/// kind that skips duplicates leaves them out.
package func insertionOrderConformance(_ database: any Database) async throws {
    try await database.transaction { transaction in
        for number in 0..<101 {
            try transaction.insertAtEnd(claims, [.text("\(number)"), .text("c\(number)"), .text("h\(number)")])
            try transaction.insertAtEnd(counters, [.text("c\(number)"), .integer(0), .integer(1)])
        }
        for number in 50..<130 {
            try transaction.insertAtEnd(optionalClaims, [.text("\(number)"), .text("c7"), .text("h\(number)")])
        }
    }
    #expect(try await ConformanceTables.claims(in: database).count == 130)
    await #expect(throws: StorageError.self) {
        try await database.transaction { try $0.insertAtEnd(claims, [.text("x")]) }
    }
}

private let endedByOthers = Insertion(
    into: "conformance_claim", ["id", "counter", "holder"], after: counters, isReadByOthers: true)

/// A call finds what those before it in the same commit have left for the end, as it would after their commits; when it
/// is undone, or when a row of an earlier call is refused while it runs, that is no fault of others.
package func insertionSeenByOthersConformance(_ database: any Database, key: String?) async throws {
    try await ConformanceTables.addCounter("c", capacity: 1000, to: database)
    let lane = key.map { CallLane($0) }
    let ended = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<100 {
            group.addTask {
                try await database.transaction(combining: lane) { transaction in
                    try transaction.insertAtEnd(
                        endedByOthers, [.text("\(number)"), .text("c"), .text("holder-\(number)")])
                }
                return 0
            }
            group.addTask {
                do {
                    return try await database.transaction(combining: lane) { transaction in
                        let ended = try transaction.execute("DELETE FROM conformance_claim WHERE counter = 'c'")
                        if number % 7 == 0 { throw Undo() }
                        return ended
                    }
                } catch is Undo {
                    return 0
                }
            }
            guard number % 10 == 0 else { continue }
            group.addTask {
                // Two that cannot both stay, if they meet.
                let unique = number % 20
                try? await database.transaction(combining: lane) { transaction in
                    try transaction.insertAtEnd(
                        endedByOthers, [.text("twice-\(number)"), .text("none"), .text("same-\(unique)")])
                }
                return 0
            }
        }
        return try await group.reduce(0, +)
    }
    let last = try await database.transaction { try $0.execute("DELETE FROM conformance_claim WHERE counter = 'c'") }
    #expect(ended + last == 100)
}

/// Writes sent together are counted one by one; behind one that changed nothing the caller can only throw.
package func executeAllConformance(_ database: any Database) async throws {
    try await ConformanceTables.addCounter("a", capacity: 1, to: database)
    try await ConformanceTables.addCounter("b", capacity: 9, to: database)
    let take: SQL = "UPDATE conformance_counter SET used = used + 1 WHERE id = $1 AND used < capacity"
    let both: [(SQL, [SQLValue])] = [(take, [.text("a")]), (take, [.text("b")])]
    #expect(try await database.transaction { try $0.executeAll(both.map { $0 }) } == [1, 1])
    await #expect(throws: Undo.self) {
        try await database.transaction { transaction in
            let counts = try transaction.executeAll(both)
            #expect(counts[0] == 0)
            #expect(counts[1] == nil || counts[1] == 1)
            throw Undo()
        }
    }
    #expect(try await ConformanceTables.used("b", in: database) == 1)
}
