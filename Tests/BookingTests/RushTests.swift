import Core
import TestKit
import Testing

@testable import Booking

@Suite("Capacity under a rush: never more than there is, on any interleaving")
struct RushTests {
    @Test(arguments: Backend.available)
    func `two hundred clients on each of three channels race for one slot`(backend: Backend) async throws {
        try await withWorld(backend, places: 30) { world in
            let sold = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<200 {
                    for channel in Channel.allCases {
                        group.addTask {
                            do {
                                let held = try await world.hold(12, by: number * 3 + 1000, channel: channel)
                                // Half of the winners confirm, and give up again after that.
                                guard number % 2 == 0 else { return true }
                                _ = try await world.booking.reservations.confirm(
                                    held.id, by: BookingWorld.person(number * 3 + 1000, channel: channel))
                                return true
                            } catch {
                                return false
                            }
                        }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(sold == 21)
            #expect(try await world.remaining(12) == 0)
            try await Invariants.check(world.database)
        }
    }

    @Test(arguments: Backend.available)
    func `holding, confirming, moving and giving up at once keeps every count right`(backend: Backend) async throws {
        var settings = BookingSettings()
        settings.reofferDelay = .zero
        try await withWorld(backend, places: 6, settings: settings) { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for person in 0..<40 {
                    group.addTask {
                        var random = SplitMix(state: UInt64(person))
                        let me = BookingWorld.person(person)
                        for _ in 0..<6 {
                            let slot = Int.random(in: 5...9, using: &random)
                            guard let held = try? await world.hold(slot, by: person) else { continue }
                            guard let booked = try? await world.booking.reservations.confirm(held.id, by: me) else {
                                continue
                            }
                            let target = BookingWorld.slot(Int.random(in: 5...9, using: &random))
                            _ = try? await world.booking.reservations.move(booked.reservation.id, to: target, by: me)
                            if Bool.random(using: &random) {
                                _ = try await world.booking.reservations.cancel(held.id, by: me)
                            }
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<10 {
                        try await world.booking.sweeper.sweep()
                        try await Invariants.check(world.database)
                    }
                }
                try await group.waitForAll()
            }
            world.clock.advance(by: .seconds(1))
            try await world.booking.sweeper.sweep()
            try await Invariants.check(world.database)
        }
    }
}
