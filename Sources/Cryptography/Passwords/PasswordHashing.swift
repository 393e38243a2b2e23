package import Core
import Foundation
import Synchronization

/// What a comparison found.
package enum PasswordVerdict: Sendable, Hashable {
    case matches
    /// Right, but the hash was made with other costs than new ones are: hash again and store.
    case matchesNeedsRehash
    case differs
}

/// Argon2id password hashes in a bounded pool of threads.
///
/// A hash is meant to be slow, so the pool is the narrowest place of the server: beyond its queue, callers are
/// refused at once with `Problem.busy` instead of all of them waiting for ever longer.
package final class PasswordHashing: Sendable {
    package struct Settings: Sendable, Hashable {
        package var parameters: PasswordParameters
        /// One for each core by default.
        package var threads: Int
        /// Comparisons that may wait when every thread is busy.
        package var queueLimit: Int

        package init(
            parameters: PasswordParameters = .standard, threads: Int = ProcessInfo.processInfo.activeProcessorCount,
            queueLimit: Int = 128
        ) {
            self.parameters = parameters
            self.threads = max(1, threads)
            self.queueLimit = max(0, queueLimit)
        }
    }

    private static let saltLength = 16
    private static let hashLength = 32
    private static let longestPassword = 1024

    private let settings: Settings
    private let random: any RandomSource
    private let threads: HashingThreads
    /// Milliseconds one hash took lately, for `Retry-After`.
    private let recentMilliseconds = Mutex(50.0)

    /// A hash that no password matches and that costs as much as any: comparing with it for unknown names keeps
    /// their answers as slow as those for known ones.
    package let dummyHash: String

    package init(settings: Settings = Settings(), random: any RandomSource = SystemRandom()) {
        self.settings = settings
        self.random = random
        threads = HashingThreads(count: settings.threads, queueLimit: settings.queueLimit)
        dummyHash =
            PHCString(
                parameters: settings.parameters, salt: random.bytes(PasswordHashing.saltLength),
                hash: random.bytes(PasswordHashing.hashLength)
            ).description
    }

    /// - Returns: a PHC string with a fresh salt.
    /// - Throws: `Problem.busy`, `PasswordFault`, `CancellationError`.
    package func hash(_ password: Secret<String>) async throws -> String {
        let bytes = try PasswordHashing.prepared(password)
        let salt = random.bytes(PasswordHashing.saltLength)
        let parameters = settings.parameters
        let hash = try await run { () throws(PasswordFault) in
            try Argon2id.hash(bytes, salt: salt, parameters: parameters, length: PasswordHashing.hashLength)
        }
        return PHCString(parameters: parameters, salt: salt, hash: hash).description
    }

    /// - Parameter phc: any Argon2id hash within bounds, also one made with other costs.
    /// - Throws: `Problem.busy`, `PasswordFault`, `CancellationError`.
    package func verify(_ password: Secret<String>, against phc: String) async throws -> PasswordVerdict {
        let bytes = try PasswordHashing.prepared(password)
        guard let stored = PHCString(phc) else { throw PasswordFault.unreadableHash }
        let hash = try await run { () throws(PasswordFault) in
            try Argon2id.hash(bytes, salt: stored.salt, parameters: stored.parameters, length: stored.hash.count)
        }
        guard ConstantTime.equals(hash, stored.hash) else { return .differs }
        let isCurrent =
            stored.parameters == settings.parameters && stored.hash.count == PasswordHashing.hashLength
            && stored.salt.count >= PasswordHashing.saltLength
        return isCurrent ? .matches : .matchesNeedsRehash
    }

    private func run(_ work: @escaping @Sendable () throws(PasswordFault) -> [UInt8]) async throws -> [UInt8] {
        let outcome = try await threads.run { () -> Result<[UInt8], PasswordFault> in
            let start = ContinuousClock.now
            let result = Result { () throws(PasswordFault) in try work() }
            let taken = Double((ContinuousClock.now - start).milliseconds)
            self.recentMilliseconds.withLock { $0 += (taken - $0) / 16 }
            return result
        }
        guard let outcome else { throw Problem.busy(retryAfter: secondsUntilRoom()) }
        return try outcome.get()
    }

    /// How long the queue before the threads takes at the recent pace, from 1 to 30 seconds.
    private func secondsUntilRoom() -> Int {
        let milliseconds = recentMilliseconds.withLock { $0 } * Double(threads.load) / Double(settings.threads)
        return min(30, max(1, Int((milliseconds / 1000).rounded(.up))))
    }

    /// The bytes to hash. Composed and decomposed spellings are one password (RFC 8265 §4.2.2), as keyboards differ.
    private static func prepared(_ password: Secret<String>) throws(PasswordFault) -> [UInt8] {
        let text = password.reveal()
        guard text.utf8.count <= longestPassword else { throw .tooLong }
        return Array(text.precomposedStringWithCanonicalMapping.utf8)
    }
}
