import Catalogue
import Core
import Storage
import TestKit
import Testing

@testable import Booking

@Suite("The planner: rules change under bookings, and planners meet")
struct PlannerTests {
    private func rules(slot: Int, places: Int = 10) -> [Rule] {
        [BookingWorld.rule("night-a", slot: slot, places: places)]
    }

    private func planner(_ world: BookingWorld) -> CellPlanner {
        CellPlanner(database: world.core.database, catalogue: world.core.catalogue, settings: world.core.settings)
    }

    private func tasks(_ world: BookingWorld) async throws -> [CellPlanner.DayTask] {
        let today = ProvinceTime.date(of: world.clock.now())
        let (rules, planned) = try await world.database.read { db in
            (try RuleStore.current(in: db), try RuleStore.planned(from: today, in: db))
        }
        return planner(world).outstanding(rules: rules, planned: planned, from: today)
    }

    private func cells(_ world: BookingWorld) async throws -> [StoredCell] {
        let day = ProvinceTime.date(of: BookingWorld.start)
        return try await world.database.read { try CellStore.cells(group: "night-a", from: day, to: day, in: $0) }
    }

    @Test(arguments: Backend.available)
    func `what a change of rules took away for old bookings comes back when they are given up`(
        backend: Backend
    ) async throws {
        try await withWorld(backend) { world in
            let booked = try await world.book(13, by: 1)
            try await world.change(to: rules(slot: 30))
            try await world.booking.planner.plan()
            // Slot 12 begins the half hour in which the old booking lies.
            #expect(try await eventually { try await world.remaining(12) == 6 })
            #expect(try await world.remaining(15) == 7)
            #expect(try await world.booking.planner.plan() == 0, "nothing has changed, so nothing is written")
            _ = try await world.booking.reservations.cancel(booked.reservation.id, by: BookingWorld.person(1))
            world.clock.advance(by: .minutes(1))
            try await world.booking.sweeper.sweep()
            #expect(try await world.booking.planner.plan() == 1)
            #expect(try await eventually { try await world.remaining(12) == 7 })
            #expect(try await world.booking.planner.plan() == 0)
            #expect(try await tasks(world).isEmpty, "the plan is no longer provisional")
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a cell whose length cannot change under its booking changes when that has ended`(
        backend: Backend
    ) async throws {
        try await withWorld(backend) { world in
            let held = try await world.hold(12, by: 1)
            try await world.change(to: rules(slot: 30))
            try await world.booking.planner.plan()
            #expect(try await eventually { try await world.remaining(12) == nil })
            _ = try await world.booking.reservations.cancel(held.id, by: BookingWorld.person(1))
            try await world.booking.planner.plan()
            #expect(try await eventually { try await world.remaining(12) == 7 })
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a day planned while somebody books it keeps the booking's cell as it was`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            try await world.change(to: rules(slot: 30))
            let plan = try CheckHold.plan(
                BookingWorld.request(12), by: BookingWorld.person(1), catalogue: world.core.catalogue.current,
                settings: world.core.settings, at: world.core.now())
            let step = HoldStep(
                plan: plan, person: BookingWorld.person(1).subject, client: "client",
                id: world.core.surroundings.newID(),
                code: BookingCode.make(random: SystemRandom()), core: world.core, now: world.core.now())
            try await overlapping(world.database) {
                _ = try step.run(in: $0)
            } _: {
                try await world.booking.planner.plan()
            }
            let cell = try #require(try await cells(world).first { $0.start == BookingWorld.slot(12) })
            #expect(cell.end == BookingWorld.slot(13) && cell.used == 1 && !cell.open)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a new grid counts a booking of the old one that was made while it was planned`(
        backend: Backend
    ) async throws {
        try await withWorld(backend) { world in
            try await world.change(to: rules(slot: 30))
            let start = BookingWorld.slot(13)
            try await overlapping(world.database) { tx in
                let cell = CellStore.Span(start: start, end: start + .minutes(10))
                for _ in 0..<3 {
                    let isTaken = try CellStore.claim([cell], group: "night-a", channel: .web, in: tx)
                    #expect(isTaken)
                }
            } _: {
                try await world.booking.planner.plan()
            }
            let cell = try #require(try await cells(world).first { $0.start == BookingWorld.slot(12) })
            #expect(cell.end == BookingWorld.slot(15) && cell.cap == 4)
        }
    }

    @Test(arguments: Backend.available)
    func `a planner with older rules changes nothing that a newer one has planned`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            try await world.change(to: rules(slot: 20))
            let older = try await tasks(world)
            #expect(!older.isEmpty)
            try await world.change(to: rules(slot: 30))
            try await world.booking.planner.plan()
            let planned = try await cells(world)
            let now = world.clock.now()
            for task in older {
                let planned = try await world.database.transaction { try CellPlanner.apply(task, at: now, in: $0) }
                #expect(!planned)
            }
            #expect(try await cells(world) == planned)
            #expect(try await tasks(world).isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func `two planners with different rules on a fresh day: the second finds it planned`(backend: Backend) async throws
    {
        try await withWorld(backend) { world in
            // The horizon moves on by a day that nobody has planned.
            world.clock.advance(by: .days(1))
            let older = try await tasks(world)
            try await world.change(to: rules(slot: 30))
            let newer = try await tasks(world)
            let fresh = ProvinceTime.date(of: world.clock.now()).adding(days: 1)
            let one = try #require(older.first { $0.group == "night-a" && $0.day == fresh })
            let two = try #require(newer.first { $0.group == "night-a" && $0.day == fresh })
            #expect(one.fingerprint != two.fingerprint && one.known == nil && two.known == nil)
            let now = world.clock.now()
            try await overlapping(world.database) { tx in
                let planned = try CellPlanner.apply(one, at: now, in: tx)
                #expect(planned)
            } _: {
                let planned = try await world.database.transaction { try CellPlanner.apply(two, at: now, in: $0) }
                #expect(!planned)
            }
            try await world.booking.planner.plan()
            let cells = try await world.database.read {
                try CellStore.cells(group: "night-a", from: fresh, to: fresh, in: $0).filter(\.open)
            }
            #expect(cells.count == 48, "the next round plans by the rules in force")
            #expect(cells.allSatisfy { $0.end == $0.start + .minutes(30) })
        }
    }

    @Test(arguments: Backend.available)
    func `rules that change again and again while people book keep every count right`(backend: Backend) async throws {
        var settings = BookingSettings()
        settings.reofferDelay = .zero
        try await withWorld(backend, places: 6, settings: settings) { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for person in 0..<24 {
                    group.addTask {
                        var random = SplitMix(state: UInt64(person))
                        let me = BookingWorld.person(person)
                        for _ in 0..<6 {
                            let slot = Int.random(in: 5...14, using: &random)
                            guard let held = try? await world.hold(slot, by: person) else { continue }
                            guard Bool.random(using: &random) else { continue }
                            _ = try await world.booking.reservations.cancel(held.id, by: me)
                        }
                    }
                }
                group.addTask {
                    for slot in [30, 20, 10, 15, 30, 10] {
                        try await world.change(to: rules(slot: slot, places: 6))
                        try await world.booking.planner.plan()
                        try await Invariants.check(world.database)
                    }
                }
                try await group.waitForAll()
            }
            try await world.booking.planner.plan()
            try await Invariants.check(world.database)
            // However the grid has changed, nobody's time was promised twice: of 6 places 4 can be booked at any moment.
            let cells = try await cells(world)
            for minute in stride(from: 0, to: 1440, by: 5) {
                let moment = ProvinceTime.instant(of: ProvinceTime.date(of: BookingWorld.start), minute: minute)
                let promised = cells.filter { $0.start <= moment && moment < $0.end }.reduce(0) { $0 + $1.used }
                #expect(promised <= 4, "at \(ProvinceTime.clock(moment))")
            }
        }
    }
}
