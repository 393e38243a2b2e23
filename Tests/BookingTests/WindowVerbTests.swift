import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Storage
import TestKit
import Testing

@testable import Booking

@Suite("Queue: every verb of a ticket in every state, over HTTP")
struct WindowVerbTests {
    private static let window = "night-a-1"

    /// Where each verb leads from the states in which it is allowed; from all others it is refused.
    static let table: [(verb: String, from: [ReservationState: ReservationState])] = [
        ("recall", [.called: .called]),
        ("start", [.called: .serving]),
        ("skip", [.called: .skipped]),
        ("park", [.serving: .parked]),
        ("resume", [.parked: .waiting, .skipped: .waiting]),
        ("transfer", [.serving: .waiting]),
        ("finish", [.serving: .done]),
        ("leave", [.waiting: .left, .called: .left, .parked: .left, .skipped: .left]),
    ]
    static let states: [ReservationState] = [.waiting, .called, .serving, .parked, .skipped, .done, .left]

    /// A number in the given state, alone in its queue.
    private func ticket(_ state: ReservationState, _ world: BookingWorld) async throws -> String {
        let (queue, officer) = (world.booking.queue, BookingWorld.officer(1))
        let id = try await world.walkIn().id
        if state == .waiting { return id }
        if state == .left { return try await queue.leave(id, by: officer).ticket }
        #expect(try await queue.callNext(WindowVerbTests.window, by: officer).ticket == id)
        world.clock.advance(by: world.core.settings.recallPause)
        if state == .called { return id }
        if state == .skipped { return try await queue.skip(id, by: officer).ticket }
        _ = try await queue.start(id, by: officer)
        if state == .parked { _ = try await queue.park(id, by: officer) }
        if state == .done { _ = try await queue.finish(id, by: officer) }
        return id
    }

    private func end(_ id: String, _ world: BookingWorld) async throws {
        let (queue, officer) = (world.booking.queue, BookingWorld.officer(1))
        let state = try await world.database.read { try TicketStore.find(id, in: $0)?.state }
        switch state {
        case .serving: _ = try await queue.finish(id, by: officer)
        case .waiting, .called, .parked, .skipped: _ = try await queue.leave(id, by: officer)
        default: break
        }
    }

    private func serving(
        _ world: BookingWorld, _ body: @escaping @Sendable (@escaping Post) async throws -> Void
    ) async throws {
        let fixture = WebFixture()
        fixture.tokens.add("officer", BookingWorld.officer(1))
        fixture.tokens.add("colleague", BookingWorld.officer(2))
        fixture.tokens.add("manager", BookingWorld.manager)
        fixture.tokens.add("far", BookingWorld.officer(3, hall: "far"))
        _ = try await world.booking.queue.open(WindowVerbTests.window, by: BookingWorld.officer(1))
        try await fixture.run(routes: { BookingRoutes(booking: world.booking).addRoutes(to: $0) }) { client in
            try await body { token, path, body in
                var headers: HTTPFields = [.authorization: "Bearer " + token]
                if body != nil { headers[.contentType] = "application/json" }
                return try await client.send(.post, "/api/v1/" + path, headers, body: body)
            }
        }
    }

    private typealias Post = @Sendable (_ token: String, _ path: String, _ body: String?) async throws -> TestResponse

