package import Core
import Crypto

/// The server's own secret keys: numbered data keys, of which one is used for new values, and one index key that stays
/// the same when data keys are rotated.
package struct KeyRing: Sendable {
    /// What opens: the current key, the older ones, and one that waits to become current.
    let dataKeys: [Int: RootKey]
    /// Out of use; only tickets signed with them are still honoured.
    let retiredKeys: [Int: RootKey]
    let indexKey: RootKey
    /// The number of the data key under which new values are sealed, from 1.
    package let currentNumber: Int
    /// The key that opens already and waits for `activateNext`.
    package let nextNumber: Int?

    init(
        dataKeys: [Int: RootKey], retiredKeys: [Int: RootKey] = [:], indexKey: RootKey, currentNumber: Int,
        nextNumber: Int? = nil
    ) {
        self.dataKeys = dataKeys
        self.retiredKeys = retiredKeys
        self.indexKey = indexKey
        self.currentNumber = currentNumber
        self.nextNumber = nextNumber
    }

    package var numbers: [Int] { dataKeys.keys.sorted() }
    package var retiredNumbers: [Int] { retiredKeys.keys.sorted() }

    /// Keys that live as long as the process, for tests.
    package static func temporary(random: some RandomSource = SystemRandom(), numbers: ClosedRange<Int> = 1...1)
        -> KeyRing
    {
        KeyRing(
            dataKeys: Dictionary(uniqueKeysWithValues: numbers.map { ($0, RootKey(random: random)) }),
            indexKey: RootKey(random: random), currentNumber: numbers.upperBound)
    }

    /// The ring in a directory; what is missing in it is made, so that a first start needs no preparation.
    ///
    /// Processes that start at once agree on one ring: a key file appears whole and is never overwritten.
    /// - Throws: `KeyRingFault` naming the file and what to do.
    package static func loadOrCreate(
        directory: String, random: some RandomSource = SystemRandom()
    ) throws(KeyRingFault) -> KeyRing {
        let store = KeyDirectory(path: directory)
        try store.createIfMissing()
        return try store.locked { () throws(KeyRingFault) in
            let names = try store.keyNames()
            // Only an empty directory is a first start: one kind of key without the other means a lost file.
            if names.isEmpty {
                try store.create(.data(1), RootKey(random: random))
                try store.create(.index, RootKey(random: random))
            }
            return try load(directory: store)
        }
    }

    /// Whether a directory is not there, or holds no key at all.
    ///
    /// - Throws: `KeyRingFault.unreachable` for one that cannot be looked into.
    package static func isMissing(directory: String) throws(KeyRingFault) -> Bool {
        let store = KeyDirectory(path: directory)
        guard store.exists else { return true }
        return try store.keyNames().isEmpty
    }

    /// The ring in a directory that must already hold one.
    package static func load(directory: String) throws(KeyRingFault) -> KeyRing {
        let store = KeyDirectory(path: directory)
        return try store.locked { () throws(KeyRingFault) in try load(directory: store) }
    }

    static func load(directory store: KeyDirectory) throws(KeyRingFault) -> KeyRing {
        let names = try store.keyNames()
        guard let current = names.data.max() else { throw .incomplete(store.path, missing: KeyName.data(1).fileName) }
        guard names.hasIndex else { throw .incomplete(store.path, missing: KeyName.index.fileName) }
        var keys = [Int: RootKey]()
        for number in names.next { keys[number] = try store.read(.next(number)) }
        for number in names.data { keys[number] = try store.read(.data(number)) }
        var retired = [Int: RootKey]()
        for number in names.retired { retired[number] = try store.read(.retired(number)) }
        return KeyRing(
            dataKeys: keys, retiredKeys: retired, indexKey: try store.read(.index), currentNumber: current,
            nextNumber: names.next.max())
    }
}

/// 32 random bytes from which the keys of each use are derived; never used as a key itself.
struct RootKey: Sendable, Equatable {
    static let length = 32
    private let key: SymmetricKey

    init(random: some RandomSource) {
        key = SymmetricKey(data: random.bytes(RootKey.length))
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == RootKey.length else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// A key of its own for each use (RFC 5869), so that no use can betray another.
    func derived(for use: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, info: Array("yimen/v1/\(use)".utf8), outputByteCount: RootKey.length)
    }

    var bytes: [UInt8] { key.withUnsafeBytes { Array($0) } }
}

/// Why the ring cannot be used, with the remedy.
package enum KeyRingFault: Error, Sendable, Hashable, CustomStringConvertible {
    case unreachable(String, reason: String)
    case permissions(String)
    case malformed(String)
    case incomplete(String, missing: String)
    case notRetirable(Int, reason: String)

    package var description: String {
        switch self {
        case .unreachable(let path, let reason): "\(path): \(reason); give the server's user this directory"
        case .permissions(let path): "\(path): others may read this key file; run chmod 600 on it"
        case .malformed(let path): "\(path): not a key file; restore it from a backup, as sealed data needs it"
        case .incomplete(let path, let missing):
            "\(path): the key file \(missing) is missing; restore it from a backup, as sealed data needs it"
        case .notRetirable(let number, let reason): "Key \(number) cannot be retired: \(reason)."
        }
    }
}
