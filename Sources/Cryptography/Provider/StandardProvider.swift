import Core
import Crypto

/// AES-256-GCM sealing, HMAC-SHA256 blind index and SHA-256 digest; each use has its own key, derived with HKDF
/// (RFC 5869) from the ring.
package struct StandardProvider: CryptoProvider {
    private static let format = "v1"
    private static let nonceLength = 12
    private static let tagLength = 16

    private let sealingKeys: [Int: SymmetricKey]
    private let currentNumber: Int
    private let indexKey: SymmetricKey

    package init(keyRing: KeyRing) {
        sealingKeys = keyRing.dataKeys.mapValues { $0.derived(for: "seal") }
        currentNumber = keyRing.currentNumber
        indexKey = keyRing.indexKey.derived(for: "blind-index")
    }

    package func seal(_ plaintext: [UInt8], context: String) throws -> String {
        guard let key = sealingKeys[currentNumber] else { throw SealFault.unknownKey(currentNumber) }
        let head = "\(StandardProvider.format).\(currentNumber)."
        let box = try AES.GCM.seal(
            plaintext, using: key, nonce: AES.GCM.Nonce(), authenticating: Array((head + context).utf8))
        return head + Base64URL.encode(Array(box.nonce) + Array(box.ciphertext) + Array(box.tag))
    }

    package func open(_ sealed: String, context: String) throws -> [UInt8] {
        let parts = sealed.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let number = StandardProvider.number(parts[1]) else { throw SealFault.malformed }
        guard parts[0] == StandardProvider.format else { throw SealFault.unknownFormat }
        guard let key = sealingKeys[number] else { throw SealFault.unknownKey(number) }
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
        !sealed.hasPrefix("\(StandardProvider.format).\(currentNumber).")
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