    @Test(arguments: Backend.available)
    func `allowed ones lead on, all others are refused with the state`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            try await serving(world) { post in
                for (verb, targets) in WindowVerbTests.table {
                    for state in WindowVerbTests.states {
                        let id = try await ticket(state, world)
                        let answer = try await post(
                            "officer", "tickets/\(id)/\(verb)", verb == "transfer" ? #"{"queue":"night-b"}"# : nil)
                        let comment = Comment(rawValue: "\(verb) in \(state): \(answer.text)")
                        if let target = targets[state] {
                            #expect(answer.status == .ok, comment)
                            #expect(try answer.json().text("state") == target.rawValue, comment)
                        } else {
                            #expect(answer.status == .conflict, comment)
                            #expect(answer.text.contains("urn:yimen:problem:out-of-order\""), comment)
                            #expect(try answer.json().text("state") == state.rawValue, comment)
                        }
                        #expect(answer.headers[.cacheControl] == "no-store", comment)
                        try await end(id, world)
                    }
                }
            }
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `no verb reaches an unknown number or another hall's, and only the calling officer works on a call`(
        backend: Backend
    ) async throws {
        try await withWorld(backend) { world in
            try await serving(world) { post in
                for (verb, targets) in WindowVerbTests.table {
                    let body = verb == "transfer" ? #"{"queue":"night-b"}"# : nil
                    for id in ["00000000-0000-7000-8000-000000000000", "none", "%00"] {
                        #expect(try await post("officer", "tickets/\(id)/\(verb)", body).status == .notFound)
                    }
                    let state = try #require(targets.keys.first)
                    let id = try await ticket(state, world)
                    #expect(try await post("far", "tickets/\(id)/\(verb)", body).status == .forbidden)
                    if state == .called || state == .serving, verb != "leave" {
                        let answer = try await post("colleague", "tickets/\(id)/\(verb)", body)
                        #expect(answer.status == .conflict, "\(verb): \(answer.text)")
                        #expect(try answer.json().text("state") == state.rawValue)
                    }
                    try await end(id, world)
                }
            }
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a transfer names another queue of the hall that somebody serves`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            try await serving(world) { post in
                let id = try await ticket(.serving, world)
                let path = "tickets/\(id)/transfer"
                #expect(try await post("officer", path, nil).status == .unsupportedMediaType)
                for (body, status) in [
                    ("{", 400), ("{}", 400), (#"{"queue":7}"#, 400), (#"{"queue":"night-b","to":1}"#, 400),
                    (#"{"queue":"night-a"}"#, 400), (#"{"queue":"none"}"#, 404), (#"{"queue":"far-a"}"#, 404),
                ] {
                    let answer = try await post("officer", path, body)
                    #expect(answer.status.code == status, "\(body): \(answer.text)")
                }
                let issued = try await world.database.read { try TicketStore.find(id, in: $0) }
                let moved = try await post("officer", path, #"{"queue":"night-b"}"#).json()
                #expect(moved.text("queue") == "night-b" && moved.text("state") == "waiting")
                let after = try await world.database.read { try TicketStore.find(id, in: $0) }
                #expect(after?.number == issued?.number && after?.reference == issued?.reference)
                #expect(after?.call == nil)
            }
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a window is closed with and without a body, and only its officer or a manager closes it`(
        backend: Backend
    ) async throws {
        try await withWorld(backend) { world in
            try await serving(world) { post in
                let close = "windows/\(WindowVerbTests.window)/close"
                let id = try await ticket(.serving, world)
                let refused = try await post("officer", close, nil)
                #expect(refused.status == .conflict)
                #expect(try refused.json().text("state") == "serving")
                #expect(try await post("officer", close, #"{"takeBack":false}"#).status == .conflict)
                #expect(try await post("officer", close, #"{"takeBack":1}"#).status == .badRequest)
                #expect(try await post("officer", close, #"{"force":true}"#).status == .badRequest)
                #expect(try await post("colleague", close, #"{"takeBack":true}"#).status == .conflict)
                let closed = try await post("manager", close, nil)
                #expect(closed.status == .ok)
                #expect(try closed.json().text("state") == "closed")
                let state = try await world.database.read { try TicketStore.find(id, in: $0)?.state }
                #expect(state == .waiting)
                _ = try await post("officer", "windows/\(WindowVerbTests.window)/open", nil)
                #expect(
                    try await post("officer", "windows/\(WindowVerbTests.window)/call-next", nil).json().text("id")
                        == id)
                #expect(try await post("officer", close, #"{"takeBack":true}"#).json().text("state") == "closed")
                #expect(try await post("officer", close, "").status == .ok)
            }
            try await Invariants.check(world.database)
        }
    }
}
