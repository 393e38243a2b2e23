import Core
import Storage

/// Rows of `identity_client`. Everything outside the administration sees active clients alone, so that one that is
/// pending or disabled is the same as none.
enum ClientStore {
    static let channel = "identity_clients"
    private static let byID = SQL(
        "SELECT \(ClientColumns.definition) FROM identity_client WHERE id = $1 AND protocol = 'oidc' AND state = 'active'"
    )
    private static let all = SQL(
        """
        SELECT \(ClientColumns.definition) FROM identity_client WHERE protocol = 'oidc' AND state = 'active' ORDER BY id
        """)
    private static let version = SQL("SELECT version FROM identity_version WHERE name = 'clients'")
    private static let bump = SQL("UPDATE identity_version SET version = version + 1 WHERE name = 'clients'")
    private static let insert = SQL(ClientColumns.insert + " ON CONFLICT DO NOTHING")
    private static let put = SQL(
        ClientColumns.insert + " ON CONFLICT (id) DO UPDATE SET \(ClientColumns.excluded), "
            + "updated_at_ms = excluded.updated_at_ms, version = identity_client.version + 1")
    private static let delete = SQL("DELETE FROM identity_client WHERE id = $1")

    static func find(_ id: String, in statements: any Statements) throws -> Client? {
        try statements.first(byID, id).map(ClientColumns.client)
    }

    static func all(in statements: any Statements) throws -> [Client] {
        try statements.query(all).map(ClientColumns.client)
    }

    static func version(in statements: any Statements) throws -> Int64 {
        try statements.first(version)?.integer("version") ?? 0
    }

    /// - Returns: false when the id is taken.
    static func add(
        _ client: Client, state: ClientRecord.State = .active, origin: ClientRecord.Origin = .operator,
        registrationHash: String? = nil, at now: Instant, in transaction: any Transaction
    ) throws -> Bool {
        let birth: [(any SQLBindable)?] = [state.rawValue, origin.rawValue, registrationHash]
        let row = try ClientColumns.values(client) + [now.sqlValue] + birth.map { $0?.sqlValue ?? .null }
        guard try transaction.execute(insert, row) == 1 else { return false }
        try announce(client.id, in: transaction)
        return true
    }

    /// Adds the client, or brings the registered one to this state.
    static func put(_ client: Client, at now: Instant, in transaction: any Transaction) throws {
        let birth: [SQLValue] = [.text("active"), .text("operator"), .null]
        _ = try transaction.execute(put, try ClientColumns.values(client) + [now.sqlValue] + birth)
        try announce(client.id, in: transaction)
    }

    static func remove(_ id: String, in transaction: any Transaction) throws -> Bool {
        guard try transaction.execute(delete, id) == 1 else { return false }
        try announce(id, in: transaction)
        return true
    }

    /// Every process reads the clients afresh.
    static func announce(_ id: String, in transaction: any Transaction) throws {
        try transaction.execute(bump)
        try transaction.notify(channel, id)
    }
}
