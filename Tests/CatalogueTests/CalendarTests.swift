import Catalogue
import Core
import Testing

@Suite("State Council notices: days off and make-up days")
struct CalendarTests {
    private static let calendar = DemoCatalogue.snapshot.calendar

    /// Month and day of each stretch of days off, and each make-up day with the weekday it stands for.
    struct Year: Sendable, CustomTestStringConvertible {
        let year: Int
        let off: [ClosedRange<String>]
        let makeup: [String: Int]
        var testDescription: String { String(year) }
    }

    static let years = [
        Year(
            year: 2025,
            off: [
                "01-01"..."01-01", "01-28"..."02-04", "04-04"..."04-06", "05-01"..."05-05", "05-31"..."06-02",
                "10-01"..."10-08",
            ],
            makeup: ["01-26": 1, "02-08": 2, "04-27": 1, "09-28": 2, "10-11": 3]),
        Year(
            year: 2026,
            off: [
                "01-01"..."01-03", "02-15"..."02-23", "04-04"..."04-06", "05-01"..."05-05", "06-19"..."06-21",
                "09-25"..."09-27", "10-01"..."10-07",
            ],
            makeup: ["01-04": 5, "02-14": 5, "02-28": 1, "05-09": 2, "09-20": 2, "10-10": 3]),
    ]

    @Test(arguments: years) func `every day of the year is what the notice says`(year: Year) throws {
        var date = try #require(LocalDate(year: year.year, month: 1, day: 1))
        while date.year == year.year {
            let text = String(date.description.dropFirst(5))
            let day = Self.calendar.day(date)
            if year.off.contains(where: { $0.contains(text) }) {
                #expect(day.kind == .holiday && day.templateWeekday == nil, "\(date)")
            } else if let weekday = year.makeup[text] {
                #expect(day.kind == .makeup && day.templateWeekday == weekday, "\(date)")
                #expect(date.weekday >= 6, "\(date)")
            } else {
                #expect(day.kind == (date.weekday >= 6 ? .weekend : .workday), "\(date)")
                #expect(day.templateWeekday == date.weekday, "\(date)")
            }
            date = date.adding(days: 1)
        }
    }

    /// A make-up day stands for a weekday that the same holiday took away.
    @Test(arguments: years) func `make-up days stand for weekdays lost to their holiday`(year: Year) {
        for day in Self.calendar.years.first(where: { $0.year == year.year })?.days ?? [] where day.kind == .makeup {
            let lost = Self.calendar.years.flatMap(\.days).filter { $0.kind == .off && $0.name == day.name }
            let near = lost.filter { abs($0.date.dayNumber - day.date.dayNumber) < 30 }
            #expect(near.contains { $0.date.weekday == day.actsAsWeekday }, "\(day.date)")
        }
    }

    @Test func `a make-up Sunday follows the hours of the weekday it stands for`() throws {
        let monday = Opening(weekday: 1, opens: 540, closes: 720)
        let tuesday = Opening(weekday: 2, opens: 600, closes: 660)
        var content = CatalogueContent()
        content.calendar = DemoCatalogue.snapshot.content.calendar
        let hall = Hall(
            id: "hall", level: .city, city: "jinan", regionCode: "370100",
            name: LocalizedText(zh: "测试政务服务中心", en: "Test"), address: LocalizedText(zh: "示例", en: "Demo"),
            place: Place(latitude: 36, longitude: 117), openings: [monday, tuesday])
        content.halls = [hall]
        let snapshot = CatalogueSnapshot(content: content)
        #expect(snapshot.openings(of: hall, on: try date("2025-01-26")) == [monday])
        #expect(snapshot.openings(of: hall, on: try date("2026-09-20")) == [tuesday])
        #expect(snapshot.openings(of: hall, on: try date("2026-09-13")).isEmpty)
        #expect(snapshot.isOpen("hall", at: ProvinceTime.instant(of: try date("2026-09-20"), minute: 600)))
        #expect(!snapshot.isOpen("hall", at: ProvinceTime.instant(of: try date("2026-09-20"), minute: 660)))
    }

