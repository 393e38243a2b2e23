import Core
import HTTPTypes
import Hummingbird
import Web

/// A hall's board and its stream of events: public, numbers only.
struct BoardEndpoints: Sendable {
    let booking: Booking
    let streams: ServerSentEvents

    func addRoutes(to api: RouterGroup<WebContext>) {
        api.get("/api/v1/halls/{hall}/board", use: snapshot)
        api.get("/api/v1/halls/{hall}/board/events", use: events)
    }

    @Sendable private func snapshot(_ request: Request, _ context: WebContext) async throws -> Response {
        let snapshot = try await booking.board.snapshot(hall: try context.pathParameter("hall", max: 64))
        return Response.json(snapshot.json).withNoStore()
    }

    /// What a returning board saw last stands in `Last-Event-ID`; a page that was just rendered says it in `after`.
    @Sendable private func events(_ request: Request, _ context: WebContext) async throws -> Response {
        let hall = try context.pathParameter("hall", max: 64)
        var last = ServerSentEvents.lastEventID(of: request)
        if last == nil {
            do {
                last = try ParameterList.query(request).single("after")
            } catch let fault {
                throw fault.problem
            }
        }
        let events = try await booking.board.events(hall: hall, after: last.flatMap { Int64($0) })
        return try streams.response(to: request, context, events: events.map(\.serverSent))
    }
}

extension BoardEvent {
    var serverSent: SSEEvent {
        SSEEvent(id: endsRow ? String(sequence) : nil, event: name, data: data)
    }
}
