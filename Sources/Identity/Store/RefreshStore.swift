import Core
import Storage

/// Rows of `identity_refresh_family` and `identity_refresh_token`; only digests of tokens.
enum RefreshStore {
    private static let families = Insertion(
        into: "identity_refresh_family",
        [
            "id", "client_id", "person_id", "sid", "offline", "scopes", "acr", "amr", "authenticated_at_ms",
            "created_at_ms", "ends_at_ms", "terms",
        ], isReadByOthers: true)
    private static let tokens = Insertion(
        into: "identity_refresh_token", ["token_hash", "family_id", "generation", "created_at_ms", "expires_at_ms"],
        after: families, skippingDuplicates: true)
    /// The gate of rotation: one caller replaces the token, all others find it replaced.
    private static let replace = SQL(
        """
        UPDATE identity_refresh_token SET replaced_at_ms = $2
        WHERE token_hash = $1 AND replaced_at_ms IS NULL AND expires_at_ms > $2 RETURNING generation
        """)
    private static let prolong = SQL(
        """
        UPDATE identity_refresh_token SET expires_at_ms = $3
        WHERE token_hash = $1 AND replaced_at_ms IS NULL AND expires_at_ms > $2
        """)
    private static let find = SQL(
        """
        SELECT t.generation, t.expires_at_ms, t.replaced_at_ms, f.id, f.client_id, f.person_id, f.sid, f.offline,
            f.scopes, f.acr, f.amr, f.authenticated_at_ms, f.ends_at_ms, f.revoked_at_ms, f.terms
        FROM identity_refresh_token t JOIN identity_refresh_family f ON f.id = t.family_id WHERE t.token_hash = $1
        """)
    /// Holds the family row to the end of the transaction: a revocation comes before or after.
    private static let hold = SQL(
        """
        UPDATE identity_refresh_family SET ends_at_ms = ends_at_ms
        WHERE id = $1 AND revoked_at_ms IS NULL AND ends_at_ms > $2
        """)
    private static let revoke = SQL(
        """
        UPDATE identity_refresh_family SET revoked_at_ms = $2, revoked_because = $3
        WHERE id = $1 AND revoked_at_ms IS NULL
        """)
    private static let revokeSession = SQL(
        """
        UPDATE identity_refresh_family SET revoked_at_ms = $2, revoked_because = 'signed-out'
        WHERE sid = $1 AND offline = FALSE AND revoked_at_ms IS NULL
        """)

    private static let count = SQL(
        """
        SELECT count(*) AS n FROM identity_refresh_family
        WHERE person_id = $1 AND revoked_at_ms IS NULL AND ends_at_ms > $2
        """)
    private static let revokePerson = SQL(
        """
        UPDATE identity_refresh_family SET revoked_at_ms = $2, revoked_because = $3
        WHERE person_id = $1 AND revoked_at_ms IS NULL AND ends_at_ms > $2 RETURNING id
        """)
    private static let revokeClient = SQL(
        """
        UPDATE identity_refresh_family SET revoked_at_ms = $2, revoked_because = 'client-removed' WHERE id IN
        (SELECT f.id FROM identity_refresh_family f WHERE f.client_id = $1 AND f.revoked_at_ms IS NULL
        ORDER BY f.id LIMIT $3)
        RETURNING id
        """)
    private static let revokeOfPersonAtClient = SQL(
        """
        UPDATE identity_refresh_family SET revoked_at_ms = $3, revoked_because = 'withdrawn'
        WHERE person_id = $1 AND client_id = $2 AND revoked_at_ms IS NULL RETURNING id
        """)
    private static let offlineClients = SQL(
        """
        SELECT client_id, MIN(created_at_ms) AS since_ms FROM identity_refresh_family
        WHERE person_id = $1 AND offline = TRUE AND revoked_at_ms IS NULL AND ends_at_ms > $2 GROUP BY client_id
        """)

    struct Token: Sendable {
        let grant: Grant
        let offline: Bool
        let generation: Int64
        let expiresAt: Instant
        let replacedAt: Instant?
        let familyEndsAt: Instant
        let familyRevokedAt: Instant?
    }

