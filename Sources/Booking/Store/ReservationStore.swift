import Core
import Storage

enum ReservationStore {
    private static let columns =
        """
        id, person, origin, hall, group_id, items, mandate, state, ver, revision, code, slot_start_at_ms,
        slot_end_at_ms, hold_expires_at_ms, created_at_ms, updated_at_ms
        """

    static func reservation(_ row: Row) throws -> Reservation {
        Reservation(
            id: try row.text("id"), person: try row.optionalText("person"), origin: try row.raw("origin"),
            hall: try row.text("hall"), group: try row.text("group_id"),
            items: try row.text("items").split(separator: " ").map(String.init),
            mandate: try row.optionalText("mandate"), state: try row.raw("state"), version: try row.integer("ver"),
            revision: try row.int("revision"), code: try row.optionalText("code"),
            start: try row.optionalInstant("slot_start_at_ms"), end: try row.optionalInstant("slot_end_at_ms"),
            expiresAt: try row.optionalInstant("hold_expires_at_ms"), createdAt: try row.instant("created_at_ms"),
            updatedAt: try row.instant("updated_at_ms"))
    }

    private static let insert: SQL = """
        INSERT INTO booking_reservation (id, person, client_id, origin, hall, group_id, items, mandate, state, ver,
            revision, code, slot_start_at_ms, slot_end_at_ms, hold_expires_at_ms, created_at_ms, updated_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10, $11, $12, $13, $14, $15, $15)
        ON CONFLICT DO NOTHING
        """

    /// - Returns: `false` when the code is already in use.
    static func insert(_ reservation: Reservation, client: String, in tx: any Transaction) throws -> Bool {
        try tx.execute(
            insert, reservation.id, reservation.person, client, reservation.origin.rawValue, reservation.hall,
            reservation.group, reservation.items.joined(separator: " "), reservation.mandate,
            reservation.state.rawValue, reservation.revision, reservation.code, reservation.start, reservation.end,
            reservation.expiresAt, reservation.createdAt) == 1
    }

    /// Holds; what refers to a reservation is written after them.
    static let held = Insertion(
        into: "booking_reservation",
        [
            "id", "person", "client_id", "origin", "hall", "group_id", "items", "mandate", "state", "ver", "revision",
            "code", "slot_start_at_ms", "slot_end_at_ms", "hold_expires_at_ms", "created_at_ms", "updated_at_ms",
        ], isReadByOthers: true)

    /// Writes a hold at the end of the transaction.
    ///
    /// - Throws: by way of the transaction, a constraint that `isCodeInUse` knows.
    static func hold(_ reservation: Reservation, client: String, in tx: any Transaction) throws {
        try tx.insertAtEnd(
            held,
            [
                .text(reservation.id), text(reservation.person), .text(client), .text(reservation.origin.rawValue),
                .text(reservation.hall), .text(reservation.group), .text(reservation.items.joined(separator: " ")),
                text(reservation.mandate), .text(reservation.state.rawValue), .integer(1),
                .integer(Int64(reservation.revision)), text(reservation.code), instant(reservation.start),
                instant(reservation.end), instant(reservation.expiresAt), reservation.createdAt.sqlValue,
                reservation.createdAt.sqlValue,
            ])
    }

    /// Whether the constraint is the one that lets no two reservations have one code.
    static func isCodeInUse(_ error: any Error) -> Bool {
        guard case StorageError.constraint(let name) = error else { return false }
        return name.contains("booking_reservation_code") || name.contains("booking_reservation.code")
    }

