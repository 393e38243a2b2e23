import Core
import HTTPTypes
import Hummingbird
import Web

/// `/admin/api/registration-tokens`: initial access tokens of RFC 7591, each shown once.
struct RegistrationTokenAPI: Sendable {
    let tokens: InitialTokens

    func list(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.read(Scope.clients, context)
        return Response.json(.object(["tokens": .array(try await tokens.list().map(Self.json))])).withNoStore()
    }

    /// Body: `label`, `uses` (1 by default), `expiresInSeconds` (seven days by default), `requirePkce`.
    func create(_ request: Request, _ context: WebContext) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.clients, context)
        let body = try await JSONBody.read(request)
        try body.rejectUnknown(["label", "uses", "expiresInSeconds", "requirePkce"])
        let label = try body.optionalString("label", max: 100) ?? ""
        let uses = try body.optionalInteger("uses", range: 1...1000) ?? 1
        let seconds = try body.optionalInteger("expiresInSeconds", range: 60...7_776_000) ?? 604_800
        let requirePKCE = try body.optionalBool("requirePkce") ?? true
        let made = try await Problem.translating {
            try await tokens.make(
                label: label, uses: Int(uses), life: .seconds(seconds), requirePKCE: requirePKCE, by: actor)
        }
        guard case .object(let members) = Self.json(made.token) else { throw Problem(.internalError) }
        let secret = JSONValue.Member("token", .string(made.secret.reveal()))
        return Response.json(.object(members + [secret]), status: .created).withNoStore()
    }

    func revoke(_ request: Request, _ context: WebContext) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.clients, context)
        guard try await tokens.revoke(try context.pathParameter("token"), by: actor) else { throw Problem(.notFound) }
        return Response(status: .noContent)
    }

    private static func json(_ token: InitialToken) -> JSONValue {
        .object([
            "id": .string(token.id), "label": .string(token.label), "usesLeft": .integer(Int64(token.usesLeft)),
            "requirePkce": .bool(token.requirePKCE), "createdBy": .string(token.createdBy),
            "createdAt": .string(ProvinceTime.format(token.createdAt)),
            "expiresAt": .string(ProvinceTime.format(token.expiresAt)),
        ])
    }
}
