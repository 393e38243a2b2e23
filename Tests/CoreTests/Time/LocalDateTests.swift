import Core
import Testing

@Suite("Calendar dates")
struct LocalDateTests {
    @Test(arguments: [
        ("1970-01-01", 0, 4), ("1969-12-31", -1, 3), ("2000-02-29", 11_016, 2), ("2026-11-23", 20_780, 1),
        ("0001-01-01", -719_162, 1), ("9999-12-31", 2_932_896, 5), ("2024-12-31", 20_088, 2),
    ])
    func `a date, its day number and its weekday agree`(text: String, dayNumber: Int, weekday: Int) throws {
        let date = try #require(LocalDate(text))
        #expect(date.dayNumber == dayNumber)
        #expect(date.weekday == weekday)
        #expect(LocalDate(dayNumber: dayNumber) == date)
        #expect(date.description == text)
    }

    @Test func `every day of 800 years follows the one before`() {
        var previous = LocalDate(dayNumber: -150_000)
        for dayNumber in -149_999...150_000 {
            let date = LocalDate(dayNumber: dayNumber)
            let follows =
                date.day == previous.day + 1 && date.month == previous.month
                || date.day == 1 && previous.day == LocalDate.daysInMonth(year: previous.year, month: previous.month)
            guard follows, date > previous, date.dayNumber == dayNumber else {
                Issue.record("\(date) does not follow \(previous)")
                return
            }
            previous = date
        }
    }

    @Test(arguments: [
        "", "2026-1-01", "2026-02-29", "2026-00-10", "2026-13-01", "2026-04-31", "0000-01-01", "20260101",
        "2026-01-01 ",
        "2026/01/01", "２026-01-01", "+026-01-01", "2026-01-1", "2026-01-011", "1900-02-29",
    ])
    func `anything else is refused`(text: String) {
        #expect(LocalDate(text) == nil)
    }

    @Test func `arithmetic stops at the ends of the range`() throws {
        let date = try #require(LocalDate("2026-11-23"))
        #expect(date.adding(days: 40).description == "2027-01-02")
        #expect(date.adding(days: -23).description == "2026-10-31")
        #expect(date.adding(days: .max).description == "9999-12-31")
        #expect(date.adding(days: .min).description == "0001-01-01")
    }
}
