import Core
import Storage
import Testing

/// I1–I3, I6, I9, I10 and I17 of the reservation model, asked of the tables.
enum Invariants {
    static let faults: [(name: String, sql: SQL)] = [
        (
            "I1 used is within cap",
            """
            SELECT count(*) AS n FROM booking_cell WHERE used < 0 OR used > cap OR web_used > web_cap
                OR mobile_used > mobile_cap OR hall_used > hall_cap
            """
        ),
        (
            "I1 used is the sum of claims",
            """
            SELECT count(*) AS n FROM booking_cell c WHERE c.used <> (SELECT COALESCE(sum(k.units), 0)
                FROM booking_claim k WHERE k.group_id = c.group_id AND k.start_at_ms = c.start_at_ms)
            """
        ),
        (
            "I2 claims belong to live visits",
            """
            SELECT count(*) AS n FROM booking_claim k JOIN booking_reservation r ON r.id = k.reservation_id
            WHERE k.release_at_ms IS NULL AND r.state NOT IN ('held', 'booked', 'waiting', 'called', 'serving',
                'parked', 'skipped')
            """
        ),
        (
            "I2 held and booked visits have claims",
            """
            SELECT count(*) AS n FROM booking_reservation r WHERE r.state IN ('held', 'booked')
                AND NOT EXISTS
                (SELECT 1 FROM booking_claim k WHERE k.reservation_id = r.id AND k.release_at_ms IS NULL)
            """
        ),
        (
            "I17 the cells of a booking reach to its end, and no further",
            """
            SELECT count(*) AS n FROM booking_reservation r WHERE r.state IN ('held', 'booked') AND r.slot_end_at_ms <>
                (SELECT max(c.end_at_ms) FROM booking_claim k JOIN booking_cell c ON c.group_id = k.group_id
                    AND c.start_at_ms = k.start_at_ms WHERE k.reservation_id = r.id AND k.release_at_ms IS NULL)
            """
        ),
        (
            "I3 one open call per ticket",
            """
            SELECT count(*) AS n FROM (SELECT ticket_id FROM booking_call WHERE closed_at_ms IS NULL
                GROUP BY ticket_id HAVING count(*) > 1) x
            """
        ),
        (
            "I3 one open call per window",
            """
            SELECT count(*) AS n FROM (SELECT window_id FROM booking_call WHERE closed_at_ms IS NULL
                GROUP BY window_id HAVING count(*) > 1) x
            """
        ),
        (
            "I3 called and serving visits have a call",
            """
            SELECT count(*) AS n FROM booking_ticket t JOIN booking_reservation r ON r.id = t.reservation_id
            WHERE r.state IN ('called', 'serving') AND NOT EXISTS
                (SELECT 1 FROM booking_call c WHERE c.ticket_id = t.id AND c.closed_at_ms IS NULL)
            """
        ),
        (
            "I3 an open call has an open window",
            """
            SELECT count(*) AS n FROM booking_call c WHERE c.closed_at_ms IS NULL AND NOT EXISTS
                (SELECT 1 FROM booking_window_session s WHERE s.window_id = c.window_id AND s.closed_at_ms IS NULL)
            """
        ),
        (
            "I3 an open call belongs to a visit that is called or served",
            """
            SELECT count(*) AS n FROM booking_call c JOIN booking_ticket t ON t.id = c.ticket_id
            JOIN booking_reservation r ON r.id = t.reservation_id
            WHERE c.closed_at_ms IS NULL AND r.state NOT IN ('called', 'serving')
            """
        ),
        (
            "I7 a number is closed exactly when its visit has ended",
            """
            SELECT count(*) AS n FROM booking_ticket t JOIN booking_reservation r ON r.id = t.reservation_id
            WHERE (t.closed_at_ms IS NULL) <> (r.state IN ('waiting', 'called', 'serving', 'parked', 'skipped'))
            """
        ),
        (
            "I6 numbers are unique",
            """
            SELECT count(*) AS n FROM (SELECT hall, day, number FROM booking_ticket GROUP BY hall, day, number
                HAVING count(*) > 1) x
            """
        ),
        (
            "I6 no two open tickets share a number, also over midnight",
            """
            SELECT count(*) AS n FROM (SELECT hall, number FROM booking_ticket WHERE closed_at_ms IS NULL
                GROUP BY hall, number HAVING count(*) > 1) x
            """
        ),
        (
            "I9 one redemption per revision",
            """
            SELECT count(*) AS n FROM (SELECT reservation_id, revision FROM booking_redemption
                GROUP BY reservation_id, revision HAVING count(*) > 1) x
            """
        ),
        (
            "I10 limits count open bookings",
            """
            SELECT count(*) AS n FROM booking_person_limit p WHERE p.kind = 'active' AND p.used <>
                (SELECT count(*) FROM booking_reservation r WHERE r.person = p.person AND r.state IN ('held', 'booked'))
            """
        ),
    ]

    /// Every broken invariant becomes an issue of the test.
    static func check(_ database: any Database, _ place: SourceLocation = #_sourceLocation) async throws {
        let broken = try await database.read { db in
            try faults.compactMap { try db.first($0.sql)?.int("n") == 0 ? nil : $0.name }
        }
        #expect(broken.isEmpty, sourceLocation: place)
    }
}
