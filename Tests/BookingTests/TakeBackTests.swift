import Catalogue
import Core
import Storage
import TestKit
import Testing

@testable import Booking

@Suite("T17: a window that is left gives back whom it had called")
struct TakeBackTests {
    private static let window = "night-a-1"
    private let officer = BookingWorld.officer(1)

    /// Three people waiting, the first of them called to the first window, and served there if asked for.
    private func called(_ world: BookingWorld, serving: Bool = false) async throws -> CalledTicket {
        _ = try await world.booking.queue.open(TakeBackTests.window, by: officer)
        for priority in [PriorityClass.ordinary, .ordinary, .elder] {
            _ = try await world.walkIn(priority)
            world.clock.advance(by: .minutes(1))
        }
        // The elder earns six times as much and would be next, before and after.
        var ticket = try await world.booking.queue.callNext(TakeBackTests.window, by: officer)
        if serving { ticket = try await world.booking.queue.start(ticket.ticket, by: officer) }
        return ticket
    }

    private func reference(_ world: BookingWorld, _ ticket: String) async throws -> Instant? {
        try await world.database.read { try TicketStore.find(ticket, in: $0)?.reference }
    }

    @Test(arguments: Backend.available, [false, true])
    func `a manager closes the window: the person waits again, first in line, and the boards forget the call`(
        backend: Backend, serving: Bool
    ) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            let ticket = try await called(world, serving: serving)
            let before = try await reference(world, ticket.ticket)
            #expect(try await world.booking.board.snapshot(hall: BookingWorld.hall).calls.count == 1)
            let closed = try await queue.close(TakeBackTests.window, by: BookingWorld.manager)
            #expect(!closed.open && closed.current == nil)
            #expect(closed.next.first?.ticket == ticket.ticket && closed.waiting == 3)
            #expect(try await world.booking.board.snapshot(hall: BookingWorld.hall).calls.isEmpty)
            let late = await problem { _ = try await queue.finish(ticket.ticket, by: officer) }
            #expect(late?.kind == .outOfOrder && late?.state == "waiting")
            #expect(
                await problem { _ = try await queue.callNext(TakeBackTests.window, by: officer) }?.kind == .queueClosed)
            // Longer waiting and higher classes do not pass whom a window has let down.
            world.clock.advance(by: .minutes(30))
            _ = try await world.walkIn(.elder)
            _ = try await queue.open("night-a-2", by: BookingWorld.officer(2))
            let again = try await queue.callNext("night-a-2", by: BookingWorld.officer(2))
            #expect(again.ticket == ticket.ticket && again.number == ticket.number)
            #expect(try await reference(world, ticket.ticket) == before)
            _ = try await queue.start(again.ticket, by: BookingWorld.officer(2))
            #expect(try await queue.finish(again.ticket, by: BookingWorld.officer(2)).state == .done)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `the audit trail says that the call was taken back, why, and by whom`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let ticket = try await called(world)
            _ = try await world.booking.queue.close(TakeBackTests.window, by: BookingWorld.manager)
            let (events, outcome) = try await world.database.read { db in
                (
                    try EventStore.events(of: BookingWorld.hall, after: 0, limit: 100, in: db).map(\.entry),
                    try db.first("SELECT outcome FROM booking_call WHERE ticket_id = $1", ticket.ticket)?.text(
                        "outcome")
                )
            }
            #expect(outcome == "takenBack")
            let taken = try #require(events.first { $0.kind == .takenBack })
            #expect(taken.subject == ticket.ticket)
            let detail = try JSONParser.parse(taken.detail)
            #expect(detail.text("cause") == "closedByManager" && detail.text("by") == BookingWorld.manager.subject)
            #expect(detail.text("window") == TakeBackTests.window && detail.number("waiting") == 3)
            #expect(events.last?.kind == .windowClosed)
            let shown = BoardEvent.projections(of: (1, taken), at: world.core.now())
            #expect(shown.map(\.name) == ["closed", "queue"] && shown[0].data.contains("\"state\":\"waiting\""))
            #expect(!shown.contains { $0.data.contains(BookingWorld.manager.subject) })
            #expect(try await world.booking.eventChain.firstBreak(in: BookingWorld.hall) == nil)
        }
    }

    @Test(arguments: Backend.available, [false, true])
    func `an officer's own close asks to finish first, and takes back when told to`(
        backend: Backend, serving: Bool
    ) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            let ticket = try await called(world, serving: serving)
            let refusal = await problem { _ = try await queue.close(TakeBackTests.window, by: officer) }
            #expect(refusal?.kind == .outOfOrder && refusal?.state == (serving ? "serving" : "called"))
            let stranger = await problem {
                _ = try await queue.close(TakeBackTests.window, takeBack: true, by: BookingWorld.officer(2))
            }
            #expect(stranger?.kind == .outOfOrder && stranger?.state == "open")
            let closed = try await queue.close(TakeBackTests.window, takeBack: true, by: officer)
            #expect(!closed.open && closed.next.first?.ticket == ticket.ticket)
            #expect(try await !queue.close(TakeBackTests.window, takeBack: true, by: officer).open)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a colleague takes over a window whose officer is not heard of any more, and not before`(
        backend: Backend
    ) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            let colleague = BookingWorld.officer(2)
            let ticket = try await called(world, serving: true)
            let lease = world.core.settings.windowLease
            func refused() async -> String? {
                await problem { _ = try await queue.open(TakeBackTests.window, by: colleague) }?.state
            }
            // Looking at the desk, or opening it once more, says that one is there.
            world.clock.advance(by: lease)
            #expect(try await !queue.state(of: TakeBackTests.window, by: officer).isAbandoned)
            world.clock.advance(by: lease)
            #expect(await refused() == "open")
            _ = try await queue.open(TakeBackTests.window, by: officer)
            world.clock.advance(by: lease)
            #expect(await refused() == "open")
            #expect(try await !queue.state(of: TakeBackTests.window, by: colleague).isAbandoned)
            world.clock.advance(by: .seconds(1))
            #expect(try await queue.state(of: TakeBackTests.window, by: colleague).isAbandoned)
            let opened = try await queue.open(TakeBackTests.window, by: colleague)
            #expect(opened.officer == colleague.subject && opened.current == nil && !opened.isAbandoned)
            #expect(opened.next.first?.ticket == ticket.ticket)
            #expect(await problem { _ = try await queue.finish(ticket.ticket, by: officer) }?.state == "waiting")
            #expect(try await queue.callNext(TakeBackTests.window, by: colleague).ticket == ticket.ticket)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a desk that is only looked at keeps its window for so long, and no longer`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            let settings = world.core.settings
            _ = try await queue.open(TakeBackTests.window, by: officer)
            // The page of somebody who went home asks every few seconds.
            let asks = Int(settings.windowIdle.milliseconds / settings.windowLease.milliseconds) * 2
            for _ in 0..<asks {
                world.clock.advance(by: settings.windowLease / 2)
                #expect(try await !queue.state(of: TakeBackTests.window, by: officer).isAbandoned)
            }
            for _ in 0..<3 {
                world.clock.advance(by: settings.windowLease / 2)
                _ = try await queue.state(of: TakeBackTests.window, by: officer)
            }
            #expect(try await queue.state(of: TakeBackTests.window, by: officer).isAbandoned)
            // Whoever is there after all says so by an act.
            _ = try await queue.open(TakeBackTests.window, by: officer)
            #expect(try await !queue.state(of: TakeBackTests.window, by: officer).isAbandoned)
            world.clock.advance(by: settings.windowIdle + settings.windowLease + .seconds(1))
            _ = try await queue.state(of: TakeBackTests.window, by: officer)
            let colleague = BookingWorld.officer(2)
            #expect(try await queue.open(TakeBackTests.window, by: colleague).officer == colleague.subject)
        }
    }

    @Test(arguments: Backend.available)
    func `two colleagues who take over at once: one of them sits there`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            _ = try await called(world)
            world.clock.advance(by: .hours(1))
            let wins = await withTaskGroup(of: Bool.self) { group in
                for number in 2...9 {
                    group.addTask {
                        let other = BookingWorld.officer(number)
                        return (try? await world.booking.queue.open(TakeBackTests.window, by: other)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(wins == 1)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a booked person keeps the places of the slot until the service ends`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let booked = try await world.book(1, by: 1)
            _ = try await world.booking.checkIns.redeem(
                hall: BookingWorld.hall, proof: .code(booked.reservation.code ?? ""), by: BookingWorld.kiosk)
            let queue = world.booking.queue
            _ = try await queue.open(TakeBackTests.window, by: officer)
            let called = try await queue.callNext(TakeBackTests.window, by: officer)
            _ = try await queue.close(TakeBackTests.window, takeBack: true, by: officer)
            #expect(try await world.remaining(1) == 6)
            _ = try await queue.open(TakeBackTests.window, by: officer)
            _ = try await queue.callNext(TakeBackTests.window, by: officer)
            _ = try await queue.start(called.ticket, by: officer)
            _ = try await queue.finish(called.ticket, by: officer)
            #expect(try await world.remaining(1) == 7)
            try await Invariants.check(world.database)
        }
    }
}

@Suite("Closing a window and calling to it: one of them is first")
struct CloseAndCallTests {
    private func step(_ world: BookingWorld) throws -> CallStep {
        let window = try #require(world.core.catalogue.current.window("night-a-1"))
        return CallStep(
            window: window, officer: BookingWorld.officer(1).subject, core: world.core, now: world.core.now())
    }

    @Test(arguments: Backend.available)
    func `a close that meets a call under way sees whom it called`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            _ = try await world.booking.queue.open("night-a-1", by: BookingWorld.officer(1))
            _ = try await world.walkIn()
            let step = try step(world)
            try await overlapping(world.database) {
                _ = try step.run(in: $0)
            } _: {
                let refusal = await problem {
                    _ = try await world.booking.queue.close("night-a-1", by: BookingWorld.officer(1))
                }
                #expect(refusal?.kind == .outOfOrder && refusal?.state == "called")
            }
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a call that meets a close under way finds the window closed`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            _ = try await world.booking.queue.open("night-a-1", by: BookingWorld.officer(1))
            _ = try await world.walkIn()
            let now = world.core.now()
            try await overlapping(world.database) { tx in
                let closed = try WindowSessionStore.close("night-a-1", at: now, in: tx)
                #expect(closed)
            } _: {
                let refusal = await problem {
                    _ = try await world.booking.queue.callNext("night-a-1", by: BookingWorld.officer(1))
                }
                #expect(refusal?.kind == .queueClosed)
            }
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `many closes and calls at once leave no call at a closed window`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            for _ in 0..<30 { _ = try await world.walkIn() }
            for round in 0..<8 {
                for number in 1...3 {
                    _ = try await queue.open("night-a-\(number)", by: BookingWorld.officer(number))
                }
                await withTaskGroup(of: Void.self) { group in
                    for number in 1...3 {
                        let (window, officer) = ("night-a-\(number)", BookingWorld.officer(number))
                        group.addTask { _ = try? await queue.callNext(window, by: officer) }
                        group.addTask { _ = try? await queue.close(window, by: officer) }
                        group.addTask { _ = try? await queue.callNext(window, by: officer) }
                        if round % 2 == 0 {
                            group.addTask { _ = try? await queue.close(window, by: BookingWorld.manager) }
                        }
                    }
                }
                try await Invariants.check(world.database)
                for number in 1...3 {
                    let closed = try await queue.close("night-a-\(number)", by: BookingWorld.manager)
                    #expect(!closed.open && closed.current == nil)
                }
                try await Invariants.check(world.database)
            }
            // Nobody was lost on the way.
            let state = try await queue.state(of: "night-a-1", by: BookingWorld.officer(1))
            #expect(state.waiting == 30)
        }
    }
}
