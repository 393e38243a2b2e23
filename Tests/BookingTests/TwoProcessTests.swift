import Core
import Cryptography
import Logging
import Storage
import TestKit
import Testing

@testable import Booking

/// Two booking rooms, each with a pool of connections of its own, over one PostgreSQL schema: what two servers share is
/// the database alone.
@Suite("Two servers on one PostgreSQL", .enabled(if: Backend.postgresURL != nil))
struct TwoProcessTests {
    private func withTwo(
        places: Int = 10, settings: BookingSettings = BookingSettings(),
        _ body: ([BookingWorld]) async throws -> Void
    ) async throws {
        try await withSchema { connection in
            let logger = Logger(label: "test.storage")
            let keyRing = KeyRing.temporary()
            let clock = MovableClock(BookingWorld.start)
            let databases = try (1...2).map { _ in try PostgresDatabase(connection, logger: logger) }
            let ended: Result<Void, any Error>
            do {
                try await Migrator(database: databases[0]).migrate([BookingMigrations.all])
                let worlds = try databases.map {
                    try BookingWorld($0, clock: clock, keyRing: keyRing, settings: settings)
                }
                try await worlds[0].open(places: places)
                ended = .success(try await body(worlds))
            } catch {
                ended = .failure(error)
            }
            for database in databases { await database.close() }
            try ended.get()
        }
    }

