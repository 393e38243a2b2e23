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
    let vault: PersonVault
    let settings: IdentitySettings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        try await answer(try BearerToken.read(from: request))
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        var token = try BearerToken.read(from: request)
        let type = request.headers[.contentType]?.lowercased() ?? ""
        if type.hasPrefix(ParameterList.formType) {
            let posted = try await ParameterList.form(request).single("access_token")
            if posted != nil, token != nil {
                throw Problem(.invalidRequest, "the access token is sent in more than one way")
            }
            token = token ?? posted
        }
        return try await answer(token)
    }

    private func answer(_ token: String?) async throws -> Response {
        guard let token else { throw Problem.unauthenticated(scope: "openid") }
        guard let claims = accessTokens.claims(token, audience: settings.userInfoAudience) else {
            throw Problem.invalidToken()
        }
        guard claims.scopes.contains("openid") else { throw Problem.insufficientScope("openid") }
        let person = try await database.read { try PersonStore.find(claims.subject, in: $0) }
        guard let person, person.state == .active else { throw Problem.invalidToken() }
        return Response.json(try UserInfoClaims(vault: vault).claims(of: person, scopes: claims.scopes)).withNoStore()
    }
}

/// Which claims a scope opens (OpenID Connect Core §5.4). They are here and not in the ID token, which
/// travels through browsers.
struct UserInfoClaims: Sendable {
    let vault: PersonVault

    func claims(of person: Person, scopes: [String]) throws -> JSONValue {
        var members = [JSONValue.Member("sub", .string(person.id))]
        guard scopes.contains("profile") || scopes.contains("phone") else { return .object(members) }
        let details = try vault.open(person)
        if scopes.contains("profile") {
            members.append(.init("name", .string(details.name)))
            if let name = person.signInName { members.append(.init("preferred_username", .string(name))) }
            members.append(.init("locale", "zh-CN"))
            members.append(.init("zoneinfo", "Asia/Shanghai"))
            members.append(.init("updated_at", .integer(person.updatedAt.seconds)))
        }
        if scopes.contains("phone"), let phone = details.phone {
            members.append(.init("phone_number", .string("+86" + phone)))
            members.append(.init("phone_number_verified", .bool(person.assurance >= .l1)))
        }
        return .object(members)
    }
}
