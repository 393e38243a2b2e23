import Core
import Cryptography
import Storage
import Web

/// How often passwords may be tried. Failures are counted for an account, an address and a device;
/// a device that the person has used before is counted apart from strangers, so that nobody can
/// lock somebody else out of their own phone (identity rule 30).
package struct SignInThrottle: Sendable {
    package struct Limits: Sendable {
        /// Failures of strangers against one account within the window.
        package var account = 10
        /// Failures of one known device against its own account.
        package var knownDevice = 10
        /// Failures from one address against any accounts; a hall or a campus shares one address.
        package var address = 200
        package var window: Duration = .minutes(15)

        package init() {}
    }

    /// The counters that one attempt falls under.
    struct Buckets: Sendable {
        /// `nil` for what can be no account's name: it counts against the address alone.
        let account: String?
        let address: String
        let knownDevice: String
    }

    let limits: Limits
    let crypto: any CryptoProvider

    /// Blind: what was typed may be a phone, an address is personal data too. An IPv6 address counts by its /64, or
    /// one attacker would have more addresses than there are guesses.
    ///
    /// - Parameter name: `nil` for what can be no account's name.
    func buckets(name: String?, address: String, deviceHash: String) -> Buckets {
        Buckets(
            account: name.map { blind("account:" + $0) }, address: blind("address:" + CallerKey.normalise(address)),
            knownDevice: blind("device:" + deviceHash + ":" + (name ?? "")))
    }

    private func blind(_ text: String) -> String { crypto.blindIndex(text, domain: "identity_sign_in_failure") }

    /// - Returns: how long to wait before another attempt makes sense; `nil` to go ahead.
    ///
    /// - Parameter counted: how many of the failures on record are this attempt's own.
    func delay(
        _ buckets: Buckets, deviceIsKnown: Bool, counted: Int = 0, at now: Instant, in statements: any Statements
    ) throws -> Duration? {
        var delay: Duration?
        // What strangers do at the same address does not lock out a device that is known for the account.
        let judged = deviceIsKnown ? [(buckets.knownDevice, limits.knownDevice)] : limited(buckets, deviceIsKnown)
        for (bucket, limit) in judged {
            guard let counter = try SignInFailureStore.find(bucket, at: now, in: statements),
                counter.failures - counted >= limit
            else { continue }
            delay = max(delay ?? .zero, counter.windowEnds - now)
        }
        return delay
    }

    func recordFailure(_ buckets: Buckets, deviceIsKnown: Bool, at now: Instant, in transaction: any Transaction)
        throws
    {
        for (bucket, _) in limited(buckets, deviceIsKnown).sorted(by: { $0.0 < $1.0 }) {
            try SignInFailureStore.count(bucket, windowEnds: now + limits.window, at: now, in: transaction)
        }
    }

    /// A right password from a known device forgets that device's own slips.
    func recordSuccess(_ buckets: Buckets, in transaction: any Transaction) throws {
        try SignInFailureStore.forget(buckets.knownDevice, in: transaction)
    }

    private func limited(_ buckets: Buckets, _ deviceIsKnown: Bool) -> [(String, Int)] {
        let first =
            deviceIsKnown ? (buckets.knownDevice, limits.knownDevice) : buckets.account.map { ($0, limits.account) }
        return [first].compactMap { $0 } + [(buckets.address, limits.address)]
    }
}
