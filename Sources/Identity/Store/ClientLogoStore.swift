import Core
import Storage

/// Rows of `identity_client_logo`.
enum ClientLogoStore {
    private static let columns = "client_id, uri, digest, media_type, bytes"
    private static let byClient = SQL("SELECT \(columns) FROM identity_client_logo WHERE client_id = $1")
    private static let byDigest = SQL(
        "SELECT \(columns) FROM identity_client_logo WHERE digest = $1 ORDER BY client_id LIMIT 1")
    private static let digest = SQL("SELECT digest FROM identity_client_logo WHERE client_id = $1 AND uri = $2")
    private static let put = SQL(
        """
        INSERT INTO identity_client_logo (client_id, uri, digest, media_type, bytes, fetched_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (client_id) DO UPDATE SET uri = excluded.uri, digest = excluded.digest,
            media_type = excluded.media_type, bytes = excluded.bytes, fetched_at_ms = excluded.fetched_at_ms
        """)

    static func find(client: String, in statements: any Statements) throws -> ClientLogo? {
        try statements.first(byClient, client).map(logo)
    }

    static func find(digest: String, in statements: any Statements) throws -> ClientLogo? {
        try statements.first(byDigest, digest).map(logo)
    }

    /// The name of the copy of what is registered now; `nil` until it has been read.
    static func digest(of client: Client, in statements: any Statements) throws -> String? {
        guard let uri = client.profile.logoURI else { return nil }
        return try statements.first(digest, client.id, uri)?.text("digest")
    }

    static func put(_ logo: ClientLogo, encoded: String, at now: Instant, in transaction: any Transaction) throws {
        try transaction.execute(put, logo.client, logo.uri, logo.digest, logo.mediaType, encoded, now)
    }

    private static func logo(_ row: Row) throws -> ClientLogo {
        guard let bytes = Base64URL.decode(try row.text("bytes")) else {
            throw StorageError.unexpectedColumn("the bytes of a logo")
        }
        return ClientLogo(
            client: try row.text("client_id"), uri: try row.text("uri"), digest: try row.text("digest"),
            mediaType: try row.text("media_type"), bytes: bytes)
    }
}
