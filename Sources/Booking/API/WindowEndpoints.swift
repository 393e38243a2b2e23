import Core
import HTTPTypes
import Hummingbird
import Web

/// What a window officer does; scope `hall.window`, own hall and its branches only.
struct WindowEndpoints: Sendable {
    let booking: Booking

    private typealias Act = @Sendable (Queue, String, Principal) async throws -> JSONValue

    func addRoutes(to api: RouterGroup<WebContext>) {
        on(api, "/api/v1/windows/{id}/open") { BookingJSON.window(try await $0.open($1, by: $2)) }
        on(api, "/api/v1/windows/{id}/call-next") { BookingJSON.called(try await $0.callNext($1, by: $2)) }
        on(api, "/api/v1/tickets/{id}/recall") { BookingJSON.called(try await $0.recall($1, by: $2)) }
        on(api, "/api/v1/tickets/{id}/start") { BookingJSON.called(try await $0.start($1, by: $2)) }
        on(api, "/api/v1/tickets/{id}/skip") { BookingJSON.called(try await $0.skip($1, by: $2)) }
        on(api, "/api/v1/tickets/{id}/park") { BookingJSON.called(try await $0.park($1, by: $2)) }
        on(api, "/api/v1/tickets/{id}/resume") { BookingJSON.called(try await $0.resume($1, by: $2)) }
        on(api, "/api/v1/tickets/{id}/finish") { BookingJSON.called(try await $0.finish($1, by: $2)) }
        on(api, "/api/v1/tickets/{id}/leave") { BookingJSON.called(try await $0.leave($1, by: $2)) }
        api.post("/api/v1/windows/{id}/close", use: close)
        api.post("/api/v1/tickets/{id}/transfer", use: transfer)
    }

    private func on(_ api: RouterGroup<WebContext>, _ path: RouterPath, _ act: @escaping Act) {
        let queue = booking.queue
        api.post(path) { request, context in
            let officer = try context.require(scope: Scope.window)
            try await JSONBody.requireNone(request)
            return Response.json(try await act(queue, try context.pathParameter("id", max: 64), officer)).withNoStore()
        }
    }

    /// The body may be left out; `takeBack` says that whoever is at the window shall wait again.
    @Sendable private func close(_ request: Request, _ context: WebContext) async throws -> Response {
        let officer = try context.require(scope: Scope.window)
        let id = try context.pathParameter("id", max: 64)
        let body = try await JSONBody.readIfSent(request)
        try body?.rejectUnknown(["takeBack"])
        let takeBack = try body?.optionalBool("takeBack") ?? false
        let window = try await booking.queue.close(id, takeBack: takeBack, by: officer)
        return Response.json(BookingJSON.window(window)).withNoStore()
    }

    @Sendable private func transfer(_ request: Request, _ context: WebContext) async throws -> Response {
        let officer = try context.require(scope: Scope.window)
        let id = try context.pathParameter("id", max: 64)
        let body = try await JSONBody.read(request)
        try body.rejectUnknown(["queue"])
        let ticket = try await booking.queue.transfer(id, to: try body.string("queue", max: 64), by: officer)
        return Response.json(BookingJSON.called(ticket)).withNoStore()
    }
}
