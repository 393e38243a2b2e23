import Catalogue
import Core
import Storage
import TestKit
import Testing

@testable import Booking

@Suite("I15: the events of a hall tell its counters, numbers and calls again")
struct ReplayTests {
    /// What events alone say of a hall.
    private struct Told {
        struct Visit {
            var version: Int64 = 0
            var isLive = false
            var group = ""
            var start: Int64 = 0
            var end: Int64 = 0
        }

        var visits: [String: Visit] = [:]
        var states: [String: ReservationState] = [:]
        var queues: [String: String] = [:]
        var numbers: [String: String] = [:]
        /// Ticket to window.
        var calls: [String: String] = [:]

        mutating func take(_ entry: EventStore.Entry) throws {
            let detail = try JSONParser.parse(entry.detail)
            switch entry.kind {
            case .held, .booked, .moved, .expired, .released, .cancelled, .missed:
                // Booking events join the chain behind the booking: their version says which was the last.
                guard let version = detail.number("version"), version > visits[entry.subject]?.version ?? 0 else {
                    return
                }
                visits[entry.subject] = Visit(
                    version: version, isLive: [.held, .booked, .moved].contains(entry.kind),
                    group: detail.text("group") ?? "", start: detail.number("start") ?? 0,
                    end: detail.number("end") ?? 0)
            case .windowOpened, .windowClosed: return
            default:
                states[entry.subject] = Told.state(after: entry.kind)
                queues[entry.subject] = detail.text("queue")
                numbers[entry.subject] = detail.text("number")
                switch entry.kind {
                case .called: calls[entry.subject] = detail.text("window")
                case .recalled, .serving: break
                default: calls[entry.subject] = nil
                }
                if entry.kind == .done || entry.kind == .left, let visit = detail.text("reservation") {
                    visits[visit]?.isLive = false
                }
            }
        }

        private static func state(after kind: EventKind) -> ReservationState? {
            switch kind {
            case .called, .recalled: .called
            case .serving: .serving
            case .skipped: .skipped
            case .parked: .parked
            case .done: .done
            case .left: .left
            default: .waiting
            }
        }
    }

    /// A morning of everything at once, by chance, on two queues with three windows each.
    private func morning(_ world: BookingWorld, seed: UInt64) async throws {
        var random = SplitMix(state: seed)
        let (queue, reservations) = (world.booking.queue, world.booking.reservations)
        var visits = [ConfirmedReservation]()
        var tickets = [String]()
        for step in 0..<160 {
            let person = Int.random(in: 0..<40, using: &random)
            let window = "night-\(["a", "b"][step % 2])-\(Int.random(in: 1...3, using: &random))"
            let officer = BookingWorld.officer(Int(window.suffix(1)) ?? 1)
            let ticket = tickets.randomElement(using: &random) ?? ""
            let visit = visits.randomElement(using: &random)
            let owner = visit.flatMap(\.reservation.person).map {
                Principal(subject: $0, clientID: "client-web", scopes: [Scope.booking], assurance: .l2)
            }
            let slot = Int.random(in: 1...9, using: &random)
            switch Int.random(in: 0..<15, using: &random) {
            case 0, 1: _ = try? await world.hold(slot, by: person)
            case 2, 3: if let booked = try? await world.book(slot, by: person) { visits.append(booked) }
            case 4:
                guard let visit, let owner else { continue }
                _ = try? await reservations.move(visit.reservation.id, to: BookingWorld.slot(slot + 3), by: owner)
            case 5:
                guard let visit, let owner else { continue }
                _ = try? await reservations.cancel(visit.reservation.id, by: owner)
            case 6, 7:
                guard let code = visit?.reservation.code else { continue }
                let issued = try? await world.booking.checkIns.redeem(
                    hall: BookingWorld.hall, proof: .code(code), asWalkIn: true, by: BookingWorld.kiosk)
                if let issued { tickets.append(issued.id) }
            case 8: tickets.append(try await world.walkIn().id)
            case 9: _ = try? await queue.open(window, by: officer)
            case 10, 11:
                if let called = try? await queue.callNext(window, by: officer) { tickets.append(called.ticket) }
            case 12:
                for act in [queue.start, queue.finish].shuffled(using: &random) { _ = try? await act(ticket, officer) }
            case 13:
                for act in [queue.recall, queue.skip, queue.park, queue.resume].shuffled(using: &random) {
                    _ = try? await act(ticket, officer)
                }
                _ = try? await queue.transfer(ticket, to: step % 2 == 0 ? "night-a" : "night-b", by: officer)
            default:
                _ = try? await queue.close(window, by: BookingWorld.manager)
                if step % 3 == 0 { _ = try? await queue.leave(ticket, by: officer) }
            }
            world.clock.advance(by: .seconds(Int64.random(in: 0...30, using: &random)))
            if step % 20 == 0 { try await world.booking.sweeper.sweep() }
        }
    }

    @Test(arguments: Backend.available, 1...3)
    func `after a morning of everything, the chain says what the tables say`(backend: Backend, seed: Int) async throws {
        var settings = BookingSettings()
        settings.reofferDelay = .zero
        settings.activeLimit = 0
        settings.itemDayLimit = 0
        try await withWorld(backend, places: 8, settings: settings) { world in
            try await morning(world, seed: UInt64(seed))
            world.clock.advance(by: .seconds(1))
            try await world.booking.sweeper.sweep()
            try await world.booking.eventChain.chain()
            #expect(try await world.booking.eventChain.firstBreak(in: BookingWorld.hall) == nil)
            try await Invariants.check(world.database)

            let (entries, cells, rows) = try await world.database.read { db in
                let days = ProvinceTime.date(of: BookingWorld.start)
                return (
                    try EventStore.events(of: BookingWorld.hall, after: 0, limit: 10_000, in: db).map(\.entry),
                    try CellStore.cells(group: "night-a", from: days, to: days.adding(days: 1), in: db),
                    try db.query("SELECT id FROM booking_ticket").compactMap {
                        try TicketStore.find(try $0.text("id"), in: db)
                    }
                )
            }
            var told = Told()
            for entry in entries { try told.take(entry) }
            for cell in cells {
                let start = cell.start.milliseconds
                let used = told.visits.values.filter {
                    $0.isLive && $0.group == "night-a" && $0.start <= start && start < $0.end
                }.count
                #expect(used == cell.used, "the cell at \(ProvinceTime.clock(cell.start))")
            }
            #expect(cells.contains { $0.used > 0 } && rows.count > 5, "the morning was not empty")
            #expect(told.states == Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.state) }))
            #expect(told.queues == Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.queue) }))
            #expect(told.numbers == Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.number) }))
            let open = rows.compactMap { row in row.call.map { (row.id, $0.window) } }
            #expect(told.calls == Dictionary(uniqueKeysWithValues: open))
        }
    }
}
