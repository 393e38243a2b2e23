import Core
import Storage

/// A ticket with its visit and, while one is open, its call.
struct TicketRow: Sendable, Hashable {
    let id: String
    let reservation: String
    let hall: String
    let number: String
    let queue: String
    let reference: Instant
    let priority: PriorityClass
    let punctual: Bool
    let minutes: Int
    let issuedAt: Instant
    let callableAt: Instant
    let behind: Int
    /// Since when the ticket stands first in line; `nil` for all others.
    let head: Instant?
    let state: ReservationState
    let items: [String]
    let slotStart: Instant?
    let call: CallRow?

    var candidate: Candidate {
        Candidate(
            ticket: id, number: number, priority: priority, punctual: punctual, reference: reference,
            callableAt: callableAt, behind: behind, minutes: minutes, head: head)
    }
}

struct CallRow: Sendable, Hashable {
    let window: String
    let officer: String
    let openedAt: Instant
    let lastCalledAt: Instant
    let recalls: Int
    let startedAt: Instant?
}

/// What a ticket is born with.
struct NewTicket: Sendable, Hashable {
    let id: String
    let reservation: String
    let hall: String
    let letter: String
    let queue: String
    let reference: Instant
    let priority: PriorityClass
    let punctual: Bool
    let minutes: Int
    let callableAt: Instant
    let promise: WaitEstimate?
}

enum TicketStore {
    private static let columns =
        """
        t.id, t.reservation_id, t.hall, t.number, t.queue, t.ref_at_ms, t.class, t.punctual, t.minutes, t.issued_at_ms,
        t.callable_at_ms, t.behind, t.head_at_ms, r.state, r.items, r.slot_start_at_ms, c.window_id, c.officer, c.opened_at_ms,
        c.last_called_at_ms, c.recalls, c.started_at_ms
        """
    private static let tables =
        """
        FROM booking_ticket t JOIN booking_reservation r ON r.id = t.reservation_id
        LEFT JOIN booking_call c ON c.ticket_id = t.id AND c.closed_at_ms IS NULL
        """

    private static func ticket(_ row: Row) throws -> TicketRow {
        var call: CallRow?
        if let window = try row.optionalText("window_id") {
            call = CallRow(
                window: window, officer: try row.text("officer"), openedAt: try row.instant("opened_at_ms"),
                lastCalledAt: try row.instant("last_called_at_ms"), recalls: try row.int("recalls"),
                startedAt: try row.optionalInstant("started_at_ms"))
        }
        return TicketRow(
            id: try row.text("id"), reservation: try row.text("reservation_id"), hall: try row.text("hall"),
            number: try row.text("number"), queue: try row.text("queue"), reference: try row.instant("ref_at_ms"),
            priority: try row.raw("class"), punctual: try row.boolean("punctual"), minutes: try row.int("minutes"),
            issuedAt: try row.instant("issued_at_ms"), callableAt: try row.instant("callable_at_ms"),
            behind: try row.int("behind"), head: try row.optionalInstant("head_at_ms"), state: try row.raw("state"),
            items: try row.text("items").split(separator: " ").map(String.init),
            slotStart: try row.optionalInstant("slot_start_at_ms"), call: call)
    }

    private static let byID = SQL("SELECT \(columns) \(tables) WHERE t.id = $1")
    private static let byReservation = SQL("SELECT \(columns) \(tables) WHERE t.reservation_id = $1")
    private static let openInQueue = SQL(
        "SELECT \(columns) \(tables) WHERE t.queue = $1 AND t.closed_at_ms IS NULL ORDER BY t.ref_at_ms, t.number")
    private static let atWindow = SQL(
        "SELECT \(columns) \(tables) WHERE c.window_id = $1 AND c.closed_at_ms IS NULL")
    private static let calledInHall = SQL(
        """
        SELECT \(columns) \(tables) WHERE c.hall = $1 AND c.closed_at_ms IS NULL
        ORDER BY c.last_called_at_ms DESC, t.number
        """)

    static func find(_ id: String, in db: any Statements) throws -> TicketRow? { try db.first(byID, id).map(ticket) }

    static func find(reservation: String, in db: any Statements) throws -> TicketRow? {
        try db.first(byReservation, reservation).map(ticket)
    }

    /// All tickets of a queue that are not closed: waiting, called, serving, parked, skipped.
    static func open(queue: String, in db: any Statements) throws -> [TicketRow] {
        try db.query(openInQueue, queue).map(ticket)
    }

    static func current(window: String, in db: any Statements) throws -> TicketRow? {
        try db.first(atWindow, window).map(ticket)
    }

    /// The open calls of a hall, the latest first.
    static func called(hall: String, in db: any Statements) throws -> [TicketRow] {
        try db.query(calledInHall, hall).map(ticket)
    }

