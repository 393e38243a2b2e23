import Catalogue
import Core
import Storage
import TestKit
import Testing

@testable import Booking

@Suite("The sweeper: what time has ended, and nothing that somebody has just moved on")
struct SweeperTests {
    /// An open window and a number of yesterday.
    private func stale(_ world: BookingWorld) async throws -> QueueTicket {
        _ = try await world.booking.queue.open("night-a-1", by: BookingWorld.officer(1))
        let ticket = try await world.walkIn()
        world.clock.advance(by: .hours(15))
        return ticket
    }

    private func state(_ world: BookingWorld, _ ticket: String) async throws -> TicketRow? {
        try await world.database.read { try TicketStore.find(ticket, in: $0) }
    }

    /// How the calls and the services of a ticket ended.
    private func ends(_ world: BookingWorld, _ ticket: CalledTicket) async throws -> [String] {
        try await world.database.read { db in
            let calls = try db.query("SELECT outcome FROM booking_call WHERE ticket_id = $1", ticket.ticket)
            let services = try db.query(
                "SELECT outcome FROM booking_reservation_service WHERE reservation_id = $1", ticket.reservation)
            return try calls.map { "call " + (try $0.optionalText("outcome") ?? "open") }
                + services.map { "service " + (try $0.optionalText("outcome") ?? "open") }
        }
    }

    @Test(arguments: Backend.available)
    func `a number of yesterday that an officer calls at the same moment stays his`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let ticket = try await stale(world)
            let window = try #require(world.core.catalogue.current.window("night-a-1"))
            let step = CallStep(
                window: window, officer: BookingWorld.officer(1).subject, core: world.core, now: world.core.now())
            let sweeper = world.booking.sweeper
            let now = world.core.now()
            try await overlapping(world.database) {
                _ = try step.run(in: $0)
            } _: {
                // One batch, which read the number as waiting: it must lose to the call, and write nothing.
                _ = try await world.database.transaction { try Sweeper.closeStale(core: sweeper.core, at: now, in: $0) }
            }
            // On SQLite the batch came after the call and ended it; both are whole.
            let row = try #require(try await state(world, ticket.id))
            #expect(row.state == (backend == .postgres ? .called : .left))
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `numbers of yesterday end, whatever became of them, and their calls with them`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            let officer = BookingWorld.officer(1)
            let waiting = try await stale(world)
            world.clock.advance(by: .hours(-15))
            _ = try await queue.open("night-a-2", by: BookingWorld.officer(2))
            for _ in 0..<3 { _ = try await world.walkIn() }
            let served = try await queue.callNext("night-a-1", by: officer)
            #expect(served.ticket == waiting.id)
            _ = try await queue.start(served.ticket, by: officer)
            let called = try await queue.callNext("night-a-2", by: BookingWorld.officer(2))
            world.clock.advance(by: .hours(15))
            try await world.booking.sweeper.sweep()
            #expect(try await state(world, served.ticket)?.state == .done)
            #expect(try await state(world, called.ticket)?.state == .left)
            // The books say of each what became of it: served, and called in vain.
            #expect(try await ends(world, served) == ["call done", "service handled"])
            #expect(try await ends(world, called) == ["call left", "service notHandled"])
            let left = try await queue.state(of: "night-a-1", by: officer)
            #expect(left.waiting == 0 && left.current == nil)
            try await Invariants.check(world.database)
        }
    }
}
