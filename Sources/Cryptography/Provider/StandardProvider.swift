import Core
import Crypto

/// AES-256-GCM sealing, HMAC-SHA256 blind index and SHA-256 digest; each use has its own key, derived with HKDF
/// (RFC 5869) from the ring.
package struct StandardProvider: CryptoProvider {
    private static let format = "v1"
    private static let nonceLength = 12
    private static let tagLength = 16

    private final class SealingKeys: Sendable {
        let byNumber: [Int: SymmetricKey]
        let current: Int

        init(_ ring: KeyRing) {
            byNumber = ring.dataKeys.mapValues { $0.derived(for: "seal") }
            current = ring.currentNumber
        }
    }

    private let keys: LiveKeyRing
    private let sealing: Derivation<SealingKeys>
    private let indexKey: SymmetricKey

    package init(keyRing: KeyRing) {
        self.init(keys: LiveKeyRing(keyRing))
    }

    /// - Parameter keys: followed while the process runs; the index key is the one of the start.
    package init(keys: LiveKeyRing) {
        self.keys = keys
        sealing = Derivation(keys) { SealingKeys($0) }
        indexKey = keys.ring.indexKey.derived(for: "blind-index")
    }

    package func seal(_ plaintext: [UInt8], context: String) throws -> String {
        let keys = sealing.value
        guard let key = keys.byNumber[keys.current] else { throw SealFault.unknownKey(keys.current) }
        let head = "\(StandardProvider.format).\(keys.current)."
        let box = try AES.GCM.seal(
            plaintext, using: key, nonce: AES.GCM.Nonce(), authenticating: Array((head + context).utf8))
        return head + Base64URL.encode(Array(box.nonce) + Array(box.ciphertext) + Array(box.tag))
    }

    package func open(_ sealed: String, context: String) throws -> [UInt8] {
        let parts = sealed.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let number = StandardProvider.number(parts[1]) else { throw SealFault.malformed }
        guard parts[0] == StandardProvider.format else { throw SealFault.unknownFormat }
        guard let key = key(number) else { throw SealFault.unknownKey(number) }
        guard let bytes = Base64URL.decode(parts[2]),
            bytes.count >= StandardProvider.nonceLength + StandardProvider.tagLength
        else { throw SealFault.malformed }
        let head = "\(StandardProvider.format).\(number)."
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: bytes.prefix(StandardProvider.nonceLength)),
                ciphertext: bytes.dropFirst(StandardProvider.nonceLength).dropLast(StandardProvider.tagLength),
                tag: bytes.suffix(StandardProvider.tagLength))
            return Array(try AES.GCM.open(box, using: key, authenticating: Array((head + context).utf8)))
        } catch {
            throw SealFault.notAuthentic
        }
    }

    package func needsResealing(_ sealed: String) -> Bool {
        !sealed.hasPrefix("\(StandardProvider.format).\(sealing.value.current).")
    }

    /// The number of the key that a value was sealed under; `nil` when the text is no sealed value of this provider.
    package static func keyNumber(of sealed: String) -> Int? {
        let parts = sealed.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == format else { return nil }
        return number(parts[1])
    }

    /// A key that another process has added is looked for at once: its file exists before the first value under it.
    private func key(_ number: Int) -> SymmetricKey? {
        if let key = sealing.value.byNumber[number] { return key }
        guard (try? keys.refresh()) == true else { return nil }
        return sealing.value.byNumber[number]
    }

    package func blindIndex(_ value: String, domain: String) -> String {
        // The length keeps the border between domain and value unambiguous.
        let message = Array("\(domain.utf8.count):\(domain)\(value)".utf8)
        return Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: message, using: indexKey)))
    }

    package func digest(_ value: String) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(value.utf8))))
    }

    /// A key number without sign or leading zero, so that a sealed value has one spelling.
    private static func number(_ text: Substring) -> Int? {
        guard let number = Int(text), number > 0, String(number) == text else { return nil }
        return number
    }
}
