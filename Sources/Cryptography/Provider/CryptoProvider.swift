/// What the domains ask of cryptography for data at rest; `standard` uses the algorithms of the web, a national
/// provider may use others behind the same words.
package protocol CryptoProvider: Sendable {
    /// Encrypts and authenticates a value for one place in the database.
    /// - Parameter context: the place, `table.column:rowid`; a ciphertext moved elsewhere does not open.
    /// - Returns: text `v<format>.<key number>.<base64url>`.
    func seal(_ plaintext: [UInt8], context: String) throws -> String

    /// - Throws: `SealFault` when the text is malformed, of an unknown key, altered or from another place.
    func open(_ sealed: String, context: String) throws -> [UInt8]

    /// Whether the text should be sealed again, being under an older format or key than new ones are.
    func needsResealing(_ sealed: String) -> Bool

    /// A keyed fingerprint by which an encrypted value is found; equal values of one domain have equal fingerprints,
    /// and nobody without the key can test a guess.
    /// - Returns: 43 base64url characters, stable over key rotation.
    func blindIndex(_ value: String, domain: String) -> String

    /// A plain fingerprint for values that are unguessable by themselves, such as handles and codes.
    /// - Returns: 43 base64url characters.
    func digest(_ value: String) -> String
}

extension CryptoProvider {
    package func seal(_ text: String, context: String) throws -> String {
        try seal(Array(text.utf8), context: context)
    }

    /// - Throws: `SealFault.malformed` when the plaintext is not UTF-8, besides the faults of `open`.
    package func openText(_ sealed: String, context: String) throws -> String {
        guard let text = String(validating: try open(sealed, context: context), as: UTF8.self) else {
            throw SealFault.malformed
        }
        return text
    }
}

/// Why a sealed value does not open.
package enum SealFault: Error, Sendable, Hashable {
    case malformed
    case unknownFormat
    case unknownKey(Int)
    /// Altered, sealed for another place, or under another key of the same number.
    case notAuthentic
}
