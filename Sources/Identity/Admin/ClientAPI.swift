import Core
import Cryptography
import HTTPTypes
import Hummingbird
import Web

/// `/admin/api/clients`: relying systems for programs that administer them. A machine needs the scope alone, a person a
/// role besides: auditors read, administrators change. Every change is audited with the actor by the registry.
struct ClientAPI: Sendable {
    /// Members of a client's answer that nobody sets; sent back unchanged they are passed over.
    private static let readOnly = ClientJSON.unset
    private static let bodyLimit = 128 * 1024

    let registry: ClientRegistry
    let names: CatalogueNames

    /// `GET /admin/api/clients?query=&state=&limit=&cursor=`
    func list(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.read(Scope.clients, context)
        let query = try ParameterList.query(request)
        let limit = try Self.limit(query)
        let state = try query.single("state").map { text in
            guard let state = ClientRecord.State(rawValue: text) else {
                throw Problem.invalid("state", "must be active, pending or disabled")
            }
            return state
        }
        let after = try query.single("cursor").map { text in
            guard let bytes = Base64URL.decode(text), let id = String(validating: bytes, as: UTF8.self) else {
                throw Problem.invalid("cursor", "is no cursor of this list")
            }
            return id
        }
        let page = try await registry.records(
            after: after ?? "", query: String((try query.single("query") ?? "").prefix(100)), state: state,
            limit: limit + 1)
        let shown = page.prefix(limit)
        let next = page.count > limit ? shown.last.map { Base64URL.encode(Array($0.client.id.utf8)) } : nil
        return Response.json(
            .object([
                "clients": .array(shown.map(ClientJSON.summary)), "next": next.map(JSONValue.string),
            ])
        ).withNoStore()
    }

