import Catalogue
import Core
import Cryptography
import Storage
import TestKit
import Testing

@testable import Booking

@Suite("Reservations: T1–T5 and their illegal twins")
struct ReservationTests {
    @Test(arguments: Backend.available)
    func `a hold takes a place, confirming makes it a booking with a ticket`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            #expect(try await world.remaining(3) == 7)
            let held = try await world.hold(3, by: 1)
            #expect(held.state == .held && held.expiresAt == BookingWorld.start + .seconds(600))
            #expect(held.end == BookingWorld.slot(4))
            #expect(try await world.remaining(3) == 6)
            let booked = try await world.booking.reservations.confirm(held.id, by: BookingWorld.person(1))
            #expect(booked.reservation.state == .booked && booked.reservation.version == 2)
            #expect(booked.ticket?.count == 158)
            let again = try await world.booking.reservations.confirm(held.id, by: BookingWorld.person(1))
            #expect(again == booked)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a visit that lasts longer takes all cells it needs`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let long = try await world.booking.reservations.hold(
                BookingWorld.request(0 + 2, items: ["long"]), by: BookingWorld.person(1))
            #expect(long.end == BookingWorld.slot(5))
            for slot in 2...4 { #expect(try await world.remaining(slot) == 6) }
            #expect(try await world.remaining(5) == 7)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a hold that ran out cannot be confirmed and gives its place back`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let held = try await world.hold(100, by: 1)
            world.clock.advance(by: .seconds(600))
            let late = await problem {
                _ = try await world.booking.reservations.confirm(held.id, by: BookingWorld.person(1))
            }
            #expect(late?.kind == .holdExpired)
            try await world.booking.sweeper.sweep()
            let found = try await world.booking.reservations.find(held.id, by: BookingWorld.person(1))
            #expect(found.reservation.state == .expired)
            #expect(try await eventually { try await world.remaining(100) == 7 })
            let after = await problem {
                _ = try await world.booking.reservations.confirm(held.id, by: BookingWorld.person(1))
            }
            #expect(after?.kind == .holdExpired)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a released hold is free at once, a cancelled booking after its delay`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let held = try await world.hold(9, by: 1)
            let released = try await world.booking.reservations.cancel(held.id, by: BookingWorld.person(1))
            #expect(released.state == .released)
            #expect(try await world.remaining(9) == 7)
            let booked = try await world.book(9, by: 1)
            let cancelled = try await world.booking.reservations.cancel(
                booked.reservation.id, by: BookingWorld.person(1))
            #expect(cancelled.state == .cancelled)
            try await Invariants.check(world.database)
            world.clock.advance(by: .seconds(31))
            try await world.booking.sweeper.sweep()
            #expect(try await eventually { try await world.remaining(9) == 7 })
            try await Invariants.check(world.database)
            let twice = try await world.booking.reservations.cancel(booked.reservation.id, by: BookingWorld.person(1))
            #expect(twice.state == .cancelled && twice.version == cancelled.version)
            let confirm = await problem {
                _ = try await world.booking.reservations.confirm(booked.reservation.id, by: BookingWorld.person(1))
            }
            #expect(confirm?.kind == .outOfOrder && confirm?.state == "cancelled")
        }
    }

    @Test(arguments: Backend.available)
    func `a move takes the new slot before it frees the old one`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let booked = try await world.book(9, by: 1)
            let moved = try await world.booking.reservations.move(
                booked.reservation.id, to: BookingWorld.slot(20), by: BookingWorld.person(1))
            #expect(moved.reservation.start == BookingWorld.slot(20) && moved.reservation.revision == 2)
            #expect(moved.ticket != booked.ticket)
            #expect(try await world.remaining(20) == 6)
            let old = await problem { [ticket = booked.ticket ?? ""] in
                _ = try await world.booking.checkIns.redeem(
                    hall: BookingWorld.hall, proof: .ticket(ticket), by: BookingWorld.kiosk)
            }
            #expect(old?.kind == .invalidTicket)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a place moved away from is offered again after the delay of a cancelled one, not at once`(
        backend: Backend
    ) async throws {
        try await withWorld(backend, places: 2) { world in
            let booked = try await world.book(9, by: 1)
            _ = try await world.booking.reservations.move(
                booked.reservation.id, to: BookingWorld.slot(20), by: BookingWorld.person(1))
            #expect(try await world.remaining(9) == 0)
            #expect(await problem { _ = try await world.hold(9, by: 2) }?.kind == .slotTaken)
            try await Invariants.check(world.database)
            world.clock.advance(by: world.core.settings.reofferDelay + .seconds(1))
            try await world.booking.sweeper.sweep()
            _ = try await world.hold(9, by: 2)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `who moves back at once gets the old place, which nobody else could take`(backend: Backend) async throws {
        try await withWorld(backend, places: 2) { world in
            let me = BookingWorld.person(1)
            let long = try await world.booking.reservations.hold(BookingWorld.request(9, items: ["long"]), by: me)
            _ = try await world.booking.reservations.confirm(long.id, by: me)
            for slot in [10, 20, 9, 8, 9] {
                let moved = try await world.booking.reservations.move(long.id, to: BookingWorld.slot(slot), by: me)
                #expect(moved.reservation.start == BookingWorld.slot(slot))
                try await Invariants.check(world.database)
            }
            world.clock.advance(by: world.core.settings.reofferDelay + .seconds(1))
            try await world.booking.sweeper.sweep()
            for slot in [8, 12, 20, 21, 22] { _ = try await world.hold(slot, by: slot) }
            for slot in 9...11 { #expect(await problem { _ = try await world.hold(slot, by: 9) }?.kind == .slotTaken) }
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a booking that is moved after its item went to other windows belongs to those`(
        backend: Backend
    ) async throws {
        try await withDatabase(backend, BookingMigrations.all) { database in
            let clock = MovableClock(BookingWorld.start)
            let keyRing = KeyRing.temporary()
            let before = try BookingWorld(database, clock: clock, keyRing: keyRing, settings: BookingSettings())
            try await before.open(places: 10)
            let booked = try await before.book(9, by: 1).reservation
            var content = BookingWorld.content
            content.groups = [("A", ["long"]), ("B", ["other", "card"])].map { letter, items in
                let id = "night-" + letter.lowercased()
                return WindowGroup(
                    id: id, hall: "night", zone: "night-hall", letter: letter, name: LocalizedText(zh: id, en: id),
                    items: items)
            }
            let after = try BookingWorld(
                database, clock: clock, keyRing: keyRing, settings: BookingSettings(), content: content)
            let me = BookingWorld.person(1)
            let moved = try await after.booking.reservations.move(booked.id, to: BookingWorld.slot(20), by: me)
            #expect(booked.group == "night-a" && moved.reservation.group == "night-b")
            #expect(try await after.booking.reservations.find(booked.id, by: me) == moved)
            #expect(try await after.remaining(20) == 6)
            try await Invariants.check(database)
        }
    }

    @Test(arguments: Backend.available)
    func `a move to a full slot keeps the old one`(backend: Backend) async throws {
        try await withWorld(backend, places: 2) { world in
            let booked = try await world.book(9, by: 1)
            _ = try await world.book(20, by: 2)
            let refused = await problem {
                _ = try await world.booking.reservations.move(
                    booked.reservation.id, to: BookingWorld.slot(20), by: BookingWorld.person(1))
            }
            #expect(refused?.kind == .slotTaken)
            let found = try await world.booking.reservations.find(booked.reservation.id, by: BookingWorld.person(1))
            #expect(found.reservation == booked.reservation)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `what is asked wrongly is refused and changes nothing`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            func refusal(_ request: HoldRequest, by person: Principal = BookingWorld.person(1)) async -> ProblemKind? {
                await problem { _ = try await world.booking.reservations.hold(request, by: person) }?.kind
            }
            let night = BookingWorld.hall
            let slot = BookingWorld.slot(5)
            #expect(await refusal(HoldRequest(hall: "none", items: ["card"], start: slot)) == .notFound)
            #expect(await refusal(HoldRequest(hall: night, items: ["none"], start: slot)) == .notFound)
            #expect(await refusal(HoldRequest(hall: "far", items: ["other"], start: slot)) == .notFound)
            #expect(await refusal(HoldRequest(hall: night, items: [], start: slot)) == .invalidRequest)
            #expect(await refusal(HoldRequest(hall: night, items: ["card", "card"], start: slot)) == .invalidRequest)
            #expect(await refusal(HoldRequest(hall: night, items: ["card", "other"], start: slot)) == .invalidRequest)
            #expect(await refusal(HoldRequest(hall: night, items: ["walk"], start: slot)) == .invalidRequest)
            #expect(await refusal(HoldRequest(hall: night, items: ["strict"], start: slot)) == .assuranceRequired)
            #expect(await refusal(HoldRequest(hall: night, items: ["card"], start: slot + .minutes(3))) == .notASlot)
            #expect(await refusal(HoldRequest(hall: night, items: ["card"], start: BookingWorld.slot(-1))) == .notASlot)
            #expect(await refusal(HoldRequest(hall: night, items: ["card"], start: slot + .days(30))) == .notASlot)
            let stranger = try await world.hold(5, by: 1)
            #expect(
                await problem {
                    _ = try await world.booking.reservations.confirm(stranger.id, by: BookingWorld.person(2))
                }?.kind == .notFound)
            #expect(try await world.remaining(5) == 6)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `limits of a person hold across channels and are given back`(backend: Backend) async throws {
        var settings = BookingSettings()
        settings.activeLimit = 3
        settings.itemDayLimit = 2
        try await withWorld(backend, settings: settings) { world in
            let first = try await world.hold(5, by: 1)
            _ = try await world.hold(6, by: 1, channel: .mobile)
            #expect(await problem { _ = try await world.hold(7, by: 1) }?.kind == .limitReached)
            _ = try await world.booking.reservations.hold(
                BookingWorld.request(7, items: ["long"]), by: BookingWorld.person(1, channel: .hall))
            #expect(
                await problem {
                    _ = try await world.booking.reservations.hold(
                        HoldRequest(hall: "night", items: ["other"], start: BookingWorld.slot(8)),
                        by: BookingWorld.person(1))
                }?.kind == .limitReached)
            _ = try await world.booking.reservations.cancel(first.id, by: BookingWorld.person(1))
            _ = try await world.hold(7, by: 1)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a repeated request gets the first answer, another body is refused`(backend: Backend) async throws {
        try await withWorld(backend, places: 2) { world in
            let reservations = world.booking.reservations
            let me = BookingWorld.person(1)
            let first = try await reservations.hold(BookingWorld.request(5), by: me, idempotencyKey: "key-00001")
            _ = try await reservations.confirm(first.id, by: me)
            // The slot is full by now; the first answer comes back all the same.
            let again = try await reservations.hold(BookingWorld.request(5), by: me, idempotencyKey: "key-00001")
            #expect(again == first)
            let other = await problem {
                _ = try await reservations.hold(BookingWorld.request(6), by: me, idempotencyKey: "key-00001")
            }
            #expect(other?.kind == .idempotencyMismatch)
            let foreign = await problem {
                _ = try await reservations.hold(
                    BookingWorld.request(5), by: BookingWorld.person(2), idempotencyKey: "key-00001")
            }
            #expect(foreign?.kind == .slotTaken)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a hold repeated when its time has passed gets the first answer all the same`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let reservations = world.booking.reservations
            let me = BookingWorld.person(1)
            let first = try await reservations.hold(BookingWorld.request(1), by: me, idempotencyKey: "key-00001")
            world.clock.advance(by: .minutes(11))
            try await world.booking.sweeper.sweep()
            let again = try await reservations.hold(BookingWorld.request(1), by: me, idempotencyKey: "key-00001")
            #expect(again == first)
            let other = await problem {
                _ = try await reservations.hold(BookingWorld.request(0), by: me, idempotencyKey: "key-00001")
            }
            #expect(other?.kind == .idempotencyMismatch)
            let fresh = await problem {
                _ = try await reservations.hold(BookingWorld.request(1), by: me, idempotencyKey: "key-00002")
            }
            #expect(fresh?.kind == .notASlot)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `many at once with one key make one reservation`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await world.booking.reservations.hold(
                            BookingWorld.request(5), by: BookingWorld.person(1), idempotencyKey: "key-00001"
                        ).id
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids.count == 1)
            #expect(try await world.remaining(5) == 6)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `the list is newest first and pages without gaps`(backend: Backend) async throws {
        var settings = BookingSettings()
        settings.activeLimit = 0
        settings.itemDayLimit = 0
        try await withWorld(backend, settings: settings) { world in
            var made = [String]()
            for slot in 5..<12 {
                world.clock.advance(by: .milliseconds(2))
                made.append(try await world.hold(slot, by: 1).id)
            }
            _ = try await world.hold(5, by: 2)
            var seen = [String]()
            var cursor: String?
            repeat {
                let page = try await world.booking.reservations.list(
                    by: BookingWorld.person(1), after: cursor, limit: 3)
                seen += page.reservations.map(\.id)
                cursor = page.next
            } while cursor != nil
            #expect(seen == made.reversed())
        }
    }
}

extension Problem {
    /// The `state` member of a refusal.
    var state: String? {
        guard case .string(let text)? = extensions.first(where: { $0.name == "state" })?.value else { return nil }
        return text
    }
}

/// Whether the condition comes true within three seconds: answers from memory may be one second old.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<60 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(50))
    }
    return false
}
