import Core
import Storage

/// When, where and how a booking was checked in.
struct Redemption: Sendable, Hashable {
    let hall: String
    let device: String
    let proof: String
    let late: Bool
    let at: Instant
}

/// One row per reservation and revision: the row itself is the proof that nobody checks in twice.
enum RedemptionStore {
    private static let insert: SQL = """
        INSERT INTO booking_redemption (reservation_id, revision, hall, device, offline, proof, verdict, redeemed_at_ms)
        VALUES ($1, $2, $3, $4, FALSE, $5, $6, $7) ON CONFLICT DO NOTHING
        """

    /// - Returns: `false` when this revision was redeemed before.
    static func insert(
        _ redemption: Redemption, reservation: String, revision: Int, in tx: any Transaction
    ) throws -> Bool {
        try tx.execute(
            insert, reservation, revision, redemption.hall, redemption.device, redemption.proof,
            redemption.late ? "late" : "punctual", redemption.at) == 1
    }

    private static let find: SQL = """
        SELECT hall, device, proof, verdict, redeemed_at_ms FROM booking_redemption
        WHERE reservation_id = $1 ORDER BY revision DESC LIMIT 1
        """

    static func find(reservation: String, in db: any Statements) throws -> Redemption? {
        try db.first(find, reservation).map { row in
            Redemption(
                hall: try row.text("hall"), device: try row.text("device"), proof: try row.text("proof"),
                late: try row.text("verdict") == "late", at: try row.instant("redeemed_at_ms"))
        }
    }
}
