import Core
import Storage

/// Rows of `identity_approval`. Device codes, `auth_req_id`s and user codes are kept as digests only.
enum ApprovalStore {
    private static let columns = """
        id, kind, client_id, person_id, scopes, terms, binding_message, state, interval_seconds, grant_id, sid, acr, amr,
        authenticated_at_ms, created_at_ms, expires_at_ms
        """
    private static let insert = SQL(
        """
        INSERT INTO identity_approval (id, request_hash, kind, user_code_index, client_id, person_id, scopes, terms,
            binding_message, sealed_notification, state, interval_seconds, created_at_ms, expires_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12, $13) ON CONFLICT DO NOTHING
        """)
    private static let byRequest = SQL("SELECT \(columns) FROM identity_approval WHERE request_hash = $1")
    private static let byUserCode = SQL(
        """
        SELECT \(columns) FROM identity_approval
        WHERE user_code_index = $1 AND state = 'waiting' AND expires_at_ms > $2
        """)
    private static let ofPerson = SQL(
        """
        SELECT \(columns) FROM identity_approval
        WHERE person_id = $1 AND kind = 'ciba' AND state = 'waiting' AND expires_at_ms > $2 ORDER BY id LIMIT 50
        """)
    private static let asked = SQL(
        """
        SELECT count(*) AS n FROM identity_approval
        WHERE person_id = $1 AND kind = 'ciba' AND created_at_ms > $2
        """)
    private static let poll = SQL(
        """
        UPDATE identity_approval SET polled_at_ms = $2
        WHERE request_hash = $1 AND (polled_at_ms IS NULL OR polled_at_ms + interval_seconds * 1000 - $3 <= $2)
        RETURNING id
        """)
    private static let slowDown = SQL(
        """
        UPDATE identity_approval SET polled_at_ms = $2, interval_seconds = interval_seconds + 5 WHERE request_hash = $1
        """)
    /// The gate of the decision: the first one counts, and only by the person who may decide.
    private static let approve = SQL(
        """
        UPDATE identity_approval SET state = 'approved', person_id = $2, grant_id = $3, sid = $4, acr = $5, amr = $6,
            authenticated_at_ms = $7, decided_at_ms = $8
        WHERE id = $1 AND state = 'waiting' AND expires_at_ms > $8 AND (person_id IS NULL OR person_id = $2)
        RETURNING id
        """)
    private static let deny = SQL(
        """
        UPDATE identity_approval SET state = 'denied', person_id = $2, decided_at_ms = $3
        WHERE id = $1 AND state = 'waiting' AND expires_at_ms > $3 AND (person_id IS NULL OR person_id = $2)
        RETURNING id
        """)
    private static let notification = SQL(
        "SELECT sealed_notification FROM identity_approval WHERE id = $1 AND expires_at_ms > $2")
    /// The gate of redemption: of any number of polls on any number of processes, one gets a row back.
    private static let redeem = SQL(
        """
        UPDATE identity_approval SET state = 'redeemed'
        WHERE request_hash = $1 AND state = 'approved' AND expires_at_ms > $2 RETURNING id
        """)

    struct Opening: Sendable {
        let id: String
        let requestHash: String
        let kind: Approval.Kind
        var userCodeIndex: String?
        let clientID: String
        var personID: String?
        let scopes: [String]
        var terms = GrantTerms()
        var bindingMessage: String?
        var sealedNotification: String?
        let interval: Duration
        let expiresAt: Instant
    }

    /// - Returns: false when the user code is in use by another request.
    static func add(_ opening: Opening, at now: Instant, in transaction: any Transaction) throws -> Bool {
        try transaction.execute(
            insert, opening.id, opening.requestHash, opening.kind.rawValue, opening.userCodeIndex, opening.clientID,
            opening.personID, TextList.encode(opening.scopes), try GrantTermsColumn.encode(opening.terms),
            opening.bindingMessage, opening.sealedNotification, opening.interval.milliseconds / 1000, now,
            opening.expiresAt) == 1
    }

    static func find(requestHash: String, in statements: any Statements) throws -> Approval? {
        try statements.first(byRequest, requestHash).map(approval)
    }

    /// Only one that still waits.
    static func find(userCodeIndex: String, at now: Instant, in statements: any Statements) throws -> Approval? {
        try statements.first(byUserCode, userCodeIndex, now).map(approval)
    }

    /// How often systems have asked a person since then, whatever became of it.
    static func asked(of person: String, since: Instant, in statements: any Statements) throws -> Int {
        try statements.first(asked, person, since)?.int("n") ?? 0
    }

    static func waiting(for person: String, at now: Instant, in statements: any Statements) throws -> [Approval] {
        try statements.query(ofPerson, person, now).map(approval)
    }

    /// - Parameter tolerance: how much too early a poll may come, for the network's sake.
    /// - Returns: false when the poll comes too soon; the interval has grown by 5 s then (RFC 8628 §3.5).
    static func poll(_ requestHash: String, tolerance: Duration, at now: Instant, in transaction: any Transaction)
        throws
        -> Bool
    {
        if try transaction.first(poll, requestHash, now, tolerance.milliseconds) != nil { return true }
        try transaction.execute(slowDown, requestHash, now)
        return false
    }

    /// - Returns: false when somebody decided before, the request has expired or is another person's.
    static func approve(_ id: String, as grant: Grant, at now: Instant, in transaction: any Transaction) throws
        -> Bool
    {
        try transaction.first(
            approve, id, grant.personID, grant.id, grant.sid, grant.acr.rawValue, TextList.encode(grant.amr),
            grant.authenticatedAt, now) != nil
    }

    static func deny(_ id: String, by person: String, at now: Instant, in transaction: any Transaction) throws -> Bool {
        try transaction.first(deny, id, person, now) != nil
    }

    /// Sealed; for the system that asked to be told of the decision. `nil` once it is too late to collect.
    static func notification(of id: String, at now: Instant, in statements: any Statements) throws -> String? {
        try statements.first(notification, id, now)?.optionalText("sealed_notification")
    }

    static func redeem(_ requestHash: String, at now: Instant, in transaction: any Transaction) throws -> Bool {
        try transaction.first(redeem, requestHash, now) != nil
    }

    private static func approval(_ row: Row) throws -> Approval {
        let scopes = try TextList.decode(row.text("scopes"))
        let terms = try GrantTermsColumn.decode(row.text("terms"))
        let clientID = try row.text("client_id")
        var grant: Grant?
        if let id = try row.optionalText("grant_id") {
            grant = Grant(
                id: id, clientID: clientID, personID: try row.text("person_id"), sid: try row.text("sid"),
                scopes: scopes, acr: try row.raw("acr"), amr: try TextList.decode(row.text("amr")),
                authenticatedAt: try row.instant("authenticated_at_ms"), terms: terms)
        }
        return Approval(
            id: try row.text("id"), kind: try row.raw("kind"), clientID: clientID,
            personID: try row.optionalText("person_id"), scopes: scopes, terms: terms,
            bindingMessage: try row.optionalText("binding_message"), state: try row.raw("state"),
            interval: .seconds(try row.integer("interval_seconds")), createdAt: try row.instant("created_at_ms"),
            expiresAt: try row.instant("expires_at_ms"), grant: grant)
    }
}
