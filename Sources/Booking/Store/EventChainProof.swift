package import Cryptography
package import Storage

/// Proves the chains of all halls, page by page, so that no read holds the database for long.
package struct EventChainProof: Sendable {
    package enum Verdict: Sendable, Equatable {
        /// The number of events, and the hash of the last one to be noted elsewhere.
        case intact(events: Int64, head: String)
        /// The first position whose row is changed or missing; the chain's end counts too.
        case broken(position: Int64)
    }

    private static let page = 500
    private static let halls: SQL = "SELECT hall FROM booking_event_head ORDER BY hall"
    private static let head: SQL = "SELECT sequence, hash FROM booking_event_head WHERE hall = $1"

    private let database: any Database
    private let events: EventStore

    package init(database: any Database, crypto: any CryptoProvider) {
        self.database = database
        events = EventStore(digest: { crypto.digest($0) })
    }

    package func halls() async throws -> [String] {
        try await database.read { try $0.query(Self.halls).map { try $0.text("hall") } }
    }

    package func verify(_ hall: String) async throws -> Verdict {
        // Read first: events that are added meanwhile lie behind it.
        let end = try await database.read { statements in
            try statements.first(Self.head, hall).map { (try $0.integer("sequence"), try $0.text("hash")) }
        }
        guard let (last, hash) = end else { return .intact(events: 0, head: "") }
        var place = Place()
        while place.sequence < last {
            let from = place
            place = try await database.read { try walk(hall, from, upTo: last, in: $0) }
            if place.isBroken { return .broken(position: place.sequence + 1) }
        }
        return place.hash == hash ? .intact(events: last, head: hash) : .broken(position: last)
    }

    private struct Place: Sendable {
        var sequence: Int64 = 0
        var hash = ""
        var isBroken = false
    }

    private func walk(
        _ hall: String, _ start: Place, upTo last: Int64, in statements: any Statements
    ) throws -> Place {
        var place = start
        let rows = try statements.query(EventStore.following, hall, start.sequence, Self.page)
        for row in rows where place.sequence < last {
            let hash = events.link(try EventStore.entry(row), sequence: place.sequence + 1, previous: place.hash)
            guard try row.integer("sequence") == place.sequence + 1, try row.text("hash") == hash else {
                place.isBroken = true
                return place
            }
            place.sequence += 1
            place.hash = hash
        }
        place.isBroken = rows.isEmpty
        return place
    }
}
