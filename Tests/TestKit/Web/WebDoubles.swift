package import Core
import Synchronization
package import Web

/// Stands in for hashing: different texts give different values, the same text the same.
package struct PlainSecrets: WebSecrets {
    package init() {}

    package func digest(_ text: String) -> String { mix("digest", text) }
    package func authenticate(_ text: String, purpose: String) -> String { mix(purpose, text) }

    private func mix(_ purpose: String, _ text: String) -> String {
        var bytes = [UInt8]()
        for round in 0..<4 as Range<UInt64> {
            var value = 0xCBF2_9CE4_8422_2325 ^ round
            for byte in (purpose + "\u{1}" + text).utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
        return Base64URL.encode(bytes)
    }
}

/// Accepts the tokens it was given.
package final class KnownTokens: AccessTokenVerifier {
    private let known: Mutex<[String: Principal]>

    package init(_ known: [String: Principal] = [:]) {
        self.known = Mutex(known)
    }

    package func add(_ token: String, _ principal: Principal) {
        known.withLock { $0[token] = principal }
    }

    /// As after a revocation.
    package func forget(_ token: String) {
        known.withLock { $0[token] = nil }
    }

    package func verify(_ token: String) async throws -> Principal {
        guard let principal = known.withLock({ $0[token] }) else { throw Problem.invalidToken() }
        return principal
    }
}

/// Keeps page sessions in memory.
package final class MemoryPageSessions: PageSessionStore {
    private let records = Mutex<[String: PageSessionRecord]>([:])
    private let interruption = Mutex<(@Sendable (PageSessionRecord) -> PageSessionRecord?)?>(nil)

    package init() {}

    package var count: Int { records.withLock { $0.count } }
    package var all: [PageSessionRecord] { records.withLock { Array($0.values) } }

    /// What another process does to the record just before the next `replace`; `nil` ends the session.
    package func beforeNextReplace(_ change: @escaping @Sendable (PageSessionRecord) -> PageSessionRecord?) {
        interruption.withLock { $0 = change }
    }

    package func create(_ record: PageSessionRecord) async throws {
        records.withLock { $0[record.key] = Self.stored(record) }
    }

    package func find(key: String) async throws -> PageSessionRecord? {
        records.withLock { $0[key] }
    }

    package func replace(_ record: PageSessionRecord) async throws -> Bool {
        let change = interruption.withLock { change in
            defer { change = nil }
            return change
        }
        return records.withLock { records in
            if let change, let there = records[record.key] { records[record.key] = change(there).map(Self.stored) }
            guard let there = records[record.key], there.version == record.version else { return false }
            records[record.key] = Self.stored(record)
            return true
        }
    }

    private static func stored(_ record: PageSessionRecord) -> PageSessionRecord {
        PageSessionRecord(
            key: record.key, sid: record.sid, subject: record.subject, expiresAt: record.expiresAt,
            payload: record.payload, version: record.payload.reveal())
    }

    package func delete(key: String) async throws {
        records.withLock { _ = $0.removeValue(forKey: key) }
    }

    package func deleteAll(sids: [String]) async throws {
        records.withLock { records in
            records = records.filter { entry in entry.value.sid.map { !sids.contains($0) } ?? true }
        }
    }
}

/// A clock that a test moves while the code under test holds it.
package final class MovableClock: WallClock {
    private let instant: Mutex<Instant>

    package init(_ instant: Instant = Instant(seconds: 1_795_000_000)) {
        self.instant = Mutex(instant)
    }

    package func now() -> Instant { instant.withLock { $0 } }
    package func advance(by duration: Duration) { instant.withLock { $0 = $0 + duration } }
}
