import Core
import HTTPTypes
import Hummingbird
import Web

/// `/admin/api/sign-outs`: whether the systems of a sign-out have been told, are still being told, or could not be.
struct SignOutAPI: Sendable {
    private static let mostInList = 100

    let signOuts: SignOuts

    /// `GET /admin/api/sign-outs?person=&limit=&cursor=`, the newest first.
    func list(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.read(Scope.sessions, context)
        let query = try ParameterList.query(request)
        let limit = try Self.limit(query)
        let before = try query.single("cursor").map { text in
            guard let bytes = Base64URL.decode(text), let id = String(validating: bytes, as: UTF8.self),
                UUIDv7.bytes(id) != nil
            else { throw Problem.invalid("cursor", "is no cursor of this list") }
            return id
        }
        let page = try await signOuts.list(of: try query.single("person"), before: before, atMost: limit + 1)
        let shown = page.prefix(limit)
        let next = page.count > limit ? shown.last.map { Base64URL.encode(Array($0.id.utf8)) } : nil
        return Response.json(
            .object(["signOuts": .array(shown.map(Self.json)), "next": next.map(JSONValue.string)])
        ).withNoStore()
    }

    /// `GET /admin/api/sign-outs/{signOut}`
    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.read(Scope.sessions, context)
        guard let signOut = try await signOuts.find(try context.pathParameter("signOut", max: 64)) else {
            throw Problem(.notFound)
        }
        return Response.json(Self.json(signOut)).withNoStore()
    }

    private static func limit(_ query: ParameterList) throws -> Int {
        guard let text = try query.single("limit") else { return 20 }
        guard let limit = Int(text), (1...mostInList).contains(limit) else {
            throw Problem.invalid("limit", "must be a number from 1 to \(mostInList)")
        }
        return limit
    }

    private static func json(_ signOut: SignOut) -> JSONValue {
        .object([
            "id": .string(signOut.id), "endedAt": .string(ProvinceTime.format(signOut.endedAt)),
            "systems": .array(signOut.systems.map(json)),
        ])
    }

    private static func json(_ system: SignOut.System) -> JSONValue {
        let delivery = system.delivery
        return .object([
            "sid": .string(delivery.sid), "client": .string(delivery.clientID), "name": .string(system.name.zh),
            "state": .string(delivery.state.rawValue), "attempts": .integer(Int64(delivery.attempts)),
            "lastFault": delivery.lastFault.map(JSONValue.string),
            "nextAttemptAt": system.nextAttempt.map { .string(ProvinceTime.format($0)) },
            "settledAt": delivery.settledAt.map { .string(ProvinceTime.format($0)) },
        ])
    }
}
