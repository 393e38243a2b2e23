import Core
import Hummingbird
import Web

/// `GET /api/v1/consents` and `DELETE /api/v1/consents/{client}`: the same for programs that hold a
/// token of the person with the scope `account`.
struct ConsentAPI: Sendable {
    let registry: ConsentRegistry
    let clients: ClientDirectory

    func list(_ request: Request, _ context: WebContext) async throws -> Response {
        let person = try context.require(scope: Scope.account)
        var entries = [JSONValue]()
        for entry in try await registry.list(of: person.subject) {
            let name = try await clients.label(of: entry.clientID, context.locale)
            entries.append(
                .object([
                    "client": .string(entry.clientID), "name": .string(name), "allowed": .strings(entry.items),
                    "since": .string(ProvinceTime.format(entry.since)), "lasting": .bool(entry.lasts),
                ]))
        }
        return Response.json(.object(["consents": .array(entries)])).withNoStore()
    }

    func withdraw(_ request: Request, _ context: WebContext) async throws -> Response {
        let person = try context.require(scope: Scope.account)
        let client = try context.pathParameter("client")
        guard try await registry.withdraw(client, of: person.subject, by: person.subject) else {
            throw Problem(.notFound, "this system has nothing of yours")
        }
        return Response(status: .noContent)
    }
}
