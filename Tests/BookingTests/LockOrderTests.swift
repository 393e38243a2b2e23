import Catalogue
import Core
import Foundation
import Storage
import Synchronization
import TestKit
import Testing

@testable import Booking

/// On PostgreSQL two transactions that lock the same rows in different orders wait for each other until one is undone
/// and tried again; SQLite runs them one after the other. Each body here must run once.
@Suite("Locks: all who change cells and limits take the cells first")
struct LockOrderTests {
    /// A hold in slow motion: the cell, a pause in which `other` runs into it, then the person's limits.
    ///
    /// - Returns: how often the hold was begun.
    private func slowHold(
        _ world: BookingWorld, _ slot: Int, by number: Int, meanwhile other: () async throws -> Void
    ) async throws -> Int {
        let person = BookingWorld.person(number).subject
        let taking = try #require(
            world.core.limits.taking(person: person, items: ["card"], start: BookingWorld.slot(slot)))
        let cell = CellStore.Span(start: BookingWorld.slot(slot), end: BookingWorld.slot(slot + 1))
        let begun = Counted()
        let (isOpen, signal) = AsyncStream.makeStream(of: Void.self)
        async let holding: Void = world.database.transaction { tx in
            defer { signal.finish() }
            begun.add()
            guard try CellStore.claim([cell], group: BookingWorld.group, channel: .web, in: tx) else {
                throw Problem(.slotTaken)
            }
            signal.finish()
            Thread.sleep(forTimeInterval: 0.4)
            _ = try tx.execute(taking.statement.0, taking.statement.1)
        }
        for await _ in isOpen {}
        let ended: Result<Void, any Error>
        do {
            ended = .success(try await other())
        } catch {
            ended = .failure(error)
        }
        try await holding
        try ended.get()
        return begun.value
    }

    @Test(arguments: Backend.available)
    func `a move and a hold of one person that want the same cell do not wait crosswise`(
        backend: Backend
    ) async throws {
        try await withWorld(backend) { world in
            let booked = try await world.book(5, by: 1).reservation
            let core = world.core
            let now = core.now()
            // To the next day, so that the limits change too.
            let slot = 90
            let plan = try CheckHold.plan(
                BookingWorld.request(slot), by: BookingWorld.person(1), catalogue: core.catalogue.current,
                settings: core.settings, at: now)
            let step = MoveStep(plan: plan, old: booked, reoffer: now, core: core, now: now)
            let moved = Counted()
            let holds = try await slowHold(world, slot, by: 1) {
                _ = try await world.database.transaction { tx in
                    moved.add()
                    return try step.run(in: tx)
                }
            }
            #expect(holds == 1 && moved.value == 1)
        }
    }

    @Test(arguments: Backend.available)
    func `a sweep over two holds and a hold of one of their persons do not wait crosswise`(
        backend: Backend
    ) async throws {
        try await withWorld(backend) { world in
            let core = world.core
            let held = [try await world.hold(95, by: 1), try await world.hold(96, by: 2)]
            let now = core.now()
            let swept = Counted()
            let holds = try await slowHold(world, 96, by: 1) {
                try await world.database.transaction { tx in
                    swept.add()
                    try core.end(held, .expired, at: now, in: tx)
                }
            }
            #expect(holds == 1 && swept.value == 1)
        }
    }
}

/// How often something was done, counted from any thread.
private final class Counted: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func add() { count.withLock { $0 += 1 } }
}
