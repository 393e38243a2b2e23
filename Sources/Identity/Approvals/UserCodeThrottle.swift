import Core
import Cryptography
import Storage
import Web

/// How often user codes may be guessed (RFC 8628 §5.1, identity rule 19): by one person, from one
/// address, and by everybody together.
struct UserCodeThrottle: Sendable {
    private static let perPerson = 10
    /// A hall or a campus shares an address. An IPv6 address counts by its /64, or one guesser would have more
    /// addresses than there are codes.
    private static let perAddress = 60
    /// With a million codes open at once, which there never are, this many guesses find one in 26 times.
    private static let together = 1_000
    private static let window = Duration.minutes(15)

    let crypto: any CryptoProvider

    /// Counts one guess, before anybody knows whether it is right: of guesses at the same moment each sees those
    /// before.
    ///
    /// While all people together guess too often, only those go on who have not missed yet: an attack keeps nobody from
    /// typing the code on their own television.
    ///
    /// - Returns: false when no further guess may be made now.
    func take(person: String, address: String, at now: Instant, in transaction: any Transaction) throws -> Bool {
        var counts = [Bucket: Int]()
        for bucket in buckets(person: person, address: address) {
            counts[bucket.kind] = try SignInFailureStore.count(
                bucket.index, windowEnds: now + Self.window, at: now, in: transaction)
        }
        let mayMiss = (counts[.together] ?? 0) > Self.together ? 1 : Self.perPerson
        return (counts[.person] ?? 0) <= mayMiss && (counts[.address] ?? 0) <= Self.perAddress
    }

    /// A guess that was right counts for nothing.
    func giveBack(person: String, address: String, in transaction: any Transaction) throws {
        for bucket in buckets(person: person, address: address) {
            try SignInFailureStore.uncount(bucket.index, in: transaction)
        }
    }

    private enum Bucket: CaseIterable {
        case person, address, together
    }

    /// In an order that is the same for all who hold some of the rows.
    private func buckets(person: String, address: String) -> [(kind: Bucket, index: String)] {
        Bucket.allCases.map { kind in
            let name =
                switch kind {
                case .person: "person:" + person
                case .address: "address:" + CallerKey.normalise(address)
                case .together: "all"
                }
            return (kind, crypto.blindIndex("user-code:" + name, domain: "identity_sign_in_failure"))
        }.sorted { $0.index < $1.index }
    }
}
