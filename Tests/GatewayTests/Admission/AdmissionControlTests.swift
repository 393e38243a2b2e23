import Core
import Synchronization
import Testing
import Web

@testable import Gateway

@Suite("Rate limits")
struct AdmissionControlTests {
    private final class HandClock: WallClock {
        private let instant = Mutex(Instant(seconds: 1_795_397_400))

        func now() -> Instant { instant.withLock { $0 } }
        func move(_ duration: Duration) { instant.withLock { $0 = $0 + duration } }
    }

    private let clock = HandClock()

    private func control(_ perMinute: Int, burst: Int, tracked: Int = 200_000) -> AdmissionControl {
        AdmissionControl(
            settings: AdmissionSettings(
                limits: [.write: RateLimit(perMinute: perMinute, burst: burst)], trackedCallers: tracked),
            clock: clock)
    }

    @Test func `a burst passes, the next one waits, and room comes back at the pace`() {
        let control = control(60, burst: 5)
        for _ in 0..<5 { #expect(control.admit(.write, key: "1.2.3.4") == nil) }
        #expect(control.admit(.write, key: "1.2.3.4") == 1)
        clock.move(.milliseconds(999))
        #expect(control.admit(.write, key: "1.2.3.4") == 1)
        clock.move(.milliseconds(1))
        #expect(control.admit(.write, key: "1.2.3.4") == nil)
        #expect(control.admit(.write, key: "1.2.3.4") == 1)
        clock.move(.seconds(3600))
        for _ in 0..<5 { #expect(control.admit(.write, key: "1.2.3.4") == nil) }
        #expect(control.admit(.write, key: "1.2.3.4") == 1)
    }

    @Test func `being refused costs nothing`() {
        let control = control(60, burst: 1)
        #expect(control.admit(.write, key: "a") == nil)
        for _ in 0..<1000 { #expect(control.admit(.write, key: "a") != nil) }
        clock.move(.seconds(1))
        #expect(control.admit(.write, key: "a") == nil)
    }

    @Test func `a slow pace names the seconds to wait`() {
        let control = control(2, burst: 1)
        #expect(control.admit(.write, key: "a") == nil)
        #expect(control.admit(.write, key: "a") == 30)
        clock.move(.milliseconds(10_500))
        #expect(control.admit(.write, key: "a") == 20)
    }

    @Test func `callers and classes do not touch one another`() {
        let control = control(60, burst: 1)
        #expect(control.admit(.write, key: "a") == nil)
        #expect(control.admit(.write, key: "b") == nil)
        #expect(control.admit(.read, key: "a") == nil)
        #expect(control.admit(.write, key: "a") != nil)
    }

    @Test func `a class without a limit of its own has the fallback`() {
        let control = AdmissionControl(
            settings: AdmissionSettings(limits: [:], fallback: RateLimit(perMinute: 60, burst: 2)), clock: clock)
        let rare = RateClass(rawValue: "rare")
        #expect(control.admit(rare, key: "a") == nil)
        #expect(control.admit(rare, key: "a") == nil)
        #expect(control.admit(rare, key: "a") == 1)
    }

    @Test func `switched off, everything passes`() {
        let control = AdmissionControl(
            settings: AdmissionSettings(isEnabled: false, limits: [.write: RateLimit(perMinute: 1, burst: 1)]),
            clock: clock)
        for _ in 0..<100 { #expect(control.admit(.write, key: "a") == nil) }
        #expect(control.trackedCallers == 0)
    }

    @Test func `the halls' own networks are not counted`() throws {
        let hall = try #require(AddressRange("10.37.0.0/16"))
        let settings = AdmissionSettings(limits: [.write: RateLimit(perMinute: 1, burst: 1)], exempt: [hall])
        let control = AdmissionControl(settings: settings, clock: clock)
        for _ in 0..<100 { #expect(control.admit(.write, key: "10.37.1.2") == nil) }
        #expect(control.admit(.write, key: "10.38.1.2") == nil)
        #expect(control.admit(.write, key: "10.38.1.2") != nil)
    }

    @Test func `a clock set back locks nobody out for longer than one span`() {
        let control = control(60, burst: 3)
        for _ in 0..<3 { #expect(control.admit(.write, key: "a") == nil) }
        clock.move(.days(-365))
        #expect(control.admit(.write, key: "a") == 1)
        clock.move(.seconds(1))
        #expect(control.admit(.write, key: "a") == nil)
    }

    @Test func `memory stays bounded under a flood of addresses`() {
        let control = control(1, burst: 10, tracked: 4096)
        for number in 0..<100_000 { _ = control.admit(.write, key: "10.\(number)") }
        #expect(control.trackedCallers <= 4096)
    }

    @Test func `a flood does not free the one who asks most`() {
        let control = control(1, burst: 10, tracked: 4096)
        for _ in 0..<10 { #expect(control.admit(.write, key: "greedy") == nil) }
        for number in 0..<50_000 { _ = control.admit(.write, key: "10.\(number)") }
        #expect(control.admit(.write, key: "greedy") != nil)
    }

    @Test func `full buckets are forgotten first`() {
        let control = control(60, burst: 10, tracked: 1024)
        for number in 0..<1000 { _ = control.admit(.write, key: "old \(number)") }
        clock.move(.seconds(60))
        for number in 0..<2000 {
            _ = control.admit(.write, key: "new \(number)")
            clock.move(.milliseconds(10))
        }
        #expect(control.trackedCallers <= 1024)
    }

    @Test(arguments: [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true), ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
        ("::ffff:192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("client:a:b", "client:a:c", false),
    ])
    func `an address counts by what one caller is given`(first: String, second: String, isSame: Bool) {
        let control = control(1, burst: 1)
        #expect(control.admit(.write, key: first) == nil)
        #expect((control.admit(.write, key: second) != nil) == isSame)
    }

    @Test func `many callers at once never pass more than the burst`() async {
        let control = control(1, burst: 100)
        let passed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask { (0..<200).count { _ in control.admit(.write, key: "shared") == nil } }
            }
            return await group.reduce(0, +)
        }
        #expect(passed == 100)
    }
}
