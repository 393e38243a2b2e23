import Core
import Storage

/// Rows of `identity_client` as the administration sees them, whatever their state.
enum ClientRecordStore {
    private static let columns = ClientColumns.definition + ", state, version, origin, created_at_ms, updated_at_ms"
    private static let byID = SQL("SELECT \(columns) FROM identity_client WHERE id = $1 AND protocol = 'oidc'")
    private static let byRegistration = SQL("SELECT \(columns) FROM identity_client WHERE registration_hash = $1")
    private static let page = SQL(
        """
        SELECT \(columns) FROM identity_client
        WHERE protocol = 'oidc' AND id > $1 AND ($2 = '' OR state = $2)
            AND ($3 = '' OR lower(id) LIKE $3 ESCAPE '!' OR lower(name) LIKE $3 ESCAPE '!')
        ORDER BY id LIMIT $4
        """)
    private static let replace = SQL(
        """
        UPDATE identity_client SET \(ClientColumns.assignments), updated_at_ms = $21, version = version + 1
        WHERE id = $1 AND version = $22
        """)
    private static let setState = SQL(
        """
        UPDATE identity_client SET state = $2, updated_at_ms = $3, version = version + 1
        WHERE id = $1 AND state <> $2 AND protocol = 'oidc'
        """)
    private static let approve = SQL(
        """
        UPDATE identity_client SET state = 'active', updated_at_ms = $2, version = version + 1
        WHERE id = $1 AND state = 'pending' AND version = $3
        """)
    private static let setSecret = SQL(
        """
        UPDATE identity_client SET secret_hash = $2, updated_at_ms = $3, version = version + 1
        WHERE id = $1 AND secret_hash IS NOT NULL
        """)
    /// The gate of rotation: the token that was presented is replaced once.
    private static let setRegistration = SQL(
        "UPDATE identity_client SET registration_hash = $3 WHERE id = $1 AND registration_hash = $2")
    private static let waiting = SQL(
        "SELECT CAST(count(*) AS BIGINT) AS number FROM identity_client WHERE state = 'pending'")

    static func find(_ id: String, in statements: any Statements) throws -> ClientRecord? {
        try statements.first(byID, id).map(record)
    }

    static func find(registrationHash: String, in statements: any Statements) throws -> ClientRecord? {
        try statements.first(byRegistration, registrationHash).map(record)
    }

    struct Page: Sendable {
        /// The last id of the page before; empty for the first page.
        var after = ""
        var state: ClientRecord.State?
        /// Part of an id or a name.
        var query = ""
        var limit = 50
    }

    static func list(_ page: Page, in statements: any Statements) throws -> [ClientRecord] {
        var pattern = page.query.lowercased().replacing("!", with: "!!").replacing("%", with: "!%")
            .replacing("_", with: "!_")
        if !pattern.isEmpty { pattern = "%" + pattern + "%" }
        return try statements.query(Self.page, page.after, page.state?.rawValue ?? "", pattern, page.limit).map(record)
    }

    /// Clients that wait for approval.
    static func pendingCount(in statements: any Statements) throws -> Int {
        try statements.first(waiting)?.int("number") ?? 0
    }

    /// - Returns: false when the client has another version by now, or is gone.
    static func replace(_ client: Client, expecting version: Int64, at now: Instant, in transaction: any Transaction)
        throws -> Bool
    {
        let row = try ClientColumns.values(client) + [now.sqlValue, version.sqlValue]
        guard try transaction.execute(replace, row) == 1 else { return false }
        try ClientStore.announce(client.id, in: transaction)
        return true
    }

    /// - Returns: false when it stands in that state already.
    static func set(_ state: ClientRecord.State, of id: String, at now: Instant, in transaction: any Transaction) throws
        -> Bool
    {
        guard try transaction.execute(setState, id, state.rawValue, now) == 1 else { return false }
        try ClientStore.announce(id, in: transaction)
        return true
    }

    /// - Returns: false when the client has another version by now, does not wait, or is gone.
    static func approve(_ id: String, expecting version: Int64, at now: Instant, in transaction: any Transaction) throws
        -> Bool
    {
        guard try transaction.execute(approve, id, now, version) == 1 else { return false }
        try ClientStore.announce(id, in: transaction)
        return true
    }

    /// - Returns: false for a client without a secret.
    static func setSecret(hash: String, of id: String, at now: Instant, in transaction: any Transaction) throws -> Bool
    {
        guard try transaction.execute(setSecret, id, hash, now) == 1 else { return false }
        try ClientStore.announce(id, in: transaction)
        return true
    }

    /// - Returns: false when somebody else has replaced the token meanwhile.
    static func replaceRegistration(of id: String, hash: String, with new: String, in transaction: any Transaction)
        throws -> Bool
    {
        try transaction.execute(setRegistration, id, hash, new) == 1
    }

    private static func record(_ row: Row) throws -> ClientRecord {
        ClientRecord(
            client: try ClientColumns.client(row), state: try row.raw("state"), version: try row.integer("version"),
            origin: try row.raw("origin"), createdAt: try row.instant("created_at_ms"),
            updatedAt: try row.instant("updated_at_ms"))
    }
}
