import Core
import HTTPTypes
import Hummingbird
import Storage
import Web

/// `GET` and `POST /oauth2/userinfo` (OpenID Connect Core §5.3); the token in the header or in a form
/// body (RFC 6750 §2.1, §2.2), never in the query and never in two places.
struct UserInfoEndpoint: Sendable {
    let database: any Database
    let accessTokens: AccessTokens
    let clients: ClientDirectory
    let keys: SigningKeys
    let vault: PersonVault
    let settings: IdentitySettings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        try await answer(try PresentedAccessToken.read(from: request, context))
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        var token = try PresentedAccessToken.read(from: request, context)
        let type = request.headers[.contentType]?.lowercased() ?? ""
        if type.hasPrefix(ParameterList.formType) {
            let posted = try await posted(request)
            if posted != nil, token != nil {
                throw Problem.invalidTokenRequest("the access token is sent in more than one way")
            }
            if let posted { token = try PresentedAccessToken(posted: posted, request, context) }
        }
        return try await answer(token)
    }

    private func posted(_ request: Request) async throws -> String? {
        do {
            return try await ParameterList.form(request).single("access_token")
        } catch let fault as ParameterFault {
            throw Problem.invalidTokenRequest(fault.detail)
        }
    }

    private func answer(_ token: PresentedAccessToken?) async throws -> Response {
        guard let token else { throw Problem.unauthenticated(scope: "openid") }
        let claims = try await accessTokens.claims(of: token, audience: nil)
        // Before the audience, which comes with the scope: who forgot it should read what is missing (RFC 6750 §3.1).
        guard claims.scopes.contains("openid") else {
            throw Problem.insufficientScope("openid", scheme: token.scheme)
        }
        guard claims.audience.contains(settings.userInfoAudience) else {
            throw Problem.invalidToken(scheme: token.scheme)
        }
        let person: Person?
        if let id = claims.personID {
            person = try await database.read { try PersonStore.find(id, in: $0) }
        } else {
            person = nil
        }
        guard let person, person.state == .active else { throw Problem.invalidToken(scheme: token.scheme) }
        let about = try UserInfoClaims(vault: vault).claims(
            of: person, subject: claims.subject, scopes: claims.scopes, requested: claims.requested)
        return try await response(about, claims.clientID)
    }

    /// JSON, or a JWT for a client that registered an algorithm for it (OpenID Connect Core §5.3.2).
    private func response(_ about: JSONValue, _ clientID: String) async throws -> Response {
        let client = try await clients.find(clientID)
        guard let algorithm = client?.policy.userInfoAlgorithm.flatMap(Client.IDTokenAlgorithm.init(rawValue:)) else {
            return Response.json(about).withNoStore()
        }
        let frame = JSONValue.object(["iss": .string(settings.issuer), "aud": .string(clientID)])
        let token = try keys.sign(
            .object((frame.objectMembers ?? []) + (about.objectMembers ?? [])), type: "JWT", algorithm: algorithm)
        return Response.json(bytes: Array(token.utf8), type: "application/jwt").withNoStore()
    }
}

/// Which claims a scope opens (OpenID Connect Core §5.4). They are here and not in the ID token, which
/// travels through browsers.
struct UserInfoClaims: Sendable {
    let vault: PersonVault

    /// - Parameters:
    ///   - subject: who the person is to the client.
    ///   - requested: names asked for by the `claims` parameter (OpenID Connect Core §5.5).
    func claims(of person: Person, subject: String, scopes: [String], requested: [String] = []) throws -> JSONValue {
        let names = PersonClaim.opened(by: scopes).union(requested)
        let subject = JSONValue.Member("sub", .string(subject))
        guard !names.isEmpty else { return .object([subject]) }
        return .object([subject] + PersonClaim.members(names, of: person, try vault.open(person)))
    }
}
