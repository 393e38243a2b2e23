import Core

/// What an engineer of a department pastes to join: settings for three common stacks with this client's own values.
enum JoiningSnippets {
    static func all(_ client: Client, issuer: String) -> [ClientPage.Snippet] {
        guard client.grants.contains(.authorizationCode) else {
            return [ClientPage.Snippet(stack: "curl", text: machine(client, issuer))]
        }
        return [
            ClientPage.Snippet(stack: "Spring Boot (Java)", text: spring(client, issuer)),
            ClientPage.Snippet(stack: "Authlib (Python, Flask)", text: authlib(client, issuer)),
            ClientPage.Snippet(stack: "openid-client (Node.js)", text: node(client, issuer)),
        ]
    }

    private static func scope(_ client: Client, _ separator: String) -> String {
        client.scopes.sorted { $0 == "openid" || ($1 != "openid" && $0 < $1) }.joined(separator: separator)
    }

    private static func spring(_ client: Client, _ issuer: String) -> String {
        """
        spring.security.oauth2.client:
          registration.yimen:
            client-id: \(client.id)
            client-secret: ${YIMEN_CLIENT_SECRET}
            client-authentication-method: \(client.authMethod.rawValue)
            authorization-grant-type: authorization_code
            redirect-uri: \(client.redirectURIs.first ?? "")
            scope: \(scope(client, ","))
          provider.yimen:
            issuer-uri: \(issuer)
        # In the security configuration, so that requests carry a proof key:
        # resolver.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());
        """
    }

    private static func authlib(_ client: Client, _ issuer: String) -> String {
        """
        oauth = OAuth(app)
        oauth.register(
            "yimen",
            client_id="\(client.id)",
            client_secret=os.environ["YIMEN_CLIENT_SECRET"],
            server_metadata_url="\(issuer)/.well-known/openid-configuration",
            client_kwargs={"scope": "\(scope(client, " "))", "code_challenge_method": "S256"},
        )

        @app.get("/login")
        def login():
            return oauth.yimen.authorize_redirect("\(client.redirectURIs.first ?? "")")
        """
    }

    private static func node(_ client: Client, _ issuer: String) -> String {
        """
        import * as oidc from "openid-client";

        const config = await oidc.discovery(
          new URL("\(issuer)"), "\(client.id)", process.env.YIMEN_CLIENT_SECRET);
        const verifier = oidc.randomPKCECodeVerifier();
        const url = oidc.buildAuthorizationUrl(config, {
          redirect_uri: "\(client.redirectURIs.first ?? "")",
          scope: "\(scope(client, " "))",
          code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
          state: oidc.randomState(),
        });
        """
    }

    private static func machine(_ client: Client, _ issuer: String) -> String {
        """
        curl -u "\(client.id):$YIMEN_CLIENT_SECRET" \\
          -d grant_type=client_credentials -d scope="\(scope(client, " "))" \\
          \(issuer)/oauth2/token
        """
    }
}
