import Core
import Testing

@Suite("Province time and RFC 3339")
struct ProvinceTimeTests {
    @Test(arguments: [
        (Int64(0), "1970-01-01T08:00:00+08:00"), (-1, "1970-01-01T07:59:59+08:00"),
        (1_795_397_400_000, "2026-11-23T09:30:00+08:00"), (1_795_363_199_999, "2026-11-22T23:59:59+08:00"),
        (1_795_363_200_000, "2026-11-23T00:00:00+08:00"), (-62_135_625_600_000, "0001-01-01T00:00:00+08:00"),
    ])
    func `an instant has one text`(milliseconds: Int64, text: String) {
        let instant = Instant(milliseconds: milliseconds)
        #expect(ProvinceTime.format(instant) == text)
        #expect(ProvinceTime.parse(text)?.seconds == instant.seconds)
        #expect(ProvinceTime.date(of: instant).description == text.prefix(10))
        #expect(ProvinceTime.clock(instant) == text.dropFirst(11).prefix(5))
    }

    @Test(arguments: [
        ("2026-11-23T09:30:00+08:00", Int64(1_795_397_400_000)), ("2026-11-23T01:30:00Z", 1_795_397_400_000),
        ("2026-11-23t01:30:00.5z", 1_795_397_400_500), ("2026-11-22T21:00:00.123999999-04:30", 1_795_397_400_123),
        ("1970-01-01T00:00:00-00:00", 0),
    ])
    func `any offset is understood`(text: String, milliseconds: Int64) {
        #expect(ProvinceTime.parse(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-23", "2026-11-23T09:30:00", "2026-11-23T09:30+08:00", "2026-11-23 09:30:00+08:00",
        "2026-11-23T24:00:00Z", "2026-11-23T09:60:00Z", "2026-11-23T09:30:60Z", "2026-11-23T09:30:00+0800",
        "2026-11-23T09:30:00+24:00", "2026-11-23T09:30:00.Z", "2026-11-23T09:30:00Zx", "2026-02-30T09:30:00Z",
        "2026-11-23T09:30:00+08:00x", "2026-11-23T09:30:00.123", "２026-11-23T09:30:00Z", "2026-11-23T09:30:00+08:0",
    ])
    func `anything else is refused`(text: String) {
        #expect(ProvinceTime.parse(text) == nil)
    }

    @Test func `minutes of a day lead back to the same instant`() throws {
        let date = try #require(LocalDate("2026-11-23"))
        for minute in [0, 1, 540, 1439] {
            let instant = ProvinceTime.instant(of: date, minute: minute)
            #expect(ProvinceTime.minuteOfDay(of: instant) == minute)
            #expect(ProvinceTime.date(of: instant) == date)
        }
        #expect(ProvinceTime.date(of: ProvinceTime.instant(of: date, minute: 1440)) == date.adding(days: 1))
        #expect(ProvinceTime.clock(minute: 545) == "09:05")
        #expect(ProvinceTime.clock(minute: 1440) == "24:00")
    }

    @Test func `hostile times do not trap`() {
        let last = Instant(milliseconds: .max)
        let first = Instant(milliseconds: .min)
        #expect(Instant(seconds: .max) == last)
        #expect(Instant(seconds: .min) == first)
        #expect(last + .days(1) == last)
        #expect(first - .days(1) == first)
        #expect(first + .days(-1) == first)
        #expect((last - first).milliseconds == .max)
        #expect(ProvinceTime.format(last).hasPrefix("9999-12-31T"))
        #expect(ProvinceTime.format(first).hasPrefix("0001-01-01T"))
        #expect(Instant(milliseconds: -1).seconds == -1)
        #expect(Instant(milliseconds: -1000).seconds == -1)
    }
}
