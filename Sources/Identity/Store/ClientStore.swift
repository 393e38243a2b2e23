import Core
import Storage

/// Rows of `identity_client`.
enum ClientStore {
    static let channel = "identity_clients"
    private static let columns = """
        id, name, auth_method, secret_hash, redirect_uris, post_logout_redirect_uris, backchannel_logout_uri, grants,
        scopes, id_token_alg, require_pkce, channel, hall, access_token_seconds, refresh_idle_seconds,
        refresh_life_seconds, jwks, jwks_uri, profile, policy
        """
    private static let byID = SQL("SELECT \(columns) FROM identity_client WHERE id = $1 AND protocol = 'oidc'")
    private static let all = SQL("SELECT \(columns) FROM identity_client WHERE protocol = 'oidc' ORDER BY id")
    private static let version = SQL("SELECT version FROM identity_version WHERE name = 'clients'")
    private static let bump = SQL("UPDATE identity_version SET version = version + 1 WHERE name = 'clients'")
    private static let values = """
        INSERT INTO identity_client (\(columns), protocol, created_at_ms, updated_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
            $17, $18, $19, $20, 'oidc', $21, $21)
        """
    private static let insert = SQL(values + " ON CONFLICT DO NOTHING")
    private static let put = SQL(
        values + """
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, auth_method = excluded.auth_method,
                secret_hash = excluded.secret_hash, redirect_uris = excluded.redirect_uris,
                post_logout_redirect_uris = excluded.post_logout_redirect_uris,
                backchannel_logout_uri = excluded.backchannel_logout_uri, grants = excluded.grants,
                scopes = excluded.scopes, id_token_alg = excluded.id_token_alg,
                require_pkce = excluded.require_pkce, channel = excluded.channel,
                hall = excluded.hall, access_token_seconds = excluded.access_token_seconds,
                refresh_idle_seconds = excluded.refresh_idle_seconds,
                refresh_life_seconds = excluded.refresh_life_seconds, jwks = excluded.jwks,
                jwks_uri = excluded.jwks_uri, profile = excluded.profile, policy = excluded.policy,
                updated_at_ms = excluded.updated_at_ms
            """)
    private static let delete = SQL("DELETE FROM identity_client WHERE id = $1")

    static func find(_ id: String, in statements: any Statements) throws -> Client? {
        try statements.first(byID, id).map(client)
    }

    static func all(in statements: any Statements) throws -> [Client] {
        try statements.query(all).map(client)
    }

    static func version(in statements: any Statements) throws -> Int64 {
        try statements.first(version)?.integer("version") ?? 0
    }

    /// - Returns: false when the id is taken.
    static func add(_ client: Client, at now: Instant, in transaction: any Transaction) throws -> Bool {
        guard try transaction.execute(insert, try parameters(client, now)) == 1 else { return false }
        try announce(client.id, in: transaction)
        return true
    }

    /// Adds the client, or brings the registered one to this state.
    static func put(_ client: Client, at now: Instant, in transaction: any Transaction) throws {
        _ = try transaction.execute(put, try parameters(client, now))
        try announce(client.id, in: transaction)
    }

    static func remove(_ id: String, in transaction: any Transaction) throws -> Bool {
        guard try transaction.execute(delete, id) == 1 else { return false }
        try announce(id, in: transaction)
        return true
    }

    private static func announce(_ id: String, in transaction: any Transaction) throws {
        try transaction.execute(bump)
        try transaction.notify(channel, id)
    }

    private static func parameters(_ client: Client, _ now: Instant) throws -> [SQLValue] {
        let values: [(any SQLBindable)?] = [
            client.id, client.name, client.authMethod.rawValue, client.secretHash,
            TextList.encode(client.redirectURIs), TextList.encode(client.postLogoutRedirectURIs),
            client.backchannelLogoutURI, TextList.encode(client.grants.map(\.rawValue).sorted()),
            TextList.encode(client.scopes.sorted()), client.idTokenAlgorithm.rawValue, client.insistsOnPKCE,
            client.channel.rawValue,
            client.hall, client.accessTokenLife.milliseconds / 1000, client.refreshIdle.milliseconds / 1000,
            client.refreshLife.milliseconds / 1000, client.keys.jwks, client.keys.jwksURI,
            try JSONColumn.encode(client.profile), try JSONColumn.encode(client.policy), now,
        ]
        return values.map { $0?.sqlValue ?? .null }
    }

    private static func client(_ row: Row) throws -> Client {
        var client = Client(
            id: try row.text("id"), name: try row.text("name"), authMethod: try row.raw("auth_method"),
            secretHash: try row.optionalText("secret_hash"),
            redirectURIs: try TextList.decode(row.text("redirect_uris")),
            postLogoutRedirectURIs: try TextList.decode(row.text("post_logout_redirect_uris")),
            backchannelLogoutURI: try row.optionalText("backchannel_logout_uri"),
            grants: Set(try TextList.decode(row.text("grants")).compactMap(Client.GrantType.init(rawValue:))),
            scopes: Set(try TextList.decode(row.text("scopes"))), idTokenAlgorithm: try row.raw("id_token_alg"),
            insistsOnPKCE: try row.boolean("require_pkce"),
            channel: try row.raw("channel"), hall: try row.optionalText("hall"),
            accessTokenLife: .seconds(try row.integer("access_token_seconds")),
            refreshIdle: .seconds(try row.integer("refresh_idle_seconds")),
            refreshLife: .seconds(try row.integer("refresh_life_seconds")))
        client.keys = ClientKeys(jwks: try row.optionalText("jwks"), jwksURI: try row.optionalText("jwks_uri"))
        client.profile = try JSONColumn.decode(row.text("profile"))
        client.policy = try JSONColumn.decode(row.text("policy"))
        return client
    }
}
