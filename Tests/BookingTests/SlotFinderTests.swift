import Core
import Testing

@testable import Booking

@Suite("From cells to free times")
struct SlotFinderTests {
    private let start = BookingWorld.start

    /// Cells of ten minutes, one after the other, with so many places left.
    private func cells(_ left: [Int]) -> [StoredCell] {
        left.enumerated().map { index, left in
            StoredCell(
                start: start + .minutes(10 * index), end: start + .minutes(10 * index + 10), open: true, places: left,
                cap: left, used: 0, over: 0, webCap: left, webUsed: 0, mobileCap: 0, mobileUsed: 0, hallCap: 0,
                hallUsed: 0)
        }
    }

    private func finder(_ minutes: Int, from now: Instant) -> SlotFinder {
        SlotFinder(minutes: minutes, channel: .web, now: now)
    }

    @Test(arguments: [
        (10, [5, 5, 5], 15), (20, [5, 5, 5], 5), (40, Array(repeating: 5, count: 144), 180), (20, [1, 3, 3, 1], 4),
        (20, [2, 1, 2, 2], 3), (30, [4, 0, 4], 0), (40, [9, 9, 9], 0), (20, [], 0),
    ])
    func `a day takes as many visits as fit beside and after one another`(minutes: Int, left: [Int], visits: Int) {
        let finder = finder(minutes, from: start - .minutes(1))
        #expect(finder.visits(in: cells(left)).values.reduce(0, +) == visits)
    }

    @Test func `what has begun, a gap and a closed cell take none`() {
        #expect(finder(10, from: start).visits(in: cells([5, 5])).values.reduce(0, +) == 5)
        var gap = cells([5, 5, 5])
        gap.remove(at: 1)
        #expect(finder(20, from: start - .minutes(1)).visits(in: gap).isEmpty)
    }
}