    private static func text(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
    private static func instant(_ instant: Instant?) -> SQLValue { instant?.sqlValue ?? .null }

    private static let confirm = SQL(
        """
        UPDATE booking_reservation
        SET state = 'booked', ver = ver + 1, revision = 1, hold_expires_at_ms = NULL, updated_at_ms = $3
        WHERE id = $1 AND person = $2 AND state = 'held' AND hold_expires_at_ms > $3
        RETURNING \(columns)
        """)

    /// T2; `nil` when the row is not the caller's, not held, or its time has run out.
    static func confirm(_ id: String, person: String, at now: Instant, in tx: any Transaction) throws -> Reservation? {
        try tx.first(confirm, id, person, now).map(reservation)
    }

    private static let step = SQL(
        """
        UPDATE booking_reservation
        SET state = $3, ver = ver + 1, hold_expires_at_ms = NULL, updated_at_ms = $4
        WHERE id = $1 AND state = $2
        RETURNING \(columns)
        """)

    /// One move of the state machine; `nil` when the row is in another state.
    static func step(
        _ id: String, _ move: ReservationMove, from: ReservationState, at now: Instant, in tx: any Transaction
    ) throws -> Reservation? {
        precondition(move.from.contains(from))
        return try tx.first(step, id, from.rawValue, move.to.rawValue, now).map(reservation)
    }

    private static let stepOwn = SQL(
        """
        UPDATE booking_reservation
        SET state = $4, ver = ver + 1, hold_expires_at_ms = NULL, updated_at_ms = $5
        WHERE id = $1 AND person = $2 AND state = $3 AND (slot_start_at_ms IS NULL OR slot_start_at_ms > $6)
        RETURNING \(columns)
        """)

    /// The same by the owner, for a slot that begins after `latest`.
    static func step(
        _ id: String, person: String, _ move: ReservationMove, from: ReservationState, startingAfter latest: Instant,
        at now: Instant, in tx: any Transaction
    ) throws -> Reservation? {
        precondition(move.from.contains(from))
        return try tx.first(stepOwn, id, person, from.rawValue, move.to.rawValue, now, latest).map(reservation)
    }

    private static let reschedule = SQL(
        """
        UPDATE booking_reservation
        SET ver = ver + 1, revision = revision + 1, group_id = $3, slot_start_at_ms = $4, slot_end_at_ms = $5,
            updated_at_ms = $6
        WHERE id = $1 AND ver = $2 AND state = 'booked' AND slot_start_at_ms > $7 AND ($8 = 0 OR revision <= $8)
        RETURNING \(columns)
        """)

    /// T5 on the row itself; `nil` when it is no longer as it was read, begins too soon, or was moved often enough.
    ///
    /// - Parameter moves: how often a booking may be moved, which its revision counts from 1; 0 is no limit.
    static func reschedule(
        _ old: Reservation, group: String, start: Instant, end: Instant, startingAfter latest: Instant, moves: Int,
        at now: Instant, in tx: any Transaction
    ) throws -> Reservation? {
        try tx.first(reschedule, old.id, old.version, group, start, end, now, latest, moves).map(reservation)
    }

    private static let byID = SQL("SELECT \(columns) FROM booking_reservation WHERE id = $1")
    private static let byCode = SQL("SELECT \(columns) FROM booking_reservation WHERE code = $1")

    static func find(_ id: String, in db: any Statements) throws -> Reservation? {
        try db.first(byID, id).map(reservation)
    }

    static func find(code: String, in db: any Statements) throws -> Reservation? {
        try db.first(byCode, code).map(reservation)
    }

    private static let byPerson = SQL(
        """
        SELECT \(columns) FROM booking_reservation WHERE person = $1 AND id < $2 ORDER BY id DESC LIMIT $3
        """)

    /// Newest first: ids grow with time.
    static func list(person: String, before id: String?, limit: Int, in db: any Statements) throws -> [Reservation] {
        try db.query(byPerson, person, id ?? "g", limit).map(reservation)
    }

    private static let atHall = SQL(
        """
        SELECT \(columns) FROM booking_reservation
        WHERE person = $1 AND hall = $2 AND slot_start_at_ms >= $3 AND slot_start_at_ms < $4
            AND state IN ('booked', 'waiting', 'called', 'serving', 'parked', 'skipped', 'noShow')
        ORDER BY slot_start_at_ms, id LIMIT 20
        """)

    /// A person's visits to a hall that begin in [from, to) and can still be served.
    static func visits(
        person: String, hall: String, from: Instant, to: Instant, in db: any Statements
    ) throws -> [Reservation] {
        try db.query(atHall, person, hall, from, to).map(reservation)
    }

    private static let expireDue = SQL(
        """
        UPDATE booking_reservation
        SET state = 'expired', ver = ver + 1, hold_expires_at_ms = NULL, updated_at_ms = $1
        WHERE state = 'held' AND hold_expires_at_ms <= $1 AND id IN
            (SELECT id FROM booking_reservation WHERE state = 'held' AND hold_expires_at_ms <= $1
             ORDER BY hold_expires_at_ms LIMIT $2)
        RETURNING \(columns)
        """)

    /// T3 for holds whose time has run out.
    static func expireDue(at now: Instant, limit: Int, in tx: any Transaction) throws -> [Reservation] {
        try tx.query(expireDue, now, limit).map(reservation)
    }

    private static let missDue = SQL(
        """
        UPDATE booking_reservation SET state = 'noShow', ver = ver + 1, updated_at_ms = $1
        WHERE state = 'booked' AND slot_start_at_ms < $2 AND id IN
            (SELECT id FROM booking_reservation WHERE state = 'booked' AND slot_start_at_ms < $2
             ORDER BY slot_start_at_ms LIMIT $3)
        RETURNING \(columns)
        """)

    /// T8 for slots that began before `latest` without a check-in.
    static func missDue(
        startedBefore latest: Instant, at now: Instant, limit: Int, in tx: any Transaction
    ) throws -> [Reservation] {
        try tx.query(missDue, now, latest, limit).map(reservation)
    }
}
