import Core
import Storage

/// Rows of `identity_authorization_code`. The code itself is never stored, only its digest.
enum AuthorizationCodeStore {
    private static let insert = SQL(
        """
        INSERT INTO identity_authorization_code (code_hash, grant_id, client_id, person_id, sid, redirect_uri,
            code_challenge, scopes, nonce, acr, amr, authenticated_at_ms, created_at_ms, expires_at_ms, terms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        """)
    private static let find = SQL(
        """
        SELECT grant_id, client_id, person_id, sid, redirect_uri, code_challenge, scopes, nonce, acr, amr,
            authenticated_at_ms, expires_at_ms, redeemed_at_ms, terms
        FROM identity_authorization_code WHERE code_hash = $1
        """)
    /// The gate: of any number of redemptions on any number of processes, one gets a row back.
    private static let redeem = SQL(
        """
        UPDATE identity_authorization_code SET redeemed_at_ms = $2
        WHERE code_hash = $1 AND redeemed_at_ms IS NULL AND expires_at_ms > $2 RETURNING grant_id
        """)

    private static let drop = SQL(
        "DELETE FROM identity_authorization_code WHERE client_id = $1 AND redeemed_at_ms IS NULL")

    static func add(
        _ code: AuthorizationCode, hash: String, at now: Instant, in transaction: any Transaction
    ) throws {
        try transaction.execute(
            insert, hash, code.grant.id, code.grant.clientID, code.grant.personID, code.grant.sid, code.redirectURI,
            code.codeChallenge, TextList.encode(code.grant.scopes), code.nonce, code.grant.acr.rawValue,
            TextList.encode(code.grant.amr), code.grant.authenticatedAt, now, code.expiresAt,
            try GrantTermsColumn.encode(code.grant.terms))
    }

    static func find(hash: String, in statements: any Statements) throws -> AuthorizationCode? {
        guard let row = try statements.first(find, hash) else { return nil }
        return AuthorizationCode(
            grant: Grant(
                id: try row.text("grant_id"), clientID: try row.text("client_id"),
                personID: try row.text("person_id"), sid: try row.text("sid"),
                scopes: try TextList.decode(row.text("scopes")), acr: try row.raw("acr"),
                amr: try TextList.decode(row.text("amr")), authenticatedAt: try row.instant("authenticated_at_ms"),
                terms: try GrantTermsColumn.decode(row.text("terms"))),
            redirectURI: try row.text("redirect_uri"), codeChallenge: try row.optionalText("code_challenge"),
            nonce: try row.optionalText("nonce"), expiresAt: try row.instant("expires_at_ms"),
            redeemedAt: try row.optionalInstant("redeemed_at_ms"))
    }

    /// Drops the codes of a client that nobody has redeemed. Waits for redemptions under way, so that what they open is
    /// there to be ended by the statements that follow.
    static func dropAll(client: String, in transaction: any Transaction) throws {
        try transaction.execute(drop, client)
    }

    static func redeem(hash: String, at now: Instant, in transaction: any Transaction) throws -> Bool {
        try transaction.first(redeem, hash, now) != nil
    }
}
