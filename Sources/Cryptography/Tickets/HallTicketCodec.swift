import Core
import Crypto

/// Writes and reads hall tickets: 41 bytes of claims and their Ed25519 signature in 158 base45 characters.
package struct HallTicketCodec: Sendable {
    private static let format: UInt8 = 1
    private static let signatureLength = 64
    private static let textLength = 158
    /// Separates these signatures from any other use of a key.
    private static let purpose = Array("yimen hall ticket".utf8)

    private let signingKey: Curve25519.Signing.PrivateKey?
    private let signingNumber: Int
    /// By key number modulo 16, which is what the leading byte has room for.
    private let publicKeys: [Int: Curve25519.Signing.PublicKey]

    /// Signs with the ring's current key and accepts the last sixteen.
    package init(keyRing: KeyRing) throws {
        var publicKeys = [Int: Curve25519.Signing.PublicKey]()
        var signingKey: Curve25519.Signing.PrivateKey?
        for number in keyRing.numbers.suffix(16) {
            guard let root = keyRing.dataKeys[number] else { continue }
            let key = try Curve25519.Signing.PrivateKey(rawRepresentation: root.derived(for: "hall-ticket"))
            publicKeys[number % 16] = key.publicKey
            if number == keyRing.currentNumber { signingKey = key }
        }
        self.signingKey = signingKey
        self.publicKeys = publicKeys
        signingNumber = keyRing.currentNumber % 16
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
        self.publicKeys = keys
        signingKey = nil
        signingNumber = 0
    }

    /// The public keys by number, base64url, for devices that check tickets by themselves.
    package var exportedPublicKeys: [Int: String] {
        publicKeys.mapValues { Base64URL.encode(Array($0.rawRepresentation)) }
    }

    /// - Returns: 158 characters.
    package func encode(_ ticket: HallTicket) throws -> String {
        guard let signingKey else { throw HallTicketFault.unknownKey(signingNumber) }
        let claims = [HallTicketCodec.format << 4 | UInt8(signingNumber)] + ticket.body
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
        guard let key = publicKeys[number] else { throw .unknownKey(number) }
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
