import Core
import Storage
import TestKit
import Testing

@testable import Booking

@Suite("I10: what counts against a person's limits, and until when")
struct LimitTests {
    private static let me = BookingWorld.person(1)
    /// A slot of the next day.
    private static let tomorrow = 90

    private static func settings(active: Int = 0, itemDay: Int = 0, moves: Int = 0) -> BookingSettings {
        var settings = BookingSettings()
        settings.activeLimit = active
        settings.itemDayLimit = itemDay
        settings.moveLimit = moves
        return settings
    }

    private func hold(_ world: BookingWorld, _ slot: Int, _ items: [String]) async throws -> Reservation {
        try await world.booking.reservations.hold(BookingWorld.request(slot, items: items), by: LimitTests.me)
    }

    private func book(_ world: BookingWorld, _ slot: Int, _ items: [String] = ["card"]) async throws -> Reservation {
        try await world.booking.reservations.confirm(try await hold(world, slot, items).id, by: LimitTests.me)
            .reservation
    }

    private func move(_ world: BookingWorld, _ id: String, to slot: Int) async throws -> Reservation {
        try await world.booking.reservations.move(id, to: BookingWorld.slot(slot), by: LimitTests.me).reservation
    }

    /// The counters of items as they stand, without those that count nothing.
    private func counters(_ world: BookingWorld) async throws -> [String: Int] {
        try await world.database.read { db in
            try db.query("SELECT period, used FROM booking_person_limit WHERE kind = 'itemDay' AND used > 0")
                .reduce(into: [:]) { $0[try $1.text("period")] = try $1.int("used") }
        }
    }

    @Test(arguments: Backend.available)
    func `every item of a visit counts, wherever it stands in the list`(backend: Backend) async throws {
        try await withWorld(backend, settings: LimitTests.settings(active: 6, itemDay: 1)) { world in
            let both = try await hold(world, 5, ["card", "long"])
            #expect(
                try await counters(world) == ["2026-11-23/card": 1, "2026-11-23/long": 1])
            for items in [["long"], ["card"], ["long", "card"]] {
                #expect(await problem { _ = try await hold(world, 20, items) }?.kind == .limitReached, "\(items)")
            }
            #expect(try await world.remaining(20) == 7)
            _ = try await hold(world, LimitTests.tomorrow, ["long", "card"])
            _ = try await world.booking.reservations.cancel(both.id, by: LimitTests.me)
            #expect(
                try await counters(world) == ["2026-11-24/card": 1, "2026-11-24/long": 1])
            _ = try await hold(world, 20, ["long"])
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `holds of other items sent at once do not pass the limit of the item they share`(
        backend: Backend
    ) async throws {
        try await withWorld(backend, settings: LimitTests.settings(itemDay: 2)) { world in
            let won = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<12 {
                    let items = number % 2 == 0 ? ["card", "long"] : ["long", "card"]
                    group.addTask { (try? await hold(world, 4 * number + 2, items)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(won == 2)
            #expect(try await counters(world) == ["2026-11-23/card": 2, "2026-11-23/long": 2])
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a booking cancelled on its own day goes on counting, one cancelled before does not`(
        backend: Backend
    ) async throws {
        try await withWorld(backend, settings: LimitTests.settings(active: 1, itemDay: 2)) { world in
            for slot in [5, 6] {
                let booked = try await book(world, slot)
                _ = try await world.booking.reservations.cancel(booked.id, by: LimitTests.me)
            }
            #expect(await problem { _ = try await hold(world, 7, ["card"]) }?.kind == .limitReached)
            for slot in 0..<4 {
                let booked = try await book(world, LimitTests.tomorrow + slot)
                _ = try await world.booking.reservations.cancel(booked.id, by: LimitTests.me)
            }
            // A hold given up is as if it had not been.
            for slot in 0..<4 {
                let held = try await hold(world, LimitTests.tomorrow + slot, ["card"])
                _ = try await world.booking.reservations.cancel(held.id, by: LimitTests.me)
            }
            #expect(try await counters(world) == ["2026-11-23/card": 2])
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a visit that has been checked in or missed goes on counting for its day`(backend: Backend) async throws {
        try await withWorld(backend, settings: LimitTests.settings(active: 2, itemDay: 2)) { world in
            let (first, second) = (try await book(world, 2), try await book(world, 3))
            #expect(await problem { _ = try await hold(world, 30, ["card"]) }?.kind == .limitReached)
            _ = try await world.booking.checkIns.redeem(
                hall: BookingWorld.hall, proof: .code(first.code ?? ""), by: BookingWorld.kiosk)
            world.clock.advance(by: .hours(3))
            try await world.booking.sweeper.sweep()
            let missed = try await world.booking.reservations.find(second.id, by: LimitTests.me).reservation
            #expect(missed.state == .noShow)
            #expect(await problem { _ = try await hold(world, 30, ["card"]) }?.kind == .limitReached)
            // Neither is an open booking any more.
            _ = try await hold(world, LimitTests.tomorrow, ["card"])
            _ = try await hold(world, LimitTests.tomorrow + 1, ["card"])
            #expect(try await counters(world) == ["2026-11-23/card": 2, "2026-11-24/card": 2])
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `moving to the time it has already is no move`(backend: Backend) async throws {
        try await withWorld(backend, settings: LimitTests.settings(moves: 1)) { world in
            let booked = try await book(world, 5)
            for _ in 0..<3 { #expect(try await move(world, booked.id, to: 5) == booked) }
            #expect(try await move(world, booked.id, to: 10).revision == booked.revision + 1)
        }
    }

    @Test(arguments: Backend.available)
    func `a visit that is moved counts on its new day, and still on the old one if that has begun`(
        backend: Backend
    ) async throws {
        try await withWorld(backend, settings: LimitTests.settings(active: 1, itemDay: 1)) { world in
            let booked = try await book(world, 5, ["card", "long"])
            // Within the day nothing changes, though the day is full.
            _ = try await move(world, booked.id, to: 30)
            #expect(try await counters(world) == ["2026-11-23/card": 1, "2026-11-23/long": 1])
            _ = try await move(world, booked.id, to: LimitTests.tomorrow)
            #expect(
                try await counters(world) == [
                    "2026-11-23/card": 1, "2026-11-23/long": 1, "2026-11-24/card": 1, "2026-11-24/long": 1,
                ])
            #expect(await problem { _ = try await move(world, booked.id, to: 40) }?.kind == .limitReached)
            let found = try await world.booking.reservations.find(booked.id, by: LimitTests.me).reservation
            #expect(found.start == BookingWorld.slot(LimitTests.tomorrow))
            _ = try await world.booking.reservations.cancel(booked.id, by: LimitTests.me)
            #expect(try await counters(world) == ["2026-11-23/card": 1, "2026-11-23/long": 1])
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a booking is moved so often and no more, and stands then as it was`(backend: Backend) async throws {
        try await withWorld(backend, settings: LimitTests.settings(moves: 2)) { world in
            let booked = try await book(world, 5)
            for slot in [10, 12] { _ = try await move(world, booked.id, to: slot) }
            let before = try await world.booking.reservations.find(booked.id, by: LimitTests.me)
            #expect(await problem { _ = try await move(world, booked.id, to: 14) }?.kind == .limitReached)
            #expect(try await world.booking.reservations.find(booked.id, by: LimitTests.me) == before)
            #expect(try await world.remaining(14) == 7)
            try await Invariants.check(world.database)
        }
    }
}
