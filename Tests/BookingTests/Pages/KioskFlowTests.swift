import Catalogue
import Core
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Booking

@Suite("Pages: a machine for the next person in line, and after hours")
struct KioskFlowTests {
    private static let hall = "/kiosk/\(PagesWorld.hall)"

    @Test(arguments: Backend.available)
    func `whatever the screen shows, the next person can scan`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var kiosk = Visitor(client, cookie: try await world.signIn(PagesWorld.machine))
            for path in ["", "/code", "/take", "/take?q=办房本", "/take/\(PagesWorld.item)"] {
                try await kiosk.open(KioskFlowTests.hall + path)
                #expect(kiosk.status == 200 && kiosk.page.contains("data-scan"), "\(path)")
            }
            try await kiosk.post("/tickets", ["class": "ordinary"])
            #expect(kiosk.page.contains("queue-number"))
            // From the number of the person before to a fault, and from the fault on.
            for _ in 0..<2 {
                try await kiosk.post("/check-in", ["ticket": BookingCode.make(random: SystemRandom())])
                #expect(kiosk.status == 422 && kiosk.page.contains("fault-icon") && kiosk.page.contains("data-scan"))
            }
            try await kiosk.open(KioskFlowTests.hall + "/issued/nothing")
            #expect(kiosk.status == 404)
            try await kiosk.post("/check-in", ["ticket": BookingCode.make(random: SystemRandom())])
            #expect(kiosk.status == 422, "the error page knows the machine's hall")
        }
    }

    @Test(arguments: Backend.available)
    func `a closed hall offers no number and says when it opens`(backend: Backend) async throws {
        let date = try #require(LocalDate("2026-11-24"))
        let clock = MovableClock(ProvinceTime.instant(of: date, minute: 11 * 60 + 45))
        try await withPages(backend, surroundings: Surroundings(clock: clock)) { world, client in
            var machine = PagesWorld.machine
            machine.hall = "jinan"
            var kiosk = Visitor(client, cookie: try await world.signIn(machine))
            let take = "href=\"/kiosk/jinan/take\""
            try await kiosk.open("/kiosk/jinan")
            #expect(kiosk.page.contains(take))
            let item = try #require(world.booking.catalogue.current.items(in: "jinan").first).id
            try await kiosk.open("/kiosk/jinan/take/\(item)")

            // The hall closes for lunch while somebody reads.
            clock.advance(by: .minutes(30))
            try await kiosk.post("/tickets", ["class": "ordinary"])
            #expect(kiosk.status == 409 && kiosk.page.contains("今天 13:00"))
            #expect(!kiosk.page.contains("/kiosk/jinan/take") && !kiosk.page.contains("/kiosk/jinan/code"))
            try await kiosk.open("/kiosk/jinan")
            #expect(kiosk.page.contains("今天 13:00") && !kiosk.page.contains(take))
            #expect(!kiosk.page.contains("可以签到"), "nobody's time is near")
            for path in ["/take", "/take/\(item)"] {
                try await kiosk.open("/kiosk/jinan" + path)
                #expect(kiosk.page.contains("class=\"ways\""), "back at the start")
            }

            clock.advance(by: .minutes(20))
            try await kiosk.open("/kiosk/jinan")
            #expect(kiosk.page.contains("可以签到") && !kiosk.page.contains(take))
            try await kiosk.open("/kiosk/jinan/code")
            #expect(!kiosk.page.contains(take))
            try await kiosk.post("/check-in", ["code": BookingCode.make(random: SystemRandom())])
            #expect(kiosk.status == 422 && !kiosk.page.contains(take))

            // In steps that are shorter than a session may lie idle.
            for _ in 0..<3 {
                clock.advance(by: .minutes(20))
                try await kiosk.open("/kiosk/jinan")
            }
            #expect(kiosk.page.contains(take) && !kiosk.page.contains("可以签到"))
        }
    }
}
