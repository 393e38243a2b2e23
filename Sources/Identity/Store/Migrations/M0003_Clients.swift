import Storage

/// Relying systems and devices, and the version number by which every process notices a change.
enum M0003Clients {
    static let migration = Migration(
        "identity/0003-clients",
        [
            """
            CREATE TABLE identity_client (
                id TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                protocol TEXT NOT NULL CHECK (protocol IN ('oidc', 'cas', 'proxy')),
                auth_method TEXT NOT NULL CHECK (auth_method <> ''),
                secret_hash TEXT,
                jwks TEXT,
                jwks_uri TEXT,
                redirect_uris TEXT NOT NULL,
                post_logout_redirect_uris TEXT NOT NULL,
                backchannel_logout_uri TEXT,
                grants TEXT NOT NULL,
                scopes TEXT NOT NULL,
                id_token_alg TEXT NOT NULL,
                require_pkce BOOLEAN NOT NULL,
                channel TEXT NOT NULL CHECK (channel IN ('web', 'mobile', 'hall')),
                hall TEXT,
                access_token_seconds BIGINT NOT NULL CHECK (access_token_seconds BETWEEN 30 AND 600),
                refresh_idle_seconds BIGINT NOT NULL CHECK (refresh_idle_seconds > 0),
                refresh_life_seconds BIGINT NOT NULL CHECK (refresh_life_seconds >= refresh_idle_seconds),
                created_at_ms BIGINT NOT NULL,
                updated_at_ms BIGINT NOT NULL,
                CHECK ((auth_method IN ('client_secret_basic', 'client_secret_post')) = (secret_hash IS NOT NULL))
            )
            """,
            """
            CREATE TABLE identity_version (
                name TEXT PRIMARY KEY,
                version BIGINT NOT NULL
            )
            """,
            "INSERT INTO identity_version (name, version) VALUES ('clients', 1)",
        ])
}