    /// Runs `body` so many times at once, on both servers in turn.
    private func race<Value: Sendable>(
        _ count: Int, on worlds: [BookingWorld],
        _ body: @escaping @Sendable (Int, BookingWorld) async throws -> Value
    ) async -> [Result<Value, any Error>] {
        await withTaskGroup(of: Result<Value, any Error>.self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        return .success(try await body(number, worlds[number % worlds.count]))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func won<Value>(_ results: [Result<Value, any Error>]) -> [Value] { results.compactMap { try? $0.get() } }

    private func refusals<Value>(_ results: [Result<Value, any Error>]) -> Set<ProblemKind> {
        Set(
            results.compactMap { result in
                guard case .failure(let error) = result else { return nil }
                return (error as? Problem)?.kind ?? .internalError
            })
    }

    @Test func `both together never sell more than there is`() async throws {
        try await withTwo(places: 10) { worlds in
            let results = await race(120, on: worlds) { number, world in
                try await world.hold(12, by: number, channel: Channel.allCases[number % 3])
            }
            #expect(won(results).count == 7)
            #expect(refusals(results).isSubset(of: [.slotTaken, .busy]))
            try await Invariants.check(worlds[0].database)
        }
    }

    @Test func `what a move, a cancellation and a sweep do on both at once leaves every count right`() async throws {
        var settings = BookingSettings()
        settings.reofferDelay = .zero
        try await withTwo(places: 4, settings: settings) { worlds in
            _ = await race(60, on: worlds) { number, world in
                let person = number / 2
                let me = BookingWorld.person(person)
                if number % 7 == 0 { try await world.booking.sweeper.sweep() }
                let held = try await world.hold(5 + number % 4, by: person)
                let other = worlds[(number + 1) % 2].booking.reservations
                _ = try await other.confirm(held.id, by: me)
                async let moved = world.booking.reservations.move(
                    held.id, to: BookingWorld.slot(5 + person % 4), by: me)
                async let cancelled = other.cancel(held.id, by: me)
                _ = try? await moved
                _ = try? await cancelled
            }
            try await Invariants.check(worlds[0].database)
            worlds[0].clock.advance(by: .seconds(1))
            for world in worlds { try await world.booking.sweeper.sweep() }
            try await Invariants.check(worlds[1].database)
        }
    }

    @Test func `a hold confirmed on both at once is one booking that was told of once`() async throws {
        try await withTwo { worlds in
            let held = try await worlds[0].hold(12, by: 1)
            let results = await race(16, on: worlds) { _, world in
                try await world.booking.reservations.confirm(held.id, by: BookingWorld.person(1))
            }
            let booked = won(results)
            #expect(booked.count == 16 && Set(booked.map(\.reservation)).count == 1)
            #expect(booked.allSatisfy { $0.reservation.version == 2 && $0.ticket != nil })
            let told = try await worlds[1].database.read { db in
                try db.first("SELECT count(*) AS n FROM storage_outbox WHERE topic = $1", MessageSink.topic)?.int("n")
            }
            #expect(told == 1)
            try await Invariants.check(worlds[1].database)
        }
    }

    @Test func `one key sent to both at once makes one reservation, one number, one move`() async throws {
        try await withTwo(places: 2) { worlds in
            let me = BookingWorld.person(1)
            let holds = await race(12, on: worlds) { _, world in
                try await world.booking.reservations.hold(BookingWorld.request(12), by: me, idempotencyKey: "key-hold")
            }
            #expect(won(holds).count == 12 && Set(won(holds)).count == 1, "\(refusals(holds))")
            let id = try #require(won(holds).first?.id)
            _ = try await worlds[1].booking.reservations.confirm(id, by: me)
            let moves = await race(12, on: worlds) { _, world in
                try await world.booking.reservations.move(
                    id, to: BookingWorld.slot(2), by: me, idempotencyKey: "key-move")
            }
            #expect(won(moves).count == 12 && Set(won(moves).map(\.reservation)).count == 1, "\(refusals(moves))")
            let code = try #require(won(moves).first?.reservation.code)
            let checkIns = await race(12, on: worlds) { _, world in
                try await world.booking.checkIns.redeem(
                    hall: BookingWorld.hall, proof: .code(code), by: BookingWorld.kiosk, idempotencyKey: "key-check-in")
            }
            #expect(won(checkIns).count == 12 && Set(won(checkIns)).count == 1, "\(refusals(checkIns))")
            let walkIns = await race(12, on: worlds) { _, world in
                try await world.booking.walkIns.issue(
                    hall: BookingWorld.hall, item: BookingWorld.item, by: BookingWorld.kiosk,
                    idempotencyKey: "key-walk-in")
            }
            #expect(won(walkIns).count == 12 && Set(won(walkIns)).count == 1, "\(refusals(walkIns))")
            try await Invariants.check(worlds[0].database)
        }
    }

    @Test func `two kiosks on two servers redeem a booking once, and the second learns when and where`() async throws {
        try await withTwo { worlds in
            let booked = try await worlds[0].book(2, by: 1)
            let results = await race(12, on: worlds) { _, world in
                try await world.booking.checkIns.redeem(
                    hall: BookingWorld.hall, proof: .ticket(booked.ticket ?? ""), by: BookingWorld.kiosk)
            }
            #expect(won(results).count == 1)
            #expect(refusals(results) == [.alreadyRedeemed])
            try await Invariants.check(worlds[1].database)
        }
    }

    @Test func `officers on two servers never call the same person, nor one window two`() async throws {
        try await withTwo { worlds in
            for number in 1...3 {
                _ = try await worlds[number % 2].booking.queue.open(
                    "night-a-\(number)", by: BookingWorld.officer(number))
            }
            for _ in 0..<12 { _ = try await worlds[0].walkIn() }
            var seen = Set<String>()
            for _ in 0..<4 {
                // Each window presses twice at once, on either server.
                let results = await race(6, on: worlds) { number, world in
                    let window = number / 2 + 1
                    return try await world.booking.queue.callNext("night-a-\(window)", by: BookingWorld.officer(window))
                }
                let called = won(results)
                #expect(called.count == 3 && refusals(results) == [.outOfOrder], "\(refusals(results))")
                #expect(Set(called.compactMap(\.window)).count == 3)
                try await Invariants.check(worlds[0].database)
                for ticket in called {
                    #expect(seen.insert(ticket.ticket).inserted)
                    let officer = BookingWorld.officer(Int(ticket.window?.suffix(1) ?? "") ?? 0)
                    _ = try await worlds[1].booking.queue.start(ticket.ticket, by: officer)
                    _ = try await worlds[0].booking.queue.finish(ticket.ticket, by: officer)
                }
            }
            #expect(seen.count == 12)
            try await Invariants.check(worlds[1].database)
        }
    }

    @Test func `closing on one server and calling on the other leave no call at a closed window`() async throws {
        try await withTwo { worlds in
            for _ in 0..<8 { _ = try await worlds[0].walkIn() }
            for _ in 0..<6 {
                for number in 1...2 {
                    _ = try await worlds[0].booking.queue.open("night-a-\(number)", by: BookingWorld.officer(number))
                }
                _ = await race(12, on: worlds) { number, world in
                    let window = "night-a-\(number / 2 % 2 + 1)"
                    let officer = BookingWorld.officer(number / 2 % 2 + 1)
                    if number % 3 == 0 {
                        _ = try await world.booking.queue.close(window, by: officer)
                    } else {
                        _ = try await world.booking.queue.callNext(window, by: officer)
                    }
                }
                try await Invariants.check(worlds[1].database)
                for number in 1...2 {
                    _ = try await worlds[1].booking.queue.close("night-a-\(number)", by: BookingWorld.manager)
                }
                try await Invariants.check(worlds[0].database)
            }
        }
    }

    @Test func `numbers issued by both are all different`() async throws {
        try await withTwo { worlds in
            let numbers = won(await race(40, on: worlds) { _, world in try await world.walkIn().number })
            #expect(numbers.count == 40 && Set(numbers).count == 40)
            try await Invariants.check(worlds[1].database)
        }
    }

    @Test func `limits of a person hold over both`() async throws {
        var settings = BookingSettings()
        settings.activeLimit = 3
        settings.itemDayLimit = 0
        try await withTwo(settings: settings) { worlds in
            let results = await race(16, on: worlds) { number, world in
                try await world.hold(5 + number, by: 1, channel: Channel.allCases[number % 3])
            }
            #expect(won(results).count == 3 && refusals(results) == [.limitReached])
            try await Invariants.check(worlds[0].database)
        }
    }
}
