#if DEBUG || YIMEN_FUZZING
import Core
import Foundation

@testable import Cryptography
@testable import Storage

/// Keys that are the same in every run, so that what one run has collected still means something to the next.
enum FixedValues {
    static let issuer = "https://yimen.example"
    static let now = Instant(seconds: 1_800_000_000)

    struct Random: RandomSource {
        func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) } }
    }

    struct Clock: WallClock {
        func now() -> Instant { FixedValues.now }
    }

    static let ring = KeyRing.temporary(random: Random())
    static let crypto = StandardProvider(keyRing: ring)
    static let key = signingKey(1)
    static let otherKey = signingKey(2)

    /// A private key of Ed25519 in PKCS#8 (RFC 8410 §7) whose 32 bytes are all the same.
    private static func signingKey(_ byte: UInt8) -> SigningKey {
        let prefix: [UInt8] = [
            0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
        ]
        let text = Data(prefix + [UInt8](repeating: byte, count: 32)).base64EncodedString()
        let pem = "-----BEGIN PRIVATE KEY-----\n\(text)\n-----END PRIVATE KEY-----\n"
        return made { try SigningKey(.ed25519, pem: Secret(pem)) }
    }

    /// What this program makes for itself never fails.
    static func made<Value>(_ make: () throws -> Value) -> Value {
        do { return try make() } catch { fatalError("the probe is broken: \(error)") }
    }

    /// A token with any header at all, signed.
    static func token(header: [UInt8], payload: [UInt8]) -> String {
        let message = Base64URL.encode(header) + "." + Base64URL.encode(payload)
        return message + "." + Base64URL.encode(made { try key.signature(over: Array(message.utf8)) })
    }
}

/// A database that holds one signing key and nothing else.
struct KeyDatabase: Database, Statements {
    let engine = DatabaseEngine.sqlite
    let rows: [Row]

    func read<Value: Sendable>(_ body: @escaping @Sendable (any Statements) throws -> Value) async throws -> Value {
        try body(self)
    }

    func transaction<Value: Sendable>(
        combining lane: CallLane?, _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value { throw StorageError.unavailable("read only") }

    func schemaChange<Value: Sendable>(
        _ body: @escaping @Sendable (any SchemaTransaction) throws -> Value
    ) async throws -> Value { throw StorageError.unavailable("read only") }

    func listen(_ channel: String) -> AsyncStream<Change> { AsyncStream { $0.finish() } }
    func checkHealth() async throws {}
    var load: DatabaseLoad { DatabaseLoad(waiting: [:], working: 0, workers: 0) }
    func close() async {}

    func query(_ sql: SQL, _ parameters: [SQLValue]) throws -> [Row] { parameters.isEmpty ? rows : [] }
    func execute(_ sql: SQL, _ parameters: [SQLValue]) throws -> Int { 0 }
}
#endif
