import Core
import Cryptography
import Storage

/// How often user codes may be guessed (RFC 8628 §5.1, identity rule 19): by one person, from one
/// address, and by everybody together.
struct UserCodeThrottle: Sendable {
    private static let perPerson = 10
    /// A hall or a campus shares an address.
    private static let perAddress = 60
    /// With a million codes open at once, which there never are, this many guesses find one in 26 times.
    private static let together = 1_000
    private static let window = Duration.minutes(15)

    let crypto: any CryptoProvider

    private func limits(person: String, address: String) -> [(bucket: String, limit: Int)] {
        [("person:" + person, Self.perPerson), ("address:" + address, Self.perAddress), ("all", Self.together)].map {
            (crypto.blindIndex("user-code:" + $0.0, domain: "identity_sign_in_failure"), $0.1)
        }
    }

    func isExhausted(person: String, address: String, at now: Instant, in statements: any Statements) throws -> Bool {
        try limits(person: person, address: address).contains { bucket, limit in
            (try SignInFailureStore.find(bucket, at: now, in: statements)?.failures ?? 0) >= limit
        }
    }

    func recordMiss(person: String, address: String, at now: Instant, in transaction: any Transaction) throws {
        for (bucket, _) in limits(person: person, address: address).sorted(by: { $0.bucket < $1.bucket }) {
            try SignInFailureStore.count(bucket, windowEnds: now + Self.window, at: now, in: transaction)
        }
    }
}