    @Test(arguments: ["2027-01-02", "2027-01-04", "2027-02-01", "2027-02-13", "2027-04-10", "2027-10-08", "2027-03-06"])
    func `a provisional year offers nothing on weekends or near its statutory days`(text: String) throws {
        let day = Self.calendar.day(try date(text))
        #expect(day.kind == .unannounced && day.templateWeekday == nil)
    }

    @Test(arguments: [
        "2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-05-01", "2027-05-02", "2027-06-09", "2027-09-15",
        "2027-10-01", "2027-10-03",
    ]) func `the statutory days of a provisional year are holidays`(text: String) throws {
        #expect(Self.calendar.day(try date(text)).kind == .holiday)
    }

    @Test(arguments: ["2027-03-01", "2027-07-14", "2027-11-30"])
    func `an ordinary weekday of a provisional year is offered`(text: String) throws {
        let date = try date(text)
        #expect(Self.calendar.day(date).kind == .workday && Self.calendar.day(date).templateWeekday == date.weekday)
    }

    @Test(arguments: ["2024-12-31", "2028-03-01"]) func `a year without a table is not announced`(text: String) throws {
        #expect(Self.calendar.day(try date(text)).kind == .unannounced)
    }

    @Test func `the round-the-clock hall is open at any hour of any day`() throws {
        let snapshot = DemoCatalogue.snapshot
        let hall = try #require(snapshot.hall("jinan-24h"))
        #expect(hall.isRoundTheClock && hall.slotMinutes == 10)
        for text in ["2026-10-01", "2026-11-22", "2027-02-06", "2031-05-05"] {
            for minute in [0, 1, 719, 1439] {
                #expect(snapshot.isOpen("jinan-24h", at: ProvinceTime.instant(of: try date(text), minute: minute)))
            }
        }
    }

    @Test func `Saturday hours are extended hours, and only where they are published`() throws {
        let snapshot = DemoCatalogue.snapshot
        let saturday = ProvinceTime.instant(of: try date("2026-11-28"), minute: 10 * 60)
        #expect(snapshot.isOpen("jinan", at: saturday))
        #expect(!snapshot.isOpen("qingdao", at: saturday))
        let jinan = try #require(snapshot.hall("jinan"))
        #expect(snapshot.openings(of: jinan, on: try date("2026-11-28")).allSatisfy(\.extended))
        #expect(snapshot.openings(of: jinan, on: try date("2026-10-03")).isEmpty)
    }

    @Test(arguments: [
        ("2026-11-24", 12 * 60, "2026-11-24T13:00:00+08:00"), ("2026-11-24", 17 * 60, "2026-11-25T09:00:00+08:00"),
        ("2026-11-28", 12 * 60, "2026-11-30T09:00:00+08:00"), ("2026-09-30", 17 * 60, "2026-10-08T09:00:00+08:00"),
    ])
    func `the next opening leaps over lunch, nights, Sundays and holidays`(day: String, minute: Int, next: String)
        throws
    {
        let snapshot = DemoCatalogue.snapshot
        let jinan = try #require(snapshot.hall("jinan"))
        let opening = snapshot.nextOpening(of: jinan, after: ProvinceTime.instant(of: try date(day), minute: minute))
        #expect(opening.map { ProvinceTime.format($0) } == next)
        let unknown = ProvinceTime.instant(of: try date("2031-05-05"), minute: 600)
        #expect(snapshot.nextOpening(of: jinan, after: unknown) == nil)
    }

    @Test(arguments: [
        (8 * 60, 8 * 60 + 30, false), (8 * 60, 9 * 60, true), (11 * 60 + 30, 12 * 60, true),
        (11 * 60 + 31, 12 * 60 + 59, false), (16 * 60 + 45, 24 * 60, false),
    ])
    func `times begin within the hours, the last one before they end`(from: Int, through: Int, expected: Bool) throws {
        let snapshot = DemoCatalogue.snapshot
        let jinan = try #require(snapshot.hall("jinan"))
        func at(_ minute: Int) throws -> Instant {
            ProvinceTime.instant(of: try date("2026-11-24"), minute: minute)
        }
        #expect(snapshot.mayBegin(in: jinan, from: try at(from), through: try at(through)) == expected)
    }

    private func date(_ text: String) throws -> LocalDate { try #require(LocalDate(text)) }
}
