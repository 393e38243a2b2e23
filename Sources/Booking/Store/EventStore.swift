import Core
import Storage

/// Turns text into its SHA-256, base64url; handed in by the wiring.
package typealias TextDigest = @Sendable (String) -> String

/// What happened: booking events through the intake, events of the hall floor straight into the chain.
struct EventStore: Sendable {
    let digest: TextDigest

    struct Entry: Sendable, Hashable {
        let id: String
        let hall: String
        let kind: EventKind
        /// Id of the reservation, ticket or window.
        let subject: String
        /// JSON text without personal data.
        let detail: String
        let at: Instant
    }

    private static let intake = Insertion(
        into: "booking_event_intake", ["id", "hall", "kind", "subject", "detail", "at_ms"])

    static func record(_ entry: Entry, in tx: any Transaction) throws {
        try tx.insertAtEnd(
            intake,
            [
                .text(entry.id), .text(entry.hall), .text(entry.kind.rawValue), .text(entry.subject),
                .text(entry.detail), entry.at.sqlValue,
            ])
    }

    private static let advance: SQL = """
        INSERT INTO booking_event_head (hall, sequence, hash) VALUES ($1, $2, '')
        ON CONFLICT (hall) DO UPDATE SET sequence = booking_event_head.sequence + $2
        RETURNING sequence, hash
        """
    private static let append = Insertion(
        into: "booking_event", ["hall", "sequence", "id", "kind", "subject", "detail", "at_ms", "hash"])
    private static let seal: SQL = "UPDATE booking_event_head SET hash = $2 WHERE hall = $1"

    /// Appends entries of one hall to its chain and tells the boards once this transaction has committed.
    ///
    /// - Returns: the sequence number of the last entry.
    @discardableResult
    func append(_ entries: [Entry], hall: String, in tx: any Transaction) throws -> Int64 {
        guard !entries.isEmpty, let head = try tx.first(EventStore.advance, hall, entries.count) else { return 0 }
        let last = try head.integer("sequence")
        var hash = try head.text("hash")
        for (offset, entry) in entries.enumerated() {
            let sequence = last - Int64(entries.count - 1 - offset)
            hash = link(entry, sequence: sequence, previous: hash)
            try tx.insertAtEnd(
                EventStore.append,
                [
                    .text(hall), .integer(sequence), .text(entry.id), .text(entry.kind.rawValue), .text(entry.subject),
                    .text(entry.detail), entry.at.sqlValue, .text(hash),
                ])
        }
        try tx.execute(EventStore.seal, hall, hash)
        if entries.contains(where: \.kind.isOnBoard) { try tx.notify(Board.channel, "\(hall) \(last)") }
        return last
    }

    func link(_ entry: Entry, sequence: Int64, previous: String) -> String {
        let parts = [
            previous, entry.hall, String(sequence), entry.id, entry.kind.rawValue, entry.subject, entry.detail,
            String(entry.at.milliseconds),
        ]
        // Lengths first, so that no two different rows give one text.
        return digest(parts.map { "\($0.utf8.count):\($0)" }.joined())
    }

    private static let takeIntake: SQL = """
        DELETE FROM booking_event_intake
        WHERE id IN (SELECT id FROM booking_event_intake ORDER BY id LIMIT $1)
        RETURNING id, hall, kind, subject, detail, at_ms
        """

    /// Moves waiting booking events into the chains of their halls.
    ///
    /// - Returns: how many were moved.
    func chainIntake(limit: Int, in tx: any Transaction) throws -> Int {
        let entries = try tx.query(EventStore.takeIntake, limit).map(EventStore.entry).sorted { $0.id < $1.id }
        for (hall, entries) in Dictionary(grouping: entries, by: \.hall).sorted(by: { $0.key < $1.key }) {
            try append(entries, hall: hall, in: tx)
        }
        return entries.count
    }

    static let following: SQL = """
        SELECT hall, sequence, id, kind, subject, detail, at_ms, hash FROM booking_event
        WHERE hall = $1 AND sequence > $2 ORDER BY sequence LIMIT $3
        """

    /// Events of a hall after a sequence number, in order.
    static func events(
        of hall: String, after sequence: Int64, limit: Int, in db: any Statements
    ) throws -> [(sequence: Int64, entry: Entry)] {
        try db.query(following, hall, sequence, limit).map { (try $0.integer("sequence"), try entry($0)) }
    }

    private static let headOf: SQL = "SELECT sequence FROM booking_event_head WHERE hall = $1"

    static func lastSequence(of hall: String, in db: any Statements) throws -> Int64 {
        try db.first(headOf, hall)?.integer("sequence") ?? 0
    }

    /// Recomputes a hall's chain.
    ///
    /// - Returns: the first sequence number whose row is not as it was written; `nil` when all are.
    func firstBreak(in hall: String, db: any Statements) throws -> Int64? {
        var previous = ""
        var sequence: Int64 = 0
        while true {
            let rows = try db.query(EventStore.following, hall, sequence, 500)
            for row in rows {
                let entry = try EventStore.entry(row)
                let hash = link(entry, sequence: sequence + 1, previous: previous)
                guard try row.integer("sequence") == sequence + 1, try row.text("hash") == hash else {
                    return sequence + 1
                }
                sequence += 1
                previous = hash
            }
            if rows.count < 500 { return nil }
        }
    }

    static func entry(_ row: Row) throws -> Entry {
        Entry(
            id: try row.text("id"), hall: try row.text("hall"), kind: try row.raw("kind"),
            subject: try row.text("subject"), detail: try row.text("detail"), at: try row.instant("at_ms"))
    }
}

/// What can happen to a visit or a window.
enum EventKind: String, Sendable, CaseIterable {
    case held = "reservation.held"
    case booked = "reservation.booked"
    case expired = "reservation.expired"
    case released = "reservation.released"
    case cancelled = "reservation.cancelled"
    case moved = "reservation.moved"
    case missed = "reservation.missed"
    case issued = "ticket.issued"
    case called = "ticket.called"
    case recalled = "ticket.recalled"
    case serving = "ticket.serving"
    case skipped = "ticket.skipped"
    case rejoined = "ticket.rejoined"
    case parked = "ticket.parked"
    case resumed = "ticket.resumed"
    case transferred = "ticket.transferred"
    case done = "ticket.done"
    case left = "ticket.left"
    case takenBack = "ticket.takenBack"
    case windowOpened = "window.opened"
    case windowClosed = "window.closed"

    var isOnBoard: Bool {
        switch self {
        case .held, .booked, .expired, .released, .cancelled, .moved, .missed: false
        default: true
        }
    }
}
