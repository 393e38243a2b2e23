import Core
import Cryptography
import Hummingbird
import Storage
import Web

/// `POST /oauth2/introspect` (RFC 7662): what a token is worth at this moment.
///
/// 1. the caller authenticates, and has something to authenticate with (§2.1, §4);
/// 2. an access token is shown to the client it was issued to, and to resource servers it is for;
/// 3. a refresh token is shown to its own client;
/// 4. everything else – unknown, expired, revoked, somebody else's – is `{"active":false}` and nothing more (§2.2).
struct IntrospectionEndpoint: Sendable {
    private static let inactive = Response.json(.object(["active": false])).withNoStore()
    let authenticate: AuthenticateClient
    let establishHolder: EstablishHolder
    let accessTokens: AccessTokens
    let subjects: Subjects
    let database: any Database
    let crypto: any CryptoProvider
    let settings: IdentitySettings
    let surroundings: Surroundings

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        try await MachineEndpoint.answer("introspection", request, context) { asked in
            if let name = asked.form.firstDuplicate {
                throw OAuthError(.invalidRequest, "a parameter is sent more than once", detail: name)
            }
            let client = try await authenticate(asked)
            guard !client.isPublic else {
                throw OAuthError(.invalidClient, "introspection needs a client that authenticates")
            }
            _ = try await establishHolder(asked, client)
            let token = try asked.required("token")
            if let claims = try await accessTokens.live(token) {
                guard Self.mayRead(client, claims) else { return Self.inactive }
                return Response.json(Self.description(of: claims, issuer: settings.issuer)).withNoStore()
            }
            guard let found = try await refreshToken(token, of: client) else { return Self.inactive }
            return Response.json(found).withNoStore()
        }
    }

    static func mayRead(_ client: Client, _ claims: AccessTokenClaims) -> Bool {
        claims.clientID == client.id
            || !Set(client.policy.introspectsAudiences ?? []).isDisjoint(with: claims.audience)
    }

    /// §2.2; `cnf` by RFC 8705 §3.2 and RFC 9449 §6.2, `act` by RFC 8693 §4.1.
    static func description(of claims: AccessTokenClaims, issuer: String) -> JSONValue {
        let shown = claims.json(issuer: issuer).objectMembers ?? []
        let type = claims.confirmation?.jkt == nil ? "Bearer" : "DPoP"
        return .object(
            [JSONValue.Member("active", true), JSONValue.Member("token_type", .string(type))]
                + shown.filter { !AccessTokenClaims.internalMembers.contains($0.name) })
    }

    private func refreshToken(_ token: String, of client: Client) async throws -> JSONValue? {
        let hash = crypto.digest(token)
        let now = surroundings.now()
        guard let found = try await database.read({ try RefreshStore.find(hash, in: $0) }),
            found.grant.clientID == client.id, found.familyRevokedAt == nil, found.familyEndsAt > now,
            found.replacedAt == nil, found.expiresAt > now
        else { return nil }
        return .object([
            "active": true, "iss": .string(settings.issuer), "client_id": .string(client.id),
            "sub": .string(subjects.subject(of: found.grant.personID, for: client)),
            "scope": .string(ScopeList.text(found.grant.scopes)),
            "exp": .integer(min(found.expiresAt, found.familyEndsAt).seconds),
            "cnf": found.grant.terms.confirmation?.json,
        ])
    }
}