    static func open(
        _ grant: Grant, offline: Bool, tokenHash: String, idleEnds: Instant, ends: Instant, at now: Instant,
        in transaction: any Transaction
    ) throws {
        try transaction.insertAtEnd(
            families,
            [
                .text(grant.id), .text(grant.clientID), .text(grant.personID), .text(grant.sid), .boolean(offline),
                .text(TextList.encode(grant.scopes)), .text(grant.acr.rawValue), .text(TextList.encode(grant.amr)),
                grant.authenticatedAt.sqlValue, now.sqlValue, ends.sqlValue,
                .text(try GrantTermsColumn.encode(grant.terms)),
            ])
        try add(tokenHash, family: grant.id, generation: 0, expires: idleEnds, at: now, in: transaction)
    }

    static func add(
        _ hash: String, family: String, generation: Int64, expires: Instant, at now: Instant,
        in transaction: any Transaction
    ) throws {
        try transaction.insertAtEnd(
            tokens, [.text(hash), .text(family), .integer(generation), now.sqlValue, expires.sqlValue])
    }

    static func find(_ hash: String, in statements: any Statements) throws -> Token? {
        guard let row = try statements.first(find, hash) else { return nil }
        return Token(
            grant: Grant(
                id: try row.text("id"), clientID: try row.text("client_id"), personID: try row.text("person_id"),
                sid: try row.text("sid"), scopes: try TextList.decode(row.text("scopes")), acr: try row.raw("acr"),
                amr: try TextList.decode(row.text("amr")), authenticatedAt: try row.instant("authenticated_at_ms"),
                terms: try GrantTermsColumn.decode(row.text("terms"))),
            offline: try row.boolean("offline"), generation: try row.integer("generation"),
            expiresAt: try row.instant("expires_at_ms"), replacedAt: try row.optionalInstant("replaced_at_ms"),
            familyEndsAt: try row.instant("ends_at_ms"), familyRevokedAt: try row.optionalInstant("revoked_at_ms"))
    }

    /// - Returns: false when the family has been revoked or has reached its end.
    static func hold(family: String, at now: Instant, in transaction: any Transaction) throws -> Bool {
        try transaction.execute(hold, family, now) == 1
    }

    /// - Returns: the generation replaced, or `nil` when somebody else replaced it or it expired.
    static func replace(_ hash: String, at now: Instant, in transaction: any Transaction) throws -> Int64? {
        try transaction.first(replace, hash, now)?.integer("generation")
    }

    /// Lets a token that is not replaced live on.
    ///
    /// - Returns: false when it was replaced or has expired.
    static func prolong(_ hash: String, to expires: Instant, at now: Instant, in transaction: any Transaction) throws
        -> Bool
    {
        try transaction.execute(prolong, hash, now, expires) == 1
    }

    /// - Returns: false when the family was revoked already.
    static func revoke(family: String, because reason: String, at now: Instant, in transaction: any Transaction) throws
        -> Bool
    {
        try transaction.execute(revoke, family, now, reason) == 1
    }

    /// Live families of a person.
    static func count(person: String, at now: Instant, in statements: any Statements) throws -> Int {
        try statements.first(count, person, now)?.int("n") ?? 0
    }

    /// Ends every family of a person, those with `offline_access` too.
    ///
    /// - Returns: the grants that were alive; their access tokens are to be revoked.
    static func revokeAll(person: String, because reason: String, at now: Instant, in transaction: any Transaction)
        throws -> [String]
    {
        try transaction.query(revokePerson, person, now, reason).map { try $0.text("id") }
    }

    /// Ends at most `limit` families of a client.
    ///
    /// - Returns: their grants.
    static func revokeSome(client: String, limit: Int, at now: Instant, in transaction: any Transaction) throws
        -> [String]
    {
        try transaction.query(revokeClient, client, now, limit).map { try $0.text("id") }
    }

    /// Ends what hangs on a relying session; `offline_access` outlives it (OIDC Core §11).
    static func revokeAll(sid: String, at now: Instant, in transaction: any Transaction) throws {
        try transaction.execute(revokeSession, sid, now)
    }

    /// Ends everything that a system holds of a person, `offline_access` included.
    ///
    /// - Returns: the families.
    static func revokeAll(
        of person: String, client: String, at now: Instant, in transaction: any Transaction
    ) throws -> [String] {
        try transaction.query(revokeOfPersonAtClient, person, client, now).map { try $0.text("id") }
    }

    /// The systems whose access outlives the person's sign-in, and since when.
    static func offlineClients(of person: String, at now: Instant, in statements: any Statements) throws
        -> [String: Instant]
    {
        try statements.query(offlineClients, person, now).reduce(into: [:]) { result, row in
            result[try row.text("client_id")] = try row.instant("since_ms")
        }
    }
}
