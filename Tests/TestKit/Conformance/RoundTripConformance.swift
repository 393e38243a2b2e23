import Core
package import Storage
import Testing

/// Every kind of value comes back as it went in.
package func roundTripConformance(_ database: any Database) async throws {
    let texts = [
        "", " ", "济南市不动产登记中心", "𠮷野家 👩‍👩‍👧‍👦 e\u{301}", "quote ' \" \\ %_", "a\nb\tc\r\n", "\u{FFFD}\u{10FFFF}",
        String(repeating: "长", count: 40_000),
    ]
    let numbers: [Int64] = [0, -1, 1, .max, .min, 253_402_300_799_999, -62_135_596_800_000]
    let reals = [0.0, -0.5, 0.1, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 123_456_789.125, 3.0]
    var values = texts.map(SQLValue.text) + numbers.map(SQLValue.integer) + reals.map(SQLValue.real)
    values += [.boolean(true), .boolean(false), .null]
    for (index, value) in values.enumerated() {
        let column =
            switch value {
            case .text, .null: "body"
            case .integer: "number"
            case .real: "real_number"
            case .boolean: "flag"
            }
        let id = "v\(index)"
        let returned = try await database.transaction { transaction in
            try transaction.query(
                SQL("INSERT INTO conformance_value (id, \(column)) VALUES ($1, $2) RETURNING id"), id, value)
        }
        #expect(try returned.map { try $0.text("id") } == [id])
        let rows = try await database.read {
            try $0.query("SELECT body, number, flag, real_number FROM conformance_value WHERE id = $1", id)
        }
        #expect(rows.count == 1)
        #expect(try rows[0].value(column) == value)
        for other in ["body", "number", "flag", "real_number"] where other != column {
            #expect(try rows[0].value(other) == .null)
        }
    }
}

/// Parameters may stand in any order and repeat; names of result columns are found.
package func parameterConformance(_ database: any Database) async throws {
    try await database.transaction { transaction in
        _ = try transaction.execute(
            "INSERT INTO conformance_value (number, body, id) VALUES ($3, $2, $1)", "swapped", "two", 3)
    }
    let row = try await database.read {
        try $0.first(
            "SELECT body, number AS renamed FROM conformance_value WHERE body = $2 AND id = $1 AND body <> $1",
            "swapped", "two")
    }
    #expect(try row?.text("body") == "two")
    #expect(try row?.int("renamed") == 3)
    #expect(throws: StorageError.unexpectedColumn("number")) { try row?.value("number") }
    #expect(throws: StorageError.unexpectedColumn("body")) { try row?.integer("body") }

    let changed = try await database.transaction { transaction in
        [
            try transaction.execute("UPDATE conformance_value SET flag = TRUE WHERE id = $1", "swapped"),
            try transaction.execute("UPDATE conformance_value SET flag = TRUE WHERE id = $1", "nobody"),
            try transaction.execute("SELECT id FROM conformance_value WHERE flag = $1", true),
            try transaction.execute("DELETE FROM conformance_value WHERE id = $1", "swapped"),
        ]
    }
    #expect(changed == [1, 0, 0, 1])
}

/// What no database column here can hold is refused before anything is written.
package func refusalConformance(_ database: any Database) async throws {
    await #expect(throws: StorageError.self) {
        try await database.transaction { transaction in
            _ = try transaction.execute("INSERT INTO conformance_value (id, body) VALUES ($1, $2)", "nul", "a\u{0}b")
        }
    }
    await #expect(throws: StorageError.self) {
        try await database.transaction { transaction in
            _ = try transaction.execute(
                "INSERT INTO conformance_value (id, real_number) VALUES ($1, $2)", "nan", Double.nan)
        }
    }
    await expectStatementError(database, "SELECT * FROM conformance_nothing")
    await expectStatementError(database, "SELEC 1")
    await expectStatementError(database, "COMMIT")
    await expectStatementError(database, "SELECT id FROM conformance_value WHERE id = $1")
    #expect(try await database.read { try $0.query("SELECT id FROM conformance_value") }.isEmpty)
}

private func expectStatementError(_ database: any Database, _ sql: SQL) async {
    do {
        _ = try await database.transaction { try $0.query(sql) }
        Issue.record("accepted: \(sql.text)")
    } catch StorageError.statement {
    } catch {
        Issue.record("\(error) for: \(sql.text)")
    }
}
