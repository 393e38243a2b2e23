import Core
import Storage
import TestKit
import Testing

@testable import Identity

@Suite("RFC 8628 §5.1: how often user codes may be guessed")
struct UserCodeThrottleTests {
    /// How many of 100 people may guess once each, one after another, from these addresses.
    private func guesses(from address: @Sendable @escaping (Int) -> String) async throws -> Int {
        let count = Counted()
        try await withDatabase(.sqlite, IdentityMigrations.all) { database in
            let throttle = UserCodeThrottle(crypto: House.crypto)
            let now = MovableClock().now()
            for number in 0..<100 {
                let may = try await database.transaction {
                    try throttle.take(person: "p\(number)", address: address(number), at: now, in: $0)
                }
                if may { count.value += 1 }
            }
        }
        return count.value
    }

    @Test func `an IPv6 address counts by its network, an IPv4 address by itself`() async throws {
        #expect(try await guesses { "2001:db8:1:2::\($0)" } == 60)
        #expect(try await guesses { "2001:db8:1:\($0)::1" } == 100)
        #expect(try await guesses { "198.51.100.\($0)" } == 100)
        #expect(try await guesses { $0.isMultiple(of: 2) ? "198.51.100.1" : "::ffff:198.51.100.1" } == 60)
    }
}

private final class Counted: @unchecked Sendable {
    // Written before `withDatabase` returns and read after it.
    var value = 0
}
