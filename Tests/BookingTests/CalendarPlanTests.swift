import Catalogue
import Core
import Storage
import TestKit
import Testing

@testable import Booking

@Suite("I17: holidays, make-up days and clocks never make or hide a cell")
struct CalendarPlanTests {
    private func day(_ text: String) throws -> LocalDate { try #require(LocalDate(text)) }

    private func calendar() throws -> WorkCalendar {
        let name = LocalizedText(zh: "节", en: "holiday")
        return WorkCalendar(years: [
            CalendarYear(
                year: 2026, status: .final, notice: "notice",
                days: [
                    NotableDay(date: try day("2026-10-01"), kind: .off, name: name),
                    // A Saturday on which offices work by Thursday's hours.
                    NotableDay(date: try day("2026-10-10"), kind: .makeup, actsAsWeekday: 4, name: name),
                ])
        ])
    }

    @Test func `a hall that follows the calendar works by the weekday that a day acts as`() throws {
        let content = BookingWorld.content
        let office = try #require(content.halls.first { $0.id == "day" })
        let night = try #require(content.halls.first { $0.id == "night" })
        let calendar = try calendar()
        for (date, weekday) in [
            ("2026-10-01", nil), ("2026-10-02", 5), ("2026-10-10", 4), ("2026-10-11", 7), ("2027-03-01", nil),
        ] as [(String, Int?)] {
            #expect(CellPlan.weekday(for: office, on: try day(date), calendar: calendar) == weekday, "\(date)")
            #expect(CellPlan.weekday(for: night, on: try day(date), calendar: calendar) == (try day(date)).weekday)
        }
    }

    @Test func `a make-up day has the cells of the weekday it acts as, and another fingerprint`() throws {
        let thursday = Rule(
            series: "s", version: 1, group: "g", weekdays: [4], from: 540, to: 600, slotMinutes: 30, places: 4,
            walkInPercent: 30, shares: ChannelShares(web: 100, mobile: 100, hall: 100))
        let date = try day("2026-10-10")
        let cells = CellPlan.cells(of: [thursday], on: date, weekday: 4)
        #expect(
            cells.map { ProvinceTime.format($0.start) } == ["2026-10-10T09:00:00+08:00", "2026-10-10T09:30:00+08:00"])
        #expect(CellPlan.cells(of: [thursday], on: date, weekday: date.weekday).isEmpty)
        let prints = [4, 6, nil].map { CellPlan.fingerprint(of: [thursday], weekday: $0) }
        #expect(Set(prints).count == 3)
    }

    @Test(arguments: Backend.available)
    func `a clock that jumps back or forth plans nothing twice`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let held = try await world.hold(9, by: 1)
            for jump in [Duration.hours(-30), .hours(54), .hours(-24)] {
                world.clock.advance(by: jump)
                try await world.booking.planner.plan()
            }
            #expect(world.clock.now() == BookingWorld.start)
            #expect(try await world.booking.planner.plan() == 0)
            let date = ProvinceTime.date(of: BookingWorld.start)
            let cells = try await world.database.read {
                try CellStore.cells(group: "night-a", from: date, to: date, in: $0)
            }
            #expect(cells.count == 144 && cells.allSatisfy { $0.open && $0.cap == 7 })
            #expect(cells.reduce(0) { $0 + $1.used } == 1 && held.state == .held)
            try await Invariants.check(world.database)
        }
    }
}
