import Catalogue
import Core
import Cryptography
import Storage
import TestKit
import Testing

@testable import Booking

@Suite("The hall floor: check-in, numbers, calls (T6, T7, T9–T16)")
struct HallFloorTests {
    private func redeem(_ world: BookingWorld, _ proof: CheckInProof, hall: String = BookingWorld.hall) async throws
        -> QueueTicket
    {
        try await world.booking.checkIns.redeem(hall: hall, proof: proof, by: BookingWorld.kiosk)
    }

    @Test(arguments: Backend.available)
    func `two people who wait across midnight never share a number`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let first = try await world.walkIn()
            let midnight = ProvinceTime.instant(of: ProvinceTime.date(of: world.clock.now()).adding(days: 1))
            world.clock.advance(by: midnight - world.clock.now() + .minutes(1))
            let second = try await world.walkIn()
            #expect(first.number == "A001")
            #expect(second.number == "A002")
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `ticket, code and identity number each check a booking in, once`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let booked = try await world.book(2, by: 1)
            let issued = try await redeem(world, .code(booked.reservation.code ?? ""))
            #expect(issued.number == "A001" && issued.wait != nil && !issued.late && !issued.isStaffed)
            world.clock.advance(by: .minutes(1))
            for proof in [
                CheckInProof.code(booked.reservation.code ?? ""), .ticket(booked.ticket ?? ""),
                .identityNumber(TestPersons.number),
            ] {
                let second = await problem { _ = try await redeem(world, proof) }
                #expect(second?.kind == .alreadyRedeemed)
                #expect(
                    second?.extensions.contains {
                        $0.name == "redeemedAt" && $0.value == .string("2026-11-23T10:00:00+08:00")
                    } == true)
            }
            let other = try await world.book(3, by: 2)
            #expect(try await redeem(world, .ticket(other.ticket ?? "")).number == "A002")
            _ = try await world.book(3, by: 1)
            #expect(try await redeem(world, .identityNumber(TestPersons.number)).number == "A003")
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `too early, too late, wrong hall and bad proofs are refused`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let early = try await world.book(10, by: 2)
            let refusal = await problem { _ = try await redeem(world, .ticket(early.ticket ?? "")) }
            #expect(refusal?.kind == .tooEarly)
            #expect(
                await problem { _ = try await redeem(world, .ticket(early.ticket ?? ""), hall: "far") }?.kind
                    == .wrongHall)
            #expect(
                await problem { _ = try await redeem(world, .code(early.reservation.code ?? ""), hall: "far") }?.kind
                    == .wrongHall)
            for text in ["", "NOT A TICKET", String(repeating: "A", count: 158)] {
                #expect(await problem { _ = try await redeem(world, .ticket(text)) }?.kind == .invalidTicket)
            }
            #expect(await problem { _ = try await redeem(world, .code("0000000001")) }?.kind == .invalidTicket)
            #expect(await problem { _ = try await redeem(world, .code("0000000006")) }?.kind == .invalidTicket)
            #expect(
                await problem { _ = try await redeem(world, .identityNumber("110105194912310046")) }?.kind == .notFound)
            // A slip in the check digit is told from a number that nobody has.
            for number in ["nobody", "110105194912310021"] {
                let slip = await problem { _ = try await redeem(world, .identityNumber(number)) }
                #expect(slip?.kind == .invalidRequest && slip?.errors.map(\.pointer) == ["/identityNumber"])
            }
            let held = try await world.hold(2, by: 3)
            let unconfirmed = await problem { _ = try await redeem(world, .code(held.code ?? "")) }
            #expect(unconfirmed?.kind == .outOfOrder && unconfirmed?.state == "held")
            world.clock.advance(by: BookingWorld.slot(10) + .minutes(20) - world.clock.now())
            #expect(try await redeem(world, .ticket(early.ticket ?? "")).late)
            let missed = try await world.book(13, by: 4)
            world.clock.advance(by: BookingWorld.slot(13) + .minutes(31) - world.clock.now())
            #expect(await problem { _ = try await redeem(world, .ticket(missed.ticket ?? "")) }?.kind == .tooLate)
            try await world.booking.sweeper.sweep()
            let found = try await world.booking.reservations.find(missed.reservation.id, by: BookingWorld.person(4))
            #expect(found.reservation.state == .noShow)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a queue without windows gives no number, since nobody would call it (T7)`(backend: Backend) async throws {
        try await withDatabase(backend, BookingMigrations.all) { database in
            var content = BookingWorld.content
            content.windows.removeAll { $0.group == "night-b" }
            let world = try BookingWorld(
                database, clock: MovableClock(BookingWorld.start), keyRing: KeyRing.temporary(),
                settings: BookingSettings(), content: content)
            let refusal = await problem {
                _ = try await world.booking.walkIns.issue(
                    hall: BookingWorld.hall, item: "other", by: BookingWorld.kiosk)
            }
            #expect(refusal?.kind == .queueClosed)
            _ = try await world.walkIn()
        }
    }

    @Test(arguments: Backend.available, [false, true])
    func `who comes too late queues with the same visit as a walk-in, once, that day only (T18)`(
        backend: Backend, swept: Bool
    ) async throws {
        try await withWorld(backend) { world in
            let booked = try await world.book(2, by: 1)
            let tomorrow = try await world.book(2 + 144, by: 3)
            world.clock.advance(by: .minutes(51))
            if swept { try await world.booking.sweeper.sweep() }
            func walkIn(_ proof: CheckInProof) async throws -> QueueTicket {
                try await world.booking.checkIns.redeem(
                    hall: BookingWorld.hall, proof: proof, asWalkIn: true, by: BookingWorld.kiosk)
            }
            let proof = CheckInProof.ticket(booked.ticket ?? "")
            #expect(await problem { _ = try await redeem(world, proof) }?.kind == .tooLate)
            #expect(
                await problem { _ = try await redeem(world, .identityNumber(TestPersons.number)) }?.kind == .tooLate)
            let wins = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { (try? await walkIn(proof)) != nil } }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(wins == 1)
            let row = try await world.database.read { try TicketStore.find(reservation: booked.reservation.id, in: $0) }
            #expect(row?.state == .waiting && row?.punctual == false && row?.reference == world.clock.now())
            #expect(await problem { _ = try await walkIn(proof) }?.kind == .alreadyRedeemed)
            let claims = try await world.database.read { try ClaimStore.claims(of: booked.reservation.id, in: $0) }
            #expect(claims.isEmpty)
            try await Invariants.check(world.database)
            // On time it is a booking like any other; on another day it is no visit at all.
            world.clock.advance(by: BookingWorld.slot(2 + 144) - world.clock.now())
            #expect(try await !walkIn(.ticket(tomorrow.ticket ?? "")).late)
            let old = try await world.book(3 + 144, by: 4)
            world.clock.advance(by: .days(1))
            #expect(await problem { _ = try await walkIn(.ticket(old.ticket ?? "")) }?.kind == .tooLate)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a booking moved away at the moment it is taken for missed stays booked`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let booked = try await world.book(2, by: 1)
            world.clock.advance(by: .minutes(51))
            let step = try await RedeemStep.prepare(
                booked.reservation, entry: .missed, proof: .code(booked.reservation.code ?? ""), device: "kiosk",
                core: world.core, now: world.core.now())
            // The slot has begun, so only staff could move it by now: the row is changed as they would.
            try await world.database.transaction { tx in
                let moved = try ReservationStore.reschedule(
                    booked.reservation, group: BookingWorld.group, start: BookingWorld.slot(2),
                    end: BookingWorld.slot(3), startingAfter: Instant(milliseconds: 0), moves: 0,
                    at: world.core.now(), in: tx)
                #expect(moved != nil)
            }
            let refusal = await problem { _ = try await world.database.transaction { try step.run(in: $0) } }
            #expect(refusal?.kind == .outOfOrder)
            let found = try await world.booking.reservations.find(booked.reservation.id, by: BookingWorld.person(1))
            #expect(found.reservation.state == .booked)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `two kiosks at once redeem a booking once`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let booked = try await world.book(2, by: 1)
            let wins = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<16 {
                    group.addTask { (try? await redeem(world, .ticket(booked.ticket ?? ""))) != nil }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(wins == 1)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `from the call to the end, and every step out of order`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            let officer = BookingWorld.officer(1)
            let window = "night-a-1"
            #expect(await problem { _ = try await queue.callNext(window, by: officer) }?.kind == .queueClosed)
            #expect(try await queue.open(window, by: officer).open)
            #expect(try await queue.open(window, by: officer).open)
            #expect(
                await problem { _ = try await queue.open(window, by: BookingWorld.officer(2)) }?.kind == .outOfOrder)
            #expect(await problem { _ = try await queue.callNext(window, by: officer) }?.kind == .nobodyWaiting)
            let issued = try await world.walkIn()
            for act in [queue.start, queue.finish, queue.recall, queue.skip, queue.park] {
                let refusal = await problem { _ = try await act(issued.id, officer) }
                #expect(refusal?.kind == .outOfOrder && refusal?.state == "waiting")
            }
            let called = try await queue.callNext(window, by: officer)
            #expect(called.number == issued.number && called.state == .called && called.window == window)
            let busy = await problem { _ = try await queue.callNext(window, by: officer) }
            #expect(busy?.kind == .outOfOrder && busy?.state == "called")
            #expect(await problem { _ = try await queue.recall(called.ticket, by: officer) }?.kind == .outOfOrder)
            world.clock.advance(by: .seconds(20))
            #expect(try await queue.recall(called.ticket, by: officer).recalls == 1)
            #expect(await problem { _ = try await queue.finish(called.ticket, by: officer) }?.state == "called")
            #expect(
                await problem { _ = try await queue.start(called.ticket, by: BookingWorld.officer(2)) }?.kind
                    == .outOfOrder)
            #expect(try await queue.start(called.ticket, by: officer).state == .serving)
            #expect(await problem { _ = try await queue.start(called.ticket, by: officer) }?.state == "serving")
            #expect(await problem { _ = try await queue.close(window, by: officer) }?.kind == .outOfOrder)
            #expect(try await queue.finish(called.ticket, by: officer).state == .done)
            for act in [queue.start, queue.finish, queue.leave, queue.resume] {
                #expect(await problem { _ = try await act(called.ticket, officer) }?.state == "done")
            }
            #expect(try await !queue.close(window, by: officer).open)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `skipped people come back behind others, parked ones keep their place, transfers their number`(
        backend: Backend
    ) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            let officer = BookingWorld.officer(1)
            _ = try await queue.open("night-a-1", by: officer)
            _ = try await queue.open("night-b-1", by: BookingWorld.officer(2))
            var issued = [QueueTicket]()
            for _ in 0..<4 {
                issued.append(try await world.walkIn())
                world.clock.advance(by: .minutes(1))
            }
            let first = try await queue.callNext("night-a-1", by: officer)
            #expect(first.ticket == issued[0].id)
            #expect(try await queue.skip(first.ticket, by: officer).state == .skipped)
            #expect(try await queue.resume(first.ticket, by: officer).state == .waiting)
            let second = try await queue.callNext("night-a-1", by: officer)
            #expect(second.ticket == issued[1].id)
            _ = try await queue.start(second.ticket, by: officer)
            #expect(try await queue.park(second.ticket, by: officer).state == .parked)
            #expect(try await queue.resume(second.ticket, by: officer).state == .waiting)
            #expect(try await queue.callNext("night-a-1", by: officer).ticket == second.ticket)
            _ = try await queue.start(second.ticket, by: officer)
            let moved = try await queue.transfer(second.ticket, to: "night-b", by: officer)
            #expect(moved.state == .waiting && moved.number == second.number && moved.queue == "night-b")
            #expect(try await queue.callNext("night-b-1", by: BookingWorld.officer(2)).ticket == second.ticket)
            #expect(try await queue.callNext("night-a-1", by: officer).ticket == issued[2].id)
            // A colleague's number too; the trail says who it was.
            _ = try await queue.open("night-a-2", by: BookingWorld.officer(3))
            let colleague = try await queue.callNext("night-a-2", by: BookingWorld.officer(3))
            #expect(try await queue.leave(colleague.ticket, by: officer).state == .left)
            let said = try await world.database.read { db in
                try db.query("SELECT detail FROM booking_event WHERE subject = $1", colleague.ticket).map {
                    try $0.text("detail")
                }
            }
            #expect(said.contains { $0.contains("\"by\":\"\(officer.subject)\"") && $0.contains("night-a-2") })
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `officers who press at the same moment never call the same person`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            for number in 1...3 { _ = try await queue.open("night-a-\(number)", by: BookingWorld.officer(number)) }
            for _ in 0..<9 { _ = try await world.walkIn() }
            for _ in 0..<3 {
                let called = try await withThrowingTaskGroup(of: CalledTicket.self) { group in
                    for number in 1...3 {
                        group.addTask {
                            try await queue.callNext("night-a-\(number)", by: BookingWorld.officer(number))
                        }
                    }
                    return try await group.reduce(into: [CalledTicket]()) { $0.append($1) }
                }
                #expect(Set(called.map(\.ticket)).count == 3)
                try await Invariants.check(world.database)
                for ticket in called {
                    let number = Int(ticket.window?.suffix(1) ?? "") ?? 0
                    _ = try await queue.start(ticket.ticket, by: BookingWorld.officer(number))
                    _ = try await queue.finish(ticket.ticket, by: BookingWorld.officer(number))
                }
            }
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `numbers issued at once are all different`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let numbers = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<40 { group.addTask { try await world.walkIn().number } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(numbers.count == 40 && numbers.contains("A001") && numbers.contains("A040"))
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `officers work in their own hall and its branches only`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let queue = world.booking.queue
            let opened = try await queue.open("night-a-1", by: BookingWorld.officer(1, hall: "day"))
            #expect(opened.open)
            #expect(
                await problem { _ = try await queue.open("far-a-1", by: BookingWorld.officer(1)) }?.kind == .forbidden)
            #expect(
                await problem { _ = try await queue.open("day-a-1", by: BookingWorld.officer(1)) }?.kind == .forbidden)
            #expect(await problem { _ = try await queue.open("none", by: BookingWorld.officer(1)) }?.kind == .notFound)
        }
    }
}
