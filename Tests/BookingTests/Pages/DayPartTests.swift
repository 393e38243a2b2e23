import Core
import Testing

@testable import Booking

/// Which parts of a long day stand open: a free place is never behind a closed one, whatever the hour.
@Suite("Times page: the parts of a long day")
struct DayPartTests {
    private static let midnight = Instant(milliseconds: 1_795_449_600_000)

    private func slot(_ hour: Int, _ remaining: Int) -> Slot {
        let start = Self.midnight + .seconds(hour * 3600)
        return Slot(start: start, end: start + .seconds(600), remaining: remaining)
    }

    @Test func `the first part with a free place`() {
        let parts: [DayPart: [Slot]] = [
            .night: [slot(5, 0)], .morning: [slot(6, 0), slot(7, 1)], .evening: [slot(20, 5)],
        ]
        #expect(DayPart.opened(of: parts, mine: nil) == [.morning])
    }

    @Test func `a move shows the time it leaves and a time it can go to`() {
        let mine = slot(5, 0)
        let parts: [DayPart: [Slot]] = [.night: [slot(4, 0), mine], .morning: [slot(7, 2)]]
        #expect(DayPart.opened(of: parts, mine: mine.start) == [.night, .morning])
    }

    @Test func `a place left in the very time one holds is no other time`() {
        let mine = slot(5, 3)
        let parts: [DayPart: [Slot]] = [.night: [mine], .afternoon: [slot(13, 1)]]
        #expect(DayPart.opened(of: parts, mine: mine.start) == [.night, .afternoon])
    }

    @Test func `a day without a place opens nothing`() {
        #expect(DayPart.opened(of: [.morning: [slot(7, 0)]], mine: nil).isEmpty)
    }
}
