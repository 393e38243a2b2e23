import Core
import Storage

/// Rows of `identity_consent`.
enum ConsentStore {
    private static let add = SQL(
        """
        INSERT INTO identity_consent (person_id, client_id, item, granted_at_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING
        """)
    private static let find = SQL("SELECT item FROM identity_consent WHERE person_id = $1 AND client_id = $2")
    private static let list = SQL(
        """
        SELECT client_id, item, granted_at_ms FROM identity_consent WHERE person_id = $1
        ORDER BY client_id, item LIMIT 1000
        """)
    /// Holds the rows to the end of the transaction: taking back comes before or after.
    private static let hold = SQL(
        """
        UPDATE identity_consent SET granted_at_ms = granted_at_ms WHERE person_id = $1 AND client_id = $2
        RETURNING item
        """)
    private static let removeSome = SQL(
        """
        DELETE FROM identity_consent WHERE client_id = $1 AND person_id IN
        (SELECT c.person_id FROM identity_consent c WHERE c.client_id = $1 ORDER BY c.person_id LIMIT $2)
        """)
    private static let remove = SQL("DELETE FROM identity_consent WHERE person_id = $1 AND client_id = $2")

    struct Granted: Sendable {
        let clientID: String
        let item: String
        let grantedAt: Instant
    }

    static func add(
        _ items: [ConsentItem], person: String, client: String, at now: Instant, in transaction: any Transaction
    ) throws {
        for item in items.map(\.text).sorted() { try transaction.execute(add, person, client, item, now) }
    }

    static func find(person: String, client: String, in statements: any Statements) throws -> Set<String> {
        Set(try statements.query(find, person, client).map { try $0.text("item") })
    }

    /// What is allowed, held until the transaction ends.
    static func hold(person: String, client: String, in transaction: any Transaction) throws -> Set<String> {
        Set(try transaction.query(hold, person, client).map { try $0.text("item") })
    }

    static func list(person: String, in statements: any Statements) throws -> [Granted] {
        try statements.query(list, person).map { row in
            Granted(
                clientID: try row.text("client_id"), item: try row.text("item"),
                grantedAt: try row.instant("granted_at_ms"))
        }
    }

    /// - Returns: how many things were allowed until now.
    @discardableResult
    static func remove(person: String, client: String, in transaction: any Transaction) throws -> Int {
        try transaction.execute(remove, person, client)
    }

    /// Forgets what people allowed a client that is being removed, some of them at a time.
    ///
    /// - Returns: how many rows went.
    static func removeSome(client: String, limit: Int, in transaction: any Transaction) throws -> Int {
        try transaction.execute(removeSome, client, limit)
    }
}
