import Core
import HTTPTypes
import Hummingbird
import Storage
import Web

/// `/admin/api/sessions` and `/admin/api/people/{person}/…`: an administrator sees on which devices a person is signed
/// in, ends one session or all, locks and unlocks the account. A sign-in name may be a telephone number, so it comes in
/// a body and never stands in an address.
struct SessionAPI: Sendable {
    let administration: PersonAdministration

    /// `POST /admin/api/sessions/search` with `person` or `signInName`.
    func search(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.read(Scope.sessions, context)
        let body = try await JSONBody.read(request)
        try body.rejectUnknown(["person", "signInName"])
        let person: Person?
        if let id = try body.optionalString("person", max: 64) {
            person = try await administration.person(id)
        } else {
            person = try await administration.person(signInName: try body.string("signInName", max: 128))
        }
        guard let person else { throw Problem(.notFound, "nobody is on record under this name") }
        return try await answer(person)
    }

    /// `DELETE /admin/api/sessions/{session}`: one browser and every system under it.
    func end(_ request: Request, _ context: WebContext) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.sessions, context)
        guard try await administration.end(session: try context.pathParameter("session"), by: actor) else {
            throw Problem(.notFound, "the session has ended or never was")
        }
        return Response(status: .noContent)
    }

    /// `POST /admin/api/people/{person}/sign-out`: every browser and every refresh token.
    func endAll(_ request: Request, _ context: WebContext) async throws -> Response {
        try await act(context) { person, actor in try await administration.endAll(person, by: actor) }
    }

    /// `POST /admin/api/people/{person}/lock`: nobody signs in as this person, and everything ends.
    func lock(_ request: Request, _ context: WebContext) async throws -> Response {
        try await act(context) { person, actor in try await administration.setLocked(true, person, by: actor) }
    }

    /// `POST /admin/api/people/{person}/unlock`
    func unlock(_ request: Request, _ context: WebContext) async throws -> Response {
        try await act(context) { person, actor in try await administration.setLocked(false, person, by: actor) }
    }

    private func act(_ context: WebContext, _ work: (String, String) async throws -> Bool) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.sessions, context)
        let id = try context.pathParameter("person", max: 64)
        guard try await work(id, actor), let person = try await administration.person(id) else {
            throw Problem(.notFound)
        }
        return try await answer(person)
    }

    private func answer(_ person: Person) async throws -> Response {
        let sessions = try await administration.sessions(of: person.id).map { session, systems in
            JSONValue.object([
                "id": .string(session.id), "device": .string(session.deviceLabel), "acr": .string(session.acr.rawValue),
                "authenticatedAt": .string(ProvinceTime.format(session.authenticatedAt)),
                "lastSeenAt": .string(ProvinceTime.format(session.lastSeenAt)),
                "systems": .array(
                    systems.map { system in
                        .object([
                            "sid": .string(system.sid), "client": .string(system.clientID),
                            "lastUsedAt": .string(ProvinceTime.format(system.lastUsedAt)),
                        ])
                    }),
            ])
        }
        return Response.json(
            .object([
                "person": .object([
                    "id": .string(person.id), "state": .string(person.state.rawValue),
                    "name": .string(try administration.maskedName(of: person)),
                    "roles": .strings(person.roles.map(\.rawValue).sorted()),
                ]), "sessions": .array(sessions),
            ])
        ).withNoStore()
    }
}
