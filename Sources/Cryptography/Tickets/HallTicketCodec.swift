import Core
import Crypto

/// Writes and reads hall tickets: 41 bytes of claims and their Ed25519 signature in 158 base45 characters.
package struct HallTicketCodec: Sendable {
    private static let format: UInt8 = 1
    private static let signatureLength = 64
    /// Characters of a ticket's text.
    package static let textLength = 158
    /// Separates these signatures from any other use of a key.
    private static let purpose = Array("yimen hall ticket".utf8)

    private struct Keys: Sendable {
        var signing: Curve25519.Signing.PrivateKey?
        var signingNumber = 0
        /// By key number modulo 16, which is what the leading byte has room for.
        var verifying = [Int: Curve25519.Signing.PublicKey]()
    }

    private enum Source: Sendable {
        case ring(Derivation<Keys>)
        case fixed(Keys)
    }

    private let source: Source

    private var keys: Keys {
        switch source {
        case .ring(let derived): derived.value
        case .fixed(let keys): keys
        }
    }

    package init(keyRing: KeyRing) throws {
        try self.init(keys: LiveKeyRing(keyRing))
    }

    /// Signs with the ring's current key and accepts the last sixteen, retired ones among them: a ticket is on paper
    /// and cannot be signed anew.
    /// - Parameter keys: followed while the process runs.
    package init(keys: LiveKeyRing) throws {
        source = .ring(
            try Derivation(keys) { ring in
                var keys = Keys()
                keys.signingNumber = ring.currentNumber % 16
                let all = ring.retiredKeys.merging(ring.dataKeys) { _, inUse in inUse }
                for number in all.keys.sorted().suffix(16) {
                    guard let root = all[number] else { continue }
                    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: root.derived(for: "hall-ticket"))
                    keys.verifying[number % 16] = key.publicKey
                    if number == ring.currentNumber { keys.signing = key }
                }
                return keys
            })
    }

    /// Reads only, as a device in a hall does.
    /// - Parameter publicKeys: as `exportedPublicKeys` gives them.
    package init(publicKeys: [Int: String]) throws(KeyFault) {
        var keys = [Int: Curve25519.Signing.PublicKey]()
        for (number, text) in publicKeys {
            guard (0..<16).contains(number), let bytes = Base64URL.decode(text),
                let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
            else { throw .malformed("ticket key \(number)") }
            keys[number] = key
        }
        source = .fixed(Keys(verifying: keys))
    }

    /// The public keys by number, base64url, for devices that check tickets by themselves.
    package var exportedPublicKeys: [Int: String] {
        keys.verifying.mapValues { Base64URL.encode(Array($0.rawRepresentation)) }
    }

    /// - Returns: 158 characters.
    package func encode(_ ticket: HallTicket) throws -> String {
        let keys = keys
        guard let signingKey = keys.signing else { throw HallTicketFault.unknownKey(keys.signingNumber) }
        let claims = [HallTicketCodec.format << 4 | UInt8(keys.signingNumber)] + ticket.body
        return Base45.encode(claims + Array(try signingKey.signature(for: HallTicketCodec.purpose + claims)))
    }

    /// The claims of a genuine ticket; whether it may be redeemed here and now is `HallTicket.check`'s to say.
    package func decode(_ text: String) throws(HallTicketFault) -> HallTicket {
        // Scanners that act as keyboards end their input with a line break.
        let text = text.utf8.last == UInt8(ascii: "\n") || text.utf8.last == UInt8(ascii: "\r") ? trimmed(text) : text
        guard text.utf8.count == HallTicketCodec.textLength else { throw .wrongLength }
        guard let bytes = Base45.decode(text),
            bytes.count == HallTicket.length + HallTicketCodec.signatureLength
        else { throw .malformed }
        guard bytes[0] >> 4 == HallTicketCodec.format else { throw .unknownFormat }
        let number = Int(bytes[0] & 0x0F)
        guard let key = keys.verifying[number] else { throw .unknownKey(number) }
        let claims = Array(bytes.prefix(HallTicket.length))
        guard key.isValidSignature(bytes.suffix(HallTicketCodec.signatureLength), for: HallTicketCodec.purpose + claims)
        else { throw .signatureInvalid }
        return HallTicket(body: Array(claims.dropFirst()))
    }

    private func trimmed(_ text: String) -> String {
        var bytes = Array(text.utf8)
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
