import Core
import Storage

/// The columns that define a client, and how they are bound and read.
enum ClientColumns {
    private static let names = [
        "id", "name", "auth_method", "secret_hash", "redirect_uris", "post_logout_redirect_uris",
        "backchannel_logout_uri", "grants", "scopes", "id_token_alg", "require_pkce", "channel", "hall",
        "access_token_seconds", "refresh_idle_seconds", "refresh_life_seconds", "jwks", "jwks_uri", "profile", "policy",
    ]
    static let definition = names.joined(separator: ", ")
    /// Values $1…$20 are the definition, $21 the time, $22 state, $23 origin, $24 the registration token's digest.
    static let insert = """
        INSERT INTO identity_client (\(definition), protocol, created_at_ms, updated_at_ms, state, origin,
            registration_hash)
        VALUES (\((1...names.count).map { "$\($0)" }.joined(separator: ", ")), 'oidc', $21, $21, $22, $23, $24)
        """
    /// For `ON CONFLICT DO UPDATE`.
    static let excluded = names.dropFirst().map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    /// For `UPDATE … WHERE id = $1`, with the values of the definition as $2…$20.
    static let assignments = names.enumerated().dropFirst().map { "\($1) = $\($0 + 1)" }.joined(separator: ", ")

    static func values(_ client: Client) throws -> [SQLValue] {
        let values: [(any SQLBindable)?] = [
            client.id, client.name, client.authMethod.rawValue, client.secretHash,
            TextList.encode(client.redirectURIs), TextList.encode(client.postLogoutRedirectURIs),
            client.backchannelLogoutURI, TextList.encode(client.grants.map(\.rawValue).sorted()),
            TextList.encode(client.scopes.sorted()), client.idTokenAlgorithm.rawValue, client.insistsOnPKCE,
            client.channel.rawValue, client.hall, client.accessTokenLife.milliseconds / 1000,
            client.refreshIdle.milliseconds / 1000, client.refreshLife.milliseconds / 1000, client.keys.jwks,
            client.keys.jwksURI, try JSONColumn.encode(client.profile), try JSONColumn.encode(client.policy),
        ]
        return values.map { $0?.sqlValue ?? .null }
    }

    static func client(_ row: Row) throws -> Client {
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
