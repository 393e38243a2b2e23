import Core
import Foundation
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Booking

@Suite("Booking T5: moving a booking by links and one form")
struct MoveFlowTests {
    private static let book = "/book/\(PagesWorld.item)/\(PagesWorld.hall)"

    /// A visitor with a booking, and the time it has.
    private func booked(_ world: PagesWorld, _ client: any TestClientProtocol) async throws -> (Visitor, Reservation) {
        var visitor = Visitor(client, cookie: try await world.signIn(PagesWorld.citizen))
        try await visitor.open(MoveFlowTests.book)
        let start = try #require(visitor.text(after: "name=\"start\" value=\"", before: "\""))
        try await visitor.post("/hold", ["start": start])
        try await visitor.post("/confirm")
        let id = String(visitor.bookingPath.dropFirst("/bookings/".count))
        return (visitor, try await world.booking.reservations.find(id, by: PagesWorld.citizen).reservation)
    }

    /// The free times that the page offers.
    private func offered(_ visitor: Visitor) -> [String] {
        visitor.page.components(separatedBy: "name=\"start\" value=\"").dropFirst()
            .compactMap { $0.components(separatedBy: "\"").first }
    }

    /// The last time of tomorrow: whatever the hour, the two visits share no minute.
    private func farAway(_ world: PagesWorld, _ visitor: inout Visitor) async throws -> String {
        let tomorrow = ProvinceTime.date(of: world.surroundings.now()).adding(days: 1)
        try await visitor.open(visitor.bookingPath + "/move?date=\(tomorrow)")
        return try #require(offered(visitor).last)
    }

    private func query(_ start: String) -> String { "?start=" + PercentDecoding.escape(start) }

