package import Storage
import Testing

/// Announcements arrive after the commit, once, in order, and not at all from what was undone.
package func changeFeedConformance(_ database: any Database) async throws {
    let changes = database.listen("conformance")
    let other = database.listen("elsewhere")
    for number in 0..<20 {
        do {
            try await database.transaction { transaction in
                try transaction.execute("INSERT INTO conformance_value (id) VALUES ($1)", "n\(number)")
                try transaction.notify("conformance", "\(number)")
                if number % 2 == 1 { throw Undo() }
            }
        } catch is Undo {}
    }
    var heard = [Change]()
    // PostgreSQL says `missed` once the connection that listens is there.
    for await change in changes where change != .missed {
        heard.append(change)
        if case .payload(let payload) = change {
            // What is announced can be read.
            let rows = try await database.read {
                try $0.query("SELECT id FROM conformance_value WHERE id = $1", "n\(payload)")
            }
            #expect(rows.count == 1)
        }
        if heard.count == 10 { break }
    }
    #expect(heard == stride(from: 0, to: 20, by: 2).map { .payload("\($0)") })

    await #expect(throws: StorageError.self) {
        try await database.transaction { try $0.notify("conformance", String(repeating: "x", count: 4001)) }
    }
    await database.close()
    for await change in other { #expect(change == .missed) }
}