    private static let countWaiting: SQL = """
        SELECT count(*) AS waiting FROM booking_ticket t JOIN booking_reservation r ON r.id = t.reservation_id
        WHERE t.queue = $1 AND t.closed_at_ms IS NULL AND r.state = 'waiting'
        """

    static func waiting(in queue: String, _ db: any Statements) throws -> Int {
        try db.first(countWaiting, queue)?.int("waiting") ?? 0
    }

    private static let nextNumber: SQL = """
        INSERT INTO booking_number (hall, day, letter, last) VALUES ($1, $2, $3, 1)
        ON CONFLICT (hall, day, letter) DO UPDATE SET last = booking_number.last + 1
        RETURNING last
        """
    private static let insert: SQL = """
        INSERT INTO booking_ticket (id, reservation_id, leg, hall, day, number, queue, ref_at_ms, class, punctual,
            minutes, issued_at_ms, callable_at_ms, promised_median_ms, promised_low_ms, promised_high_ms, ver)
        VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)
        ON CONFLICT DO NOTHING
        """
    /// More numbers than this are never still open from the day before.
    private static let drawLimit = 2000

    /// - Returns: the number given: unique in the hall for the day, and among all numbers still open.
    /// - Throws: `Problem.busy` when every number drawn is still open from the day before.
    static func issue(_ ticket: NewTicket, at now: Instant, in tx: any Transaction) throws -> String {
        let day = ProvinceTime.date(of: now)
        func milliseconds(_ minutes: Int?) -> Int? { minutes.map { $0 * 60_000 } }
        for _ in 0..<drawLimit {
            let last = try tx.first(nextNumber, ticket.hall, day, ticket.letter)?.int("last") ?? 0
            let digits = String(last)
            let number = ticket.letter + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
            let inserted = try tx.execute(
                insert, ticket.id, ticket.reservation, ticket.hall, day, number, ticket.queue, ticket.reference,
                ticket.priority.rawValue, ticket.punctual, ticket.minutes, now, ticket.callableAt,
                milliseconds(ticket.promise?.median), milliseconds(ticket.promise?.low),
                milliseconds(ticket.promise?.high))
            if inserted == 1 { return number }
        }
        throw Problem.busy()
    }

    private static let markCalled: SQL = """
        UPDATE booking_ticket
        SET first_called_at_ms = COALESCE(first_called_at_ms, $2), behind = 0, head_at_ms = NULL, ver = ver + 1
        WHERE id = $1
        """
    private static let letPass: SQL = """
        UPDATE booking_ticket SET behind = behind - 1, ver = ver + 1
        WHERE queue = $1 AND closed_at_ms IS NULL AND behind > 0 AND id <> $2
        """

    /// The ticket was called: those who must let others pass have let one more pass.
    static func markCalled(_ ticket: Candidate, queue: String, at now: Instant, in tx: any Transaction) throws {
        try tx.execute(markCalled, ticket.ticket, now)
        try tx.execute(letPass, queue, ticket.ticket)
    }

    private static let standFirst: SQL = """
        UPDATE booking_ticket SET head_at_ms = $2, behind = 0, ver = ver + 1 WHERE id = $1
        """

    /// T17: before all others, until it is called again.
    static func standFirst(_ id: String, at now: Instant, in tx: any Transaction) throws {
        try tx.execute(standFirst, id, now)
    }

    private static let close: SQL = """
        UPDATE booking_ticket SET closed_at_ms = $2, ver = ver + 1 WHERE id = $1 AND closed_at_ms IS NULL
        """

    static func close(_ id: String, at now: Instant, in tx: any Transaction) throws {
        try tx.execute(close, id, now)
    }

    private static let standBehind: SQL = """
        UPDATE booking_ticket SET behind = $2, rejoins = rejoins + 1, ver = ver + 1 WHERE id = $1 AND rejoins < $3
        """

    /// - Returns: `false` when the ticket has come back as often as it may.
    static func standBehind(_ id: String, others: Int, limit: Int, in tx: any Transaction) throws -> Bool {
        try tx.execute(standBehind, id, others, limit) == 1
    }

    private static let transfer: SQL = """
        UPDATE booking_ticket SET queue = $2, minutes = $3, leg = leg + 1, behind = 0, ver = ver + 1 WHERE id = $1
        """

    /// T14: same number, same reference time, another queue.
    static func transfer(_ id: String, to queue: String, minutes: Int, in tx: any Transaction) throws {
        try tx.execute(transfer, id, queue, minutes)
    }

    private static let stale: SQL = """
        SELECT id FROM booking_ticket
        WHERE closed_at_ms IS NULL AND day < $1 AND issued_at_ms < $2 ORDER BY issued_at_ms LIMIT $3
        """

    /// Numbers of earlier days that nobody closed.
    static func stale(before day: LocalDate, issuedBefore: Instant, limit: Int, in db: any Statements) throws
        -> [String]
    {
        try db.query(stale, day, issuedBefore, limit).map { try $0.text("id") }
    }
}
