import Core
import Cryptography
import Storage
import Synchronization
import TestKit
import Testing

@testable import Booking

/// Draws the same booking code for the first two reservations.
private final class SameCodeTwice: RandomSource {
    private let drawn = Mutex<UInt8>(0)

    func bytes(_ count: Int) -> [UInt8] {
        guard count == 8 else { return SystemRandom().bytes(count) }
        let number = drawn.withLock { drawn in
            drawn += 1
            return drawn
        }
        return [UInt8](repeating: 0, count: 7) + [number <= 2 ? 1 : number]
    }
}

@Suite("Holds that share a commit")
struct SharedCommitTests {
    @Test(arguments: Backend.available)
    func `a booking that is moved and cancelled at once leaves no place taken`(backend: Backend) async throws {
        try await withDatabase(backend, BookingMigrations.all) { database in
            let world = try BookingWorld(
                database, clock: MovableClock(BookingWorld.start), keyRing: .temporary(), settings: BookingSettings())
            try await world.open(places: 400)
            for round in 0..<10 {
                let booked = try await withThrowingTaskGroup(of: Reservation.self) { group in
                    for number in 1...12 {
                        group.addTask { try await world.book(3, by: round * 100 + number).reservation }
                    }
                    return try await group.reduce(into: [Reservation]()) { $0.append($1) }
                }
                await withTaskGroup(of: Void.self) { group in
                    for reservation in booked {
                        let person = Int((reservation.person ?? "").split(separator: "-").last ?? "0") ?? 0
                        let me = BookingWorld.person(person)
                        group.addTask {
                            _ = try? await world.booking.reservations.move(
                                reservation.id, to: BookingWorld.slot(5), by: me)
                        }
                        group.addTask { _ = try? await world.booking.reservations.cancel(reservation.id, by: me) }
                    }
                }
                try await Invariants.check(database)
            }
        }
    }

    @Test(arguments: Backend.available)
    func `a request repeated at another server disturbs none of those whose commit it shares`(backend: Backend)
        async throws
    {
        try await withDatabase(backend, BookingMigrations.all) { database in
            let ring = KeyRing.temporary()
            let clock = MovableClock(BookingWorld.start)
            let one = try BookingWorld(database, clock: clock, keyRing: ring, settings: BookingSettings())
            let other = try BookingWorld(database, clock: clock, keyRing: ring, settings: BookingSettings())
            try await one.open(places: 40)
            let me = BookingWorld.person(1)
            let first = try await one.booking.reservations.hold(
                BookingWorld.request(3), by: me, idempotencyKey: "key-00001")
            let answers = try await withThrowingTaskGroup(of: Reservation.self) { group in
                for number in 2...30 {
                    group.addTask {
                        try await other.booking.reservations.hold(
                            BookingWorld.request(3 + number % 5), by: BookingWorld.person(number),
                            idempotencyKey: "key-of-\(number)")
                    }
                    guard number % 6 == 0 else { continue }
                    group.addTask {
                        try await other.booking.reservations.hold(
                            BookingWorld.request(3), by: me, idempotencyKey: "key-00001")
                    }
                }
                return try await group.reduce(into: [Reservation]()) { $0.append($1) }
            }
            #expect(answers.filter { $0 == first }.count == 5)
            #expect(Set(answers.map(\.id)).count == 30)
            try await Invariants.check(database)
        }
    }

    @Test(arguments: Backend.available)
    func `one key sent many times at once holds once`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let answers = try await withThrowingTaskGroup(of: Reservation.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await world.booking.reservations.hold(
                            BookingWorld.request(4), by: BookingWorld.person(1), idempotencyKey: "key-00001")
                    }
                }
                return try await group.reduce(into: [Reservation]()) { $0.append($1) }
            }
            #expect(Set(answers).count == 1)
            #expect(try await world.remaining(4) == 6)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `a code that another reservation has is drawn anew`(backend: Backend) async throws {
        try await withDatabase(backend, BookingMigrations.all) { database in
            let world = try BookingWorld(
                database, clock: MovableClock(BookingWorld.start), keyRing: KeyRing.temporary(),
                settings: BookingSettings(), random: SameCodeTwice())
            try await world.open(places: 20)
            let codes = try await withThrowingTaskGroup(of: String?.self) { group in
                for number in 1...8 { group.addTask { try await world.hold(3, by: number).code } }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(Set(codes).count == 8)
            try await Invariants.check(database)
        }
    }
}
