import Core
import Storage

/// Rows of `identity_access_token`; never the handle itself, only its digest.
enum OpaqueTokenStore {
    private static let insert = SQL(
        "INSERT INTO identity_access_token (token_hash, sealed_claims, expires_at_ms) VALUES ($1, $2, $3)")
    private static let find = SQL("SELECT sealed_claims FROM identity_access_token WHERE token_hash = $1")

    static func add(_ hash: String, sealed: String, expires: Instant, in transaction: any Transaction) throws {
        try transaction.execute(insert, hash, sealed, expires)
    }

    static func find(_ hash: String, in statements: any Statements) throws -> String? {
        try statements.first(find, hash)?.text("sealed_claims")
    }

    /// The place that the claims are sealed for.
    static func context(_ hash: String) -> String { "identity_access_token.sealed_claims:" + hash }
}
