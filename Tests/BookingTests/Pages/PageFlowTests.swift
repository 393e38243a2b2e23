import Catalogue
import Core
import Foundation
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Booking

@Suite("Pages: from a free time to a finished visit, by forms alone")
struct PageFlowTests {
    private static let book = "/book/\(PagesWorld.item)/\(PagesWorld.hall)"

    /// A visitor who has held the first free time and sees the countdown.
    private func holding(_ world: PagesWorld, _ client: any TestClientProtocol) async throws -> Visitor {
        var visitor = Visitor(client, cookie: try await world.signIn(PagesWorld.citizen))
        try await visitor.open(PageFlowTests.book)
        let start = try #require(visitor.text(after: "name=\"start\" value=\"", before: "\""))
        try await visitor.post("/hold", ["start": start])
        // Seconds, not a time: the clock of the visitor's machine may be wrong.
        let left = try #require(visitor.text(after: "data-countdown=\"", before: "\"").flatMap { Int($0) })
        #expect((500...600).contains(left))
        return visitor
    }

    @Test(arguments: Backend.available)
    func `a citizen books, is told the code, checks in, is called and finished`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var visitor = try await holding(world, client)
            try await visitor.post("/confirm")
            #expect(visitor.status == 200)
            #expect(visitor.page.contains("class=\"ticket\"") && visitor.page.contains("<svg"))
            let code = try #require(visitor.text(after: "<p class=\"code\">", before: "</p>"))
                .filter(\.isNumber)
            #expect(code.count == 10)

            var kiosk = Visitor(client, cookie: try await world.signIn(PagesWorld.machine))
            try await kiosk.open("/kiosk")
            #expect(kiosk.page.contains("data-scan"))
            try await kiosk.open("/kiosk/\(PagesWorld.hall)/code")
            try await kiosk.post("/check-in", ["code": code])
            #expect(kiosk.status == 200)
            let number = try #require(kiosk.text(after: "<p class=\"queue-number\">", before: "<"))

            var board = Visitor(client)
            try await board.open("/board/\(PagesWorld.hall)")
            #expect(board.status == 200 && !board.page.contains(">\(number)<"))

            var officer = Visitor(client, cookie: try await world.signIn(PagesWorld.officer))
            try await officer.open("/window")
            #expect(officer.page.contains("\(PagesWorld.hall)-estate-1"))
            try await officer.open("/window/\(PagesWorld.hall)-estate-1")
            try await officer.post("/open")
            try await officer.post("/call-next")
            #expect(officer.page.contains(">\(number)<"))
            try await board.open("/board/\(PagesWorld.hall)")
            #expect(board.page.contains(">\(number)<") && !board.page.contains("测"))
            let booking = visitor.bookingPath
            try await visitor.open(booking)
            #expect(visitor.page.contains("called-now"))
            try await officer.post("/start")
            try await officer.post("/park")
            try await visitor.open(booking)
            // Set aside with the number, which for some stands on the phone alone.
            #expect(visitor.text(after: "<p class=\"queue-number\">", before: "<") == number)
            for action in ["/resume", "/call-next", "/start", "/finish"] { try await officer.post(action) }
            #expect(officer.page.contains("/call-next"))
            try await visitor.open("/bookings")
            #expect(visitor.page.contains("booking-group past"))