    /// `GET /admin/api/clients/{client}`
    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.read(Scope.clients, context)
        guard let record = try await registry.record(try context.pathParameter("client")) else {
            throw Problem(.notFound)
        }
        return ClientJSON.response(record)
    }

    /// `POST /admin/api/clients`: a secret that is needed is made here and stands in this answer alone.
    func create(_ request: Request, _ context: WebContext) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.clients, context)
        let body = try await JSONBody.read(request, limit: Self.bodyLimit)
        let id = try body.optionalString("id", max: ClientRegistry.maximumIDLength) ?? registry.surroundings.newID()
        return try await Problem.translating {
            var registration = ClientRegistration(id: id)
            try Self.fill(&registration, from: body.value)
            try names.require(registration)
            let secret = registry.giveSecret(to: &registration)
            try await registry.add(registration, by: actor)
            guard let record = try await registry.record(id) else { throw Problem(.notFound) }
            var response = ClientJSON.response(record, secret: secret, status: .created)
            response.headers[.location] = "/admin/api/clients/" + PercentDecoding.escape(id)
            return response
        }
    }

    /// `PUT /admin/api/clients/{client}`: members that are not sent go back to their defaults.
    func replace(_ request: Request, _ context: WebContext) async throws -> Response {
        try await change(request, context) { registration, value in
            var fresh = ClientRegistration(id: registration.id)
            fresh.secretHash = registration.secretHash
            try Self.fill(&fresh, from: value)
            registration = fresh
        }
    }

    /// `PATCH /admin/api/clients/{client}`: JSON Merge Patch (RFC 7396); `null` puts a member back to its default.
    func patch(_ request: Request, _ context: WebContext) async throws -> Response {
        try await change(request, context) { registration, value in
            let faults = ClientDocument.apply(value, to: &registration, besides: Self.readOnly)
            guard faults.isEmpty else { throw ClientRegistrationFault(faults: faults) }
        }
    }

    /// `DELETE /admin/api/clients/{client}`
    func remove(_ request: Request, _ context: WebContext) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.clients, context)
        let id = try context.pathParameter("client")
        guard id != Client.ownPagesID else { throw Problem.refusal(.ownPages) }
        guard try await registry.remove(id, by: actor) else { throw Problem(.notFound) }
        return Response(status: .noContent)
    }

    /// `POST /admin/api/clients/{client}/secret`
    func rotateSecret(_ request: Request, _ context: WebContext) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.clients, context)
        let id = try context.pathParameter("client")
        let secret = try await Problem.translating { try await registry.rotateSecret(id, by: actor) }
        return Response.json(.object(["id": .string(id), "clientSecret": .string(secret.reveal())])).withNoStore()
    }

    /// `POST /admin/api/clients/{client}/disable`
    func disable(_ request: Request, _ context: WebContext) async throws -> Response {
        try await act(context) { id, actor in try await registry.setEnabled(false, id, by: actor) }
    }

    /// `POST /admin/api/clients/{client}/enable`
    func enable(_ request: Request, _ context: WebContext) async throws -> Response {
        try await act(context) { id, actor in try await registry.setEnabled(true, id, by: actor) }
    }

    /// `POST /admin/api/clients/{client}/approve`: of the version that was read, or the system could change what it
    /// registered under the administrator's eyes.
    func approve(_ request: Request, _ context: WebContext) async throws -> Response {
        try await act(context) { id, actor in
            try await registry.approve(id, expecting: try Self.version(request), by: actor)
        }
    }

    private func act(_ context: WebContext, _ work: (String, String) async throws -> Void) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.clients, context)
        let id = try context.pathParameter("client")
        return try await Problem.translating {
            try await work(id, actor)
            guard let record = try await registry.record(id) else { throw Problem(.notFound) }
            return ClientJSON.response(record)
        }
    }

    private func change(
        _ request: Request, _ context: WebContext,
        _ edit: @escaping @Sendable (inout ClientRegistration, JSONValue) throws -> Void
    ) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.clients, context)
        let id = try context.pathParameter("client")
        let expected = try Self.version(request)
        let types = ["application/json", "application/merge-patch+json"]
        let body = try await JSONBody.read(request, types: types, limit: Self.bodyLimit).value
        return try await Problem.translating {
            let updated = try await registry.update(id, expecting: expected, by: actor) { record in
                let faults = Self.unsettable(body, record)
                guard faults.isEmpty else { throw ClientRegistrationFault(faults: faults) }
            } _: { registration in
                let former = registration
                try edit(&registration, body)
                try names.require(registration, insteadOf: former)
            }
            return ClientJSON.response(updated.record, secret: updated.secret)
        }
    }

    /// What nobody sets and is sent with another value than it has: passed over, it would look done.
    private static func unsettable(_ sent: JSONValue, _ record: ClientRecord) -> [ClientFault] {
        ClientJSON.head(record).filter { sent[$0.name] != nil && sent[$0.name] != $0.value }.map { member in
            let advice =
                member.name == "state" ? "is changed by POST to …/disable, …/enable or …/approve" : "is not set"
            return ClientFault(member.name, advice)
        }
    }

    /// A confidential client with a secret, unless the members say otherwise.
    private static func fill(_ registration: inout ClientRegistration, from value: JSONValue) throws {
        let faults = ClientDocument.apply(value, to: &registration, besides: readOnly)
        guard faults.isEmpty else { throw ClientRegistrationFault(faults: faults) }
        if registration.authMethod == nil { registration.authMethod = Client.AuthMethod.basic.rawValue }
    }

    /// The version in `If-Match` (RFC 9110 §13.1.1); `*` takes whatever is there.
    private static func version(_ request: Request) throws -> Int64? {
        guard let header = request.headers[.ifMatch] else {
            throw Problem(.versionRequired, "send the ETag of what you have read as If-Match")
        }
        if header == "*" { return nil }
        guard header.count > 2, header.hasPrefix("\""), header.hasSuffix("\""),
            let version = Int64(header.dropFirst().dropLast())
        else { throw Problem(.changedMeanwhile, "If-Match is no ETag of this client") }
        return version
    }

    static func limit(_ query: ParameterList) throws -> Int {
        guard let text = try query.single("limit") else { return 50 }
        guard let limit = Int(text), (1...199).contains(limit) else {
            throw Problem.invalid("limit", "must be 1 to 199")
        }
        return limit
    }
}
