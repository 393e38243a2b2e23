import Core
import Testing

@testable import Booking

@Suite("Accumulating priority and the forecast that plays it forward")
struct CallingOrderTests {
    private let order = CallingOrder(settings: BookingSettings())
    private let now = BookingWorld.start

    private func candidate(
        _ id: String, waited: Int, _ priority: PriorityClass = .ordinary, punctual: Bool = false, opensIn: Int = 0,
        behind: Int = 0, minutes: Int = 10
    ) -> Candidate {
        Candidate(
            ticket: id, number: id, priority: priority, punctual: punctual, reference: now - .minutes(waited),
            callableAt: now + .minutes(opensIn), behind: behind, minutes: minutes)
    }

    @Test func `among equals the longest wait goes first`() {
        #expect(
            order.ranked([candidate("b", waited: 5), candidate("a", waited: 9)], at: now).map(\.ticket) == ["a", "b"])
    }

    @Test func `a punctual booked person overtakes a walk-in who waited less than six times as long`() {
        let booked = candidate("booked", waited: 3, punctual: true)
        #expect(order.next(of: [candidate("walk", waited: 17), booked], at: now)?.ticket == "booked")
        #expect(order.next(of: [candidate("walk", waited: 19), booked], at: now)?.ticket == "walk")
    }

    @Test func `past the ceiling everybody earns at the top rate, so nobody starves`() {
        let old = candidate("old", waited: 60)
        #expect(order.score(old, at: now) == 45 + 6 * 15)
        #expect(order.next(of: [old, candidate("elder", waited: 22, .elder)], at: now)?.ticket == "old")
    }

    @Test func `an early booked person is called only when nobody else is there`() {
        let early = candidate("early", waited: -8, punctual: true, opensIn: 6)
        #expect(order.next(of: [early, candidate("walk", waited: 0)], at: now)?.ticket == "walk")
        #expect(order.next(of: [early], at: now)?.ticket == "early")
    }

    @Test func `one who missed a call stands behind those who did not`() {
        let back = candidate("back", waited: 40, punctual: true, behind: 2)
        #expect(order.next(of: [back, candidate("walk", waited: 1)], at: now)?.ticket == "walk")
    }

    @Test func `whoever was taken back goes before all others, the first taken back first (T17)`() {
        var one = candidate("one", waited: 1)
        var two = candidate("two", waited: 9, behind: 3)
        one.head = now - .minutes(2)
        two.head = now - .minutes(1)
        let others = [candidate("elder", waited: 50, .elder), candidate("booked", waited: 30, punctual: true)]
        #expect(order.ranked(others + [two, one], at: now).prefix(2).map(\.ticket) == ["one", "two"])
    }

    @Test(arguments: 0..<40)
    func `nobody who waits is passed by a younger one of the same or a lower class (I12)`(seed: UInt64) {
        var random = SplitMix(state: seed)
        let candidates = (0..<60).map { number in
            candidate(
                "t\(number)", waited: Int.random(in: 0...120, using: &random),
                [.ordinary, .elder].randomElement(using: &random) ?? .ordinary,
                punctual: Bool.random(using: &random))
        }
        func rate(_ candidate: Candidate) -> Int { candidate.priority != .ordinary || candidate.punctual ? 6 : 1 }
        let ranked = order.ranked(candidates, at: now)
        for (place, first) in ranked.enumerated() {
            for second in ranked[place...] where rate(first) <= rate(second) {
                #expect(first.reference <= second.reference, "\(first.ticket) passes \(second.ticket)")
            }
        }
    }

    @Test(arguments: 0..<40)
    func `the forecast calls whom the order calls, one after the other`(seed: UInt64) {
        var random = SplitMix(state: seed)
        var waiting = (0..<50).map { number in
            var one = candidate(
                "t\(number)", waited: Int(random.next() % 80) - 10,
                PriorityClass.allCases[Int(random.next() % UInt64(PriorityClass.allCases.count))],
                punctual: random.next() % 3 == 0, opensIn: Int(random.next() % 30) - 20,
                behind: random.next() % 5 == 0 ? 2 : 0)
            if random.next() % 10 == 0 { one.head = now - .minutes(Int(random.next() % 3)) }
            return one
        }
        let all = waiting
        var queue = PlayedQueue(all, order: order)
        var time = now
        while let expected = order.next(of: waiting, at: time) {
            let called = queue.callNext(at: time.milliseconds)
            #expect(called.map { all[$0.ticket].ticket } == expected.ticket)
            waiting.removeAll { $0.ticket == expected.ticket }
            // As each call does in the tables (T12).
            waiting = waiting.map { one in
                Candidate(
                    ticket: one.ticket, number: one.number, priority: one.priority, punctual: one.punctual,
                    reference: one.reference, callableAt: one.callableAt, behind: max(0, one.behind - 1),
                    minutes: one.minutes, head: one.head)
            }
            time = time + .seconds(Int(random.next() % 90))
        }
        let last = queue.callNext(at: time.milliseconds)
        #expect(last == nil)
    }

    @Test func `one who missed a call is forecast behind so many, and those who come later behind that one`() {
        let queue = (0..<8).map { candidate("t\($0)", waited: 10) } + [candidate("back", waited: 40, behind: 3)]
        let forecast = WaitForecast(order: order)
        #expect(forecast.outlook(for: "back", waiting: queue, busyUntil: [now], at: now).ahead == 3)
        let joined = queue + [candidate("new", waited: 0)]
        #expect(forecast.outlook(for: "new", waiting: joined, busyUntil: [now], at: now).ahead == 9)
    }

    @Test func `a forecast says whether anybody serves yet`() {
        let forecast = WaitForecast(order: order)
        let queue = [candidate("me", waited: 0)]
        #expect(forecast.outlook(for: "me", waiting: queue, busyUntil: [now], at: now).isStaffed)
        #expect(!forecast.outlook(for: "me", waiting: queue, busyUntil: [], at: now).isStaffed)
    }

    @Test func `a longer queue means a longer forecast, and windows shorten it`() {
        func outlook(_ others: Int, windows: Int) -> WaitForecast.Outlook {
            let queue = (0..<others).map { candidate("t\($0)", waited: 20 - $0 % 20) } + [candidate("me", waited: 0)]
            return WaitForecast(order: order).outlook(
                for: "me", waiting: queue, busyUntil: Array(repeating: now, count: windows), at: now)
        }
        #expect(outlook(0, windows: 1).estimate == WaitEstimate(median: 0, low: 0, high: 0))
        let ten = outlook(10, windows: 1)
        #expect(ten.ahead == 10 && (75...130).contains(ten.estimate.median))
        #expect(ten.estimate.low <= ten.estimate.median && ten.estimate.median <= ten.estimate.high)
        #expect(outlook(10, windows: 5).estimate.median < ten.estimate.median / 3)
    }

    @Test func `a forecast of many hundreds stays quick`() {
        let queue = (0..<400).map { candidate("t\($0)", waited: $0 % 60) } + [candidate("me", waited: 0)]
        let clock = ContinuousClock()
        let time = clock.measure {
            _ = WaitForecast(order: order).outlook(for: "me", waiting: queue, busyUntil: [now, now], at: now)
        }
        #expect(time < .seconds(5))
    }
}
