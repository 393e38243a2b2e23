package import Storage
import Testing

/// Many race for few places: exactly as many win as there are places.
package func contentionConformance(_ database: any Database, key: String?, capacity: Int) async throws {
    try await ConformanceTables.addCounter("hot", capacity: capacity, to: database)
    let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<200 {
            group.addTask { try await claim("hot", by: "racer\(number)", key: key, in: database) }
        }
        return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(winners == capacity)
    #expect(try await ConformanceTables.used("hot", in: database) == capacity)
    #expect(try await ConformanceTables.claims(in: database).count == capacity)
}

/// Takes a place by conditional update, never by looking first.
/// - Returns: `false` when no place was left.
package func claim(_ counter: String, by holder: String, key: String?, in database: any Database) async throws -> Bool {
    try await database.transaction(combining: key.map { CallLane($0) }) { transaction in
        let taken = try transaction.execute(
            "UPDATE conformance_counter SET used = used + 1 WHERE id = $1 AND used < capacity", counter)
        guard taken == 1 else { return false }
        try transaction.execute(
            "INSERT INTO conformance_claim (id, counter, holder) VALUES ($1, $2, $1)", holder, counter)
        return true
    }
}