            // A reader of English has the visit in English in the calendar, too; long lines are folded there.
            try await visitor.open(booking + "/calendar.ics?lang=en")
            let entry = visitor.page.replacing("\r\n ", with: "")
            let catalogue = world.booking.catalogue.current
            let item = try #require(catalogue.item(PagesWorld.item)?.name.en)
            let hall = try #require(catalogue.hall(PagesWorld.hall)?.name.en)
            #expect(entry.contains("SUMMARY:\(item)\r\n") && entry.contains("LOCATION:\(hall)\\, "))
            #expect(entry.contains("DESCRIPTION:Booking code: \(code)."))
        }
    }

    @Test(arguments: Backend.available)
    func `a manager takes back the window of an officer who has left in the middle of a service`(
        backend: Backend
    ) async throws {
        try await withPages(backend) { world, client in
            let window = "/window/\(PagesWorld.hall)-estate-1"
            var kiosk = Visitor(client, cookie: try await world.signIn(PagesWorld.machine))
            try await kiosk.open("/kiosk/\(PagesWorld.hall)/take/\(PagesWorld.item)")
            try await kiosk.post("/tickets", ["class": "ordinary"])
            let number = try #require(kiosk.text(after: "<p class=\"queue-number\">", before: "<"))
            var officer = Visitor(client, cookie: try await world.signIn(PagesWorld.officer))
            try await officer.open(window)
            for action in ["/open", "/call-next", "/start"] { try await officer.post(action) }
            #expect(officer.page.contains("\(window)/release"), "the officer may leave, too")

            var manager = Visitor(client, cookie: try await world.signIn(PagesWorld.manager))
            try await manager.open(window)
            #expect(!manager.page.contains("\(window)/finish") && !manager.page.contains("\(window)/call-next"))
            try await manager.post("/release")
            #expect(manager.status == 200 && manager.page.contains("\(window)/open"))
            #expect(manager.page.contains("<td class=\"ticket-number\">\(number)</td>"))

            try await officer.post("/finish")
            #expect(officer.status == 409 && officer.page.contains("role=\"alert\""))
            try await manager.open(window)
            for action in ["/open", "/call-next"] { try await manager.post(action) }
            #expect(manager.page.contains("<p class=\"queue-number\">\(number)<"))
        }
    }

    @Test(arguments: Backend.available)
    func `two presses of one button are one booking`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var visitor = Visitor(client, cookie: try await world.signIn(PagesWorld.citizen))
            try await visitor.open(PageFlowTests.book)
            let twin = visitor
            let start = try #require(visitor.text(after: "name=\"start\" value=\"", before: "\""))
            try await visitor.post("/hold", ["start": start], follow: false)
            let first = visitor.location
            visitor = twin
            try await visitor.post("/hold", ["start": start], follow: false)
            #expect(first != nil && visitor.location == first)
        }
    }

    @Test(arguments: Backend.available)
    func `a visitor keeps the chosen time through signing in`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var visitor = Visitor(client)
            try await visitor.open(PageFlowTests.book)
            let start = try #require(visitor.text(after: "name=\"start\" value=\"", before: "\""))
            try await visitor.post("/hold", ["start": start])
            let target = try #require(visitor.location)
            #expect(target.hasPrefix("/auth/sign-in?return="))
            let back = try #require(try ParameterList(query: String(target.split(separator: "?")[1])).single("return"))
            #expect(back.hasPrefix(PageFlowTests.book + "/resume?start="))

            var signedIn = Visitor(client, cookie: try await world.signIn(PagesWorld.citizen))
            // A link in somebody's message must not hold a time for whoever follows it: there the button is pressed.
            for elsewhere in ["cross-site", "none", nil] {
                try await signedIn.open(back, from: elsewhere)
                #expect(signedIn.status == 200 && !signedIn.page.contains("data-send-at-once"))
            }
            try await signedIn.open(back, from: "same-origin")
            #expect(signedIn.page.contains("data-send-at-once"))
            try await signedIn.post("/hold")
            #expect(signedIn.page.contains("data-countdown"))
        }
    }

    @Test(arguments: Backend.available)
    func `another person's booking is not there`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            let visitor = try await holding(world, client)
            var stranger = Visitor(client, cookie: try await world.signIn(PagesWorld.stranger))
            try await stranger.open(visitor.bookingPath)
            #expect(stranger.status == 404)
        }
    }

    @Test(arguments: Backend.available)
    func `a start that is no slot shows the free times again`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var visitor = Visitor(client, cookie: try await world.signIn(PagesWorld.citizen))
            for start in ["2026-11-24T09:07:00+08:00", "soon", "2020-01-01T09:00:00+08:00"] {
                try await visitor.open(PageFlowTests.book)
                try await visitor.post("/hold", ["start": start])
                #expect(visitor.status == 422, "\(start)")
                #expect(visitor.page.contains("role=\"alert\"") && visitor.page.contains("name=\"start\""))
            }
        }
    }

    @Test(arguments: Backend.available)
    func `a kiosk explains a wrong code, a second check-in and gives a walk-in number`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var visitor = try await holding(world, client)
            try await visitor.post("/confirm")
            let code = try #require(visitor.text(after: "<p class=\"code\">", before: "</p>")).filter(\.isNumber)
            var kiosk = Visitor(client, cookie: try await world.signIn(PagesWorld.machine))
            let pad = "/kiosk/\(PagesWorld.hall)/code"
            try await kiosk.open(pad)
            try await kiosk.post("/check-in", ["code": "482 9", "press": "1"])
            #expect(kiosk.page.contains("value=\"482 91\""))
            try await kiosk.post("/check-in", ["code": "482 91"])
            #expect(kiosk.status == 422 && kiosk.page.contains("value=\"482 91\""))
            let wrong = String(code.dropLast()) + (code.hasSuffix("0") ? "1" : "0")
            try await kiosk.post("/check-in", ["code": wrong])
            #expect(kiosk.status == 422 && kiosk.page.contains("role=\"alert\""))
            #expect(kiosk.page.contains("value=\"\(KioskCode.grouped(wrong))\""), "ten digits are not typed twice")
            try await kiosk.open(pad)
            try await kiosk.post("/check-in", ["code": code])
            #expect(kiosk.status == 200)
            try await kiosk.open(pad)
            try await kiosk.post("/check-in", ["code": code])
            #expect(kiosk.status == 409 && kiosk.page.contains("class=\"slip\""))

            try await kiosk.open("/kiosk/\(PagesWorld.hall)/take?q=办房本")
            #expect(kiosk.page.contains("/take/\(PagesWorld.item)"))
            try await kiosk.open("/kiosk/\(PagesWorld.hall)/take/\(PagesWorld.item)")
            let twin = kiosk
            try await kiosk.post("/tickets", ["class": "ordinary"], follow: false)
            let first = kiosk.location
            kiosk = twin
            try await kiosk.post("/tickets", ["class": "ordinary"])
            #expect(first != nil && kiosk.page.contains("queue-number"))
        }
    }

    @Test(arguments: Backend.available)
    func `only the machine of a hall opens its kiosk, only officers a window`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            for principal in [nil, PagesWorld.citizen, PagesWorld.officer] {
                var visitor = Visitor(client, cookie: try await principal.asyncMap { try await world.signIn($0) })
                try await visitor.open("/kiosk/\(PagesWorld.hall)")
                #expect(visitor.page.contains("action=\"/kiosk/enrol\""))
            }
            var machine = Visitor(client, cookie: try await world.signIn(PagesWorld.machine))
            try await machine.open("/kiosk/qingdao")
            #expect(machine.page.contains("data-scan"), "it is taken to its own hall")
            try await machine.open("/window")
            #expect(machine.status == 403)
            var citizen = Visitor(client, cookie: try await world.signIn(PagesWorld.citizen))
            try await citizen.open("/window/\(PagesWorld.hall)-estate-1")
            #expect(citizen.status == 403)
        }
    }

    @Test(arguments: Backend.available)
    func `where an item cannot be booked, the page says how and where it is done`(backend: Backend) async throws {
        try await withPages(backend) { _, client in
            let lead = "不用预约，直接到下面的大厅取号就能办"
            var visitor = Visitor(client)
            try await visitor.open("/book/tax-paid-certificate")
            #expect(visitor.status == 200 && visitor.page.contains(lead))
            #expect(visitor.page.contains("href=\"/halls/jinan\"") && visitor.page.contains("href=\"/halls/qingdao\""))
            for wrong in ["最早", "不想预约", "aria-current=\"step\"", "href=\"/book/tax-paid-certificate/"] {
                #expect(!visitor.page.contains(wrong), "\(wrong)")
            }
            // In a hall that does it, that hall comes first.
            try await visitor.open("/book/tax-paid-certificate/jinan-lixia")
            #expect(visitor.status == 200 && visitor.page.contains(lead))
            let rows = visitor.page.components(separatedBy: "class=\"row\" href=\"").dropFirst()
            #expect(rows.first?.hasPrefix("/halls/jinan-lixia\"") ?? false)
            #expect(!visitor.page.contains("href=\"/halls/qingdao\""))
            try await visitor.open("/book/marriage-registration/\(PagesWorld.hall)")
            #expect(visitor.status == 404)
            #expect(visitor.page.contains("济南市24小时自助服务区不办“结婚登记”"))
            #expect(visitor.page.contains("href=\"/items/marriage-registration\">查看办事指南"))
            #expect(visitor.page.contains("href=\"/book/marriage-registration/jinan\""))
            try await visitor.open("/book/construction-permit")
            #expect(visitor.status == 200 && visitor.page.contains("这个事项不在大厅办理"))
            #expect(visitor.page.contains("href=\"/items/construction-permit\">查看办事指南"))
            // Whoever comes back from signing in to an item that is no longer booked there.
            try await visitor.open("/book/tax-paid-certificate/jinan/resume?start=x&key=k")
            #expect(visitor.status == 200 && visitor.page.contains(lead))
        }
    }

    @Test(arguments: Backend.available)
    func `unknown items, halls, bookings and windows are not found`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var visitor = Visitor(client, cookie: try await world.signIn(PagesWorld.citizen))
            for path in [
                "/book/nothing", "/book/\(PagesWorld.item)/nowhere", "/bookings/nothing", "/board/nowhere",
                "/book/\(PagesWorld.item)/%00", "/bookings/%2e%2e%2f",
            ] {
                try await visitor.open(path)
                #expect(visitor.status == 404, "\(path)")
            }
        }
    }
}

extension Visitor {
    /// Where the booking on this page lives.
    var bookingPath: String {
        "/bookings/"
            + (page.components(separatedBy: "/bookings/").dropFirst()
                .compactMap { $0.split(whereSeparator: { !$0.isHexDigit && $0 != "-" }).first }
                .first { $0.count == 36 }.map(String.init) ?? "")
    }
}