    @Test(arguments: Backend.available)
    func `a citizen sees both times, moves, and gets a new ticket with the old code`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var (visitor, before) = try await booked(world, client)
            let page = visitor.bookingPath
            #expect(visitor.page.contains("href=\"\(page)/move\""))
            try await visitor.open(page + "/move")
            let old = ProvinceTime.format(try #require(before.start))
            #expect(visitor.page.contains("time chosen") && !offered(visitor).contains(old))
            let new = try await farAway(world, &visitor)
            try await visitor.open(page + "/move" + query(new))
            #expect(visitor.page.contains("class=\"exchange\""))
            let twin = visitor
            try await visitor.post("/move")
            #expect(visitor.status == 200 && visitor.page.contains("class=\"ticket\""))
            let after = try await world.booking.reservations.find(before.id, by: PagesWorld.citizen).reservation
            #expect(after.start.map { ProvinceTime.format($0) } == new)
            #expect(after.code == before.code && after.revision > before.revision)
            #expect(visitor.page.contains("已改到新时间"))
            // The same press again is the same move.
            var again = twin
            try await again.post("/move")
            let still = try await world.booking.reservations.find(before.id, by: PagesWorld.citizen).reservation
            #expect(still.version == after.version)
        }
    }

    @Test(arguments: Backend.available)
    func `a time that is taken meanwhile leaves the booking as it was`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var (visitor, before) = try await booked(world, client)
            let new = try await farAway(world, &visitor)
            try await visitor.open("/bookings/\(before.id)/move" + query(new))
            let start = try #require(ProvinceTime.parse(new))
            var taken = 0
            while taken < 500 {
                var other = PagesWorld.stranger
                other.subject = "crowd-\(taken)"
                do {
                    _ = try await world.booking.reservations.hold(
                        HoldRequest(hall: PagesWorld.hall, items: [PagesWorld.item], start: start), by: other)
                    taken += 1
                } catch let problem as Problem where problem.kind == .slotTaken {
                    break
                }
            }
            #expect(taken > 0 && taken < 500)
            try await visitor.post("/move")
            #expect(visitor.status == 409)
            #expect(visitor.page.contains("您原来的时间还在") && !offered(visitor).contains(new))
            let after = try await world.booking.reservations.find(before.id, by: PagesWorld.citizen).reservation
            #expect(after == before)
        }
    }

    @Test(arguments: Backend.available)
    func `a time that was refused as full is not offered again, though the list has not heard of it`(
        backend: Backend
    ) async throws {
        try await withPages(backend) { world, client in
            var (visitor, before) = try await booked(world, client)
            let full = try await farAway(world, &visitor)
            let start = try #require(ProvinceTime.parse(full))
            try await world.database.transaction {
                _ = try $0.execute("UPDATE booking_cell SET web_cap = web_used WHERE start_at_ms = $1", start)
            }
            try await visitor.open("/bookings/\(before.id)/move" + query(full))
            try await visitor.post("/move")
            #expect(visitor.status == 409 && !offered(visitor).isEmpty && !offered(visitor).contains(full))

            var stranger = Visitor(client, cookie: try await world.signIn(PagesWorld.stranger))
            try await stranger.open(MoveFlowTests.book + "?date=\(ProvinceTime.date(of: start))")
            #expect(offered(stranger).contains(full))
            try await stranger.post("/hold", ["start": full])
            #expect(stranger.status == 409 && !offered(stranger).isEmpty && !offered(stranger).contains(full))
        }
    }

    @Test(arguments: Backend.available)
    func `what is no time, or no longer booked, or somebody else's, is not moved`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var (visitor, before) = try await booked(world, client)
            let page = "/bookings/\(before.id)"
            let new = try await farAway(world, &visitor)
            for start in ["soon", "2020-01-01T09:00:00+08:00", "2026-11-24T09:07:00+08:00"] {
                try await visitor.open(page + "/move" + query(new))
                try await visitor.post("/move", ["start": start])
                #expect(visitor.status == 422 && visitor.page.contains("您原来的时间还在"), "\(start)")
            }
            var stranger = Visitor(client, cookie: try await world.signIn(PagesWorld.stranger))
            try await stranger.open(page + "/move")
            #expect(stranger.status == 404)

            try await visitor.open(page + "/move" + query(new))
            _ = try await world.booking.reservations.cancel(before.id, by: PagesWorld.citizen)
            try await visitor.post("/move")
            #expect(visitor.status == 409 && visitor.page.contains("预约已取消"))
            try await visitor.open(page + "/move")
            #expect(visitor.status == 200 && !visitor.page.contains("class=\"days\""))
        }
    }

    @Test(arguments: Backend.available)
    func `a visit for two items by a kiosk is offered what fits it whole in the share of the hall`(
        backend: Backend
    ) async throws {
        try await withPages(backend) { world, client in
            let reservations = world.booking.reservations
            var atHall = PagesWorld.citizen
            atHall.channel = .hall
            let tomorrow = ProvinceTime.date(of: world.surroundings.now()).adding(days: 1)
            // 8 and 15 minutes: three cells of ten, where the first item alone takes one.
            let items = ["estate-query", "estate-mortgage-release"]
            func request(_ minute: Int, _ items: [String]) -> HoldRequest {
                HoldRequest(
                    hall: PagesWorld.hall, items: items, start: ProvinceTime.instant(of: tomorrow, minute: minute))
            }
            let held = try await reservations.hold(request(300, items), by: atHall)
            _ = try await reservations.confirm(held.id, by: atHall)
            var taken = 0
            while taken < 100 {
                var other = PagesWorld.stranger
                other.subject = "crowd-\(taken)"
                other.channel = .hall
                guard (try? await reservations.hold(request(660, ["estate-query"]), by: other)) != nil else { break }
                taken += 1
            }
            #expect(taken > 0 && taken < 100)
            // There is still room for others: it is the hall's share that is used up.
            _ = try await reservations.hold(request(660, ["estate-query"]), by: PagesWorld.stranger)

            var visitor = Visitor(client, cookie: try await world.signIn(PagesWorld.citizen))
            try await visitor.open("/bookings/\(held.id)/move?date=\(tomorrow)")
            let offered = Set(offered(visitor))
            for (minute, fits) in [(630, true), (640, false), (650, false), (660, false), (670, true)] {
                let start = ProvinceTime.format(ProvinceTime.instant(of: tomorrow, minute: minute))
                #expect(offered.contains(start) == fits, "\(start)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func `a booking moved often enough stays, and its page says why`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var (visitor, before) = try await booked(world, client)
            let slots = try await world.booking.slots.slots(
                hall: PagesWorld.hall, item: PagesWorld.item,
                date: ProvinceTime.date(of: world.surroundings.now()).adding(days: 1)
            ).slots.filter { $0.remaining > 0 }
            for slot in slots.prefix(5) {
                _ = try await world.booking.reservations.move(before.id, to: slot.start, by: PagesWorld.citizen)
            }
            try await visitor.open("/bookings/\(before.id)/move")
            #expect(visitor.status == 409 && visitor.page.contains("改期的次数已达上限"))
            #expect(visitor.page.contains("class=\"ticket\"") && offered(visitor).isEmpty)
        }
    }
}
