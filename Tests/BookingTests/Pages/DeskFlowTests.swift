import Core
import HummingbirdTesting
import TestKit
import Testing

@testable import Booking

@Suite("Booking T10–T17: the officer's desk by forms alone")
struct DeskFlowTests {
    private static let window = "/window/\(PagesWorld.hall)-estate-1"

    /// Walk-ins with their numbers, and the officer at the open window.
    private func open(
        _ world: PagesWorld, _ client: any TestClientProtocol, people: Int
    ) async throws -> (Visitor, [QueueTicket]) {
        var tickets = [QueueTicket]()
        for person in 0..<people {
            tickets.append(
                try await world.booking.walkIns.issue(
                    hall: PagesWorld.hall, item: PagesWorld.item, priority: .ordinary, by: PagesWorld.machine,
                    idempotencyKey: "walk-in-\(person)"))
        }
        var officer = Visitor(client, cookie: try await world.signIn(PagesWorld.officer))
        try await officer.open(DeskFlowTests.window)
        try await officer.post("/open")
        return (officer, tickets)
    }

    @Test(arguments: Backend.available)
    func `a person goes on to another queue with the same number`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var (officer, tickets) = try await open(world, client, people: 1)
            try await officer.post("/call-next")
            #expect(!officer.page.contains("name=\"queue\""), "only who is being served can go on")
            try await officer.post("/start")
            let target = try #require(officer.text(after: "name=\"queue\" value=\"", before: "\""))
            #expect(target != tickets[0].queue)
            try await officer.post("/transfer", ["queue": "nowhere"])
            #expect(officer.status == 404 && officer.page.contains("没有这个队列"))
            try await officer.post("/transfer", ["queue": target])
            #expect(officer.status == 200 && officer.page.contains("/call-next"))
            let moved = try await world.booking.queue.ticket(tickets[0].id)
            #expect(moved.queue == target && moved.number == tickets[0].number && moved.state == .waiting)
        }
    }

    @Test(arguments: Backend.available)
    func `set aside, back again, missed and gone`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var (officer, tickets) = try await open(world, client, people: 2)
            try await officer.post("/call-next")
            try await officer.post("/start")
            try await officer.post("/park")
            #expect(officer.page.contains("class=\"aside\"") && officer.page.contains("data-key=\"1\""))
            try await officer.post("/resume")
            #expect(try await world.booking.queue.ticket(tickets[0].id).state == .waiting)
            try await officer.post("/call-next")
            try await officer.post("/skip")
            let skipped = try #require(
                try await world.booking.queue.state(of: "\(PagesWorld.hall)-estate-1", by: PagesWorld.officer).aside
                    .first)
            try await officer.post("/leave")
            #expect(try await world.booking.queue.ticket(skipped.ticket).state == .left)
            #expect(!officer.page.contains("class=\"aside\""))
        }
    }

    @Test(arguments: Backend.available)
    func `a manager finds a window that was left and closes it, an officer does not`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            _ = try await open(world, client, people: 0)
            var colleague = PagesWorld.officer
            colleague.subject = "officer-2"
            var other = Visitor(client, cookie: try await world.signIn(colleague))
            try await other.open("/window")
            #expect(!other.page.contains("已开启 0 分钟"))
            try await other.open(DeskFlowTests.window)
            #expect(!other.page.contains("/close\"") && !other.page.contains("/release\""))

            var manager = Visitor(client, cookie: try await world.signIn(PagesWorld.manager))
            try await manager.open("/window")
            #expect(manager.page.contains("已开启 0 分钟"))
            try await manager.open(DeskFlowTests.window)
            #expect(manager.page.contains("这个窗口由同事开启"))
            try await manager.post("/release")
            #expect(manager.status == 200 && manager.page.contains("/open\""))
        }
    }

    @Test(arguments: Backend.available)
    func `who chooses a window sees how many people wait for it`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var (officer, _) = try await open(world, client, people: 2)
            try await officer.open("/window")
            let tile = try #require(officer.text(after: "href=\"\(DeskFlowTests.window)\"><span", before: "</li>"))
            #expect(tile.contains("2 人等候"))
            #expect(!officer.page.contains("0 人等候"), "a queue that nobody waits in says nothing")
        }
    }

    @Test(arguments: Backend.available)
    func `who belongs to no hall, or goes to a window of another, is told what to do`(backend: Backend) async throws {
        try await withPages(backend) { world, client in
            var manager = PagesWorld.manager
            manager.hall = nil
            var visitor = Visitor(client, cookie: try await world.signIn(manager))
            for path in ["/window", DeskFlowTests.window] {
                try await visitor.open(path)
                #expect(visitor.status == 403, "\(path)")
                #expect(visitor.page.contains("请联系管理员为您的账号设置所属大厅"), "\(path)")
                #expect(visitor.page.contains("href=\"/account\"") && !visitor.page.contains("class=\"tile"))
            }
            var officer = Visitor(client, cookie: try await world.signIn(PagesWorld.officer))
            try await officer.open("/window/qingdao-estate-1")
            #expect(officer.status == 403 && officer.page.contains("请在您所属的大厅选择窗口"))
            #expect(officer.page.contains("href=\"\(DeskFlowTests.window)\""))
        }
    }
}
