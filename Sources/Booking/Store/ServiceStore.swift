import Core
import Storage

/// The services of a visit once the person is in the hall, and what became of each.
enum ServiceStore {
    private static let insert: SQL = """
        INSERT INTO booking_reservation_service (reservation_id, position, item, minutes) VALUES ($1, $2, $3, $4)
        """

    static func insert(
        reservation: String, position: Int, item: String, minutes: Int, in tx: any Transaction
    ) throws {
        try tx.execute(insert, reservation, position, item, minutes)
    }

    private static let conclude: SQL = """
        UPDATE booking_reservation_service SET outcome = $2 WHERE reservation_id = $1 AND outcome IS NULL
        """

    /// Gives every service without an outcome this one.
    static func conclude(reservation: String, handled: Bool, in tx: any Transaction) throws {
        try tx.execute(conclude, reservation, handled ? "handled" : "notHandled")
    }
}
