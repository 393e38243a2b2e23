package import Storage

/// The tables that the conformance functions work on.
package enum ConformanceTables {
    package static let all = [
        Migration(
            "conformance/0001-tables",
            [
                """
                CREATE TABLE conformance_value (
                    id TEXT PRIMARY KEY, body TEXT, number BIGINT, flag BOOLEAN, real_number DOUBLE PRECISION
                )
                """,
                """
                CREATE TABLE conformance_counter (
                    id TEXT PRIMARY KEY,
                    used BIGINT NOT NULL CHECK (used >= 0 AND used <= capacity),
                    capacity BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE conformance_claim (
                    id TEXT PRIMARY KEY,
                    counter TEXT NOT NULL REFERENCES conformance_counter (id),
                    holder TEXT NOT NULL UNIQUE
                )
                """,
            ])
    ]

    package static func addCounter(_ id: String, capacity: Int, to database: any Database) async throws {
        try await database.transaction { transaction in
            _ = try transaction.execute(
                "INSERT INTO conformance_counter (id, used, capacity) VALUES ($1, 0, $2)", id, capacity)
        }
    }

    package static func used(_ id: String, in database: any Database) async throws -> Int {
        try await database.read { try $0.query("SELECT used FROM conformance_counter WHERE id = $1", id) }[0].int(
            "used")
    }

    package static func claims(in database: any Database) async throws -> [String] {
        try await database.read { try $0.query("SELECT holder FROM conformance_claim ORDER BY holder") }
            .map { try $0.text("holder") }
    }
}
