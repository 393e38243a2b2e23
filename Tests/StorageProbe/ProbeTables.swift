import Storage

/// A counter with a limit and one row per place taken: the shape of a booking.
enum ProbeTables {
    static let all = [
        Migration(
            "probe/0001-tables",
            [
                """
                CREATE TABLE probe_counter (
                    id TEXT PRIMARY KEY, used BIGINT NOT NULL CHECK (used <= capacity), capacity BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE probe_claim (
                    id TEXT PRIMARY KEY, counter TEXT NOT NULL, holder TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
                    made_at_ms BIGINT NOT NULL
                )
                """,
            ])
    ]

    static func addCounters(_ count: Int, to database: any Database) async throws {
        try await database.transaction { transaction in
            for number in 0..<count {
                try transaction.execute(
                    "INSERT INTO probe_counter (id, used, capacity) VALUES ($1, 0, 100000000)", "\(number)")
            }
        }
    }

    static func claim(
        _ counter: String, by holder: String, key: String? = nil, announced: Bool = false, in database: any Database
    ) async throws -> Bool {
        try await database.transaction(combining: key.map { CallLane($0) }) { transaction in
            let rows = try transaction.query(
                "UPDATE probe_counter SET used = used + 1 WHERE id = $1 AND used < capacity RETURNING used", counter)
            guard rows.count == 1 else { return false }
            try transaction.execute(
                "INSERT INTO probe_claim (id, counter, holder, state, made_at_ms) VALUES ($1, $2, $3, 'held', $4)",
                holder, counter, holder, 1_795_000_000_000)
            if announced { try transaction.notify("probe", counter) }
            return true
        }
    }
}
