/// A unified social credit code 统一社会信用代码 (GB 32100-2015 with amendment 1) of a firm, organ or institution.
///
/// Registrar and kind are not looked up, and the organisation code inside is not checked on its own: genuine codes
/// have been reported that break such rules. The check character covers the whole code.
package struct UnifiedSocialCreditCode: Sendable, Hashable {
    package let text: String

    /// Digits and letters without I, O, S, V, Z; the place of a character is its value.
    private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRTUWXY".utf8)
    /// 3^(i−1) mod 31
    private static let weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]

    /// - Parameter demo: also accepts the demonstration firms, whose organisation code begins with `DEM0000`.
    package init(_ text: String, demo: Bool = false) throws(IdentityNumberFault) {
        let bytes = try NumberText.normalise(text)
        guard bytes.count == 18 else { throw .wrongLength }
        var values = [Int]()
        for (index, byte) in bytes.enumerated() {
            guard let value = UnifiedSocialCreditCode.alphabet.firstIndex(of: byte) else {
                throw .unexpectedCharacter(position: index + 1)
            }
            values.append(value)
        }
        try NumberText.requireDigits(bytes, in: 2..<8)
        let sum = zip(values, UnifiedSocialCreditCode.weights).reduce(0) { $0 + $1.0 * $1.1 }
        // The outer remainder matters: without it a sum divisible by 31 asks for a 32nd character.
        guard values[17] == (31 - sum % 31) % 31 else { throw .wrongCheckCharacter }
        self.text = NumberText.string(bytes)
        guard demo || !organisationCode.hasPrefix("DEM0000") else { throw .demoOnly }
    }

    /// Registrar and kind: 11 organ, 12 institution, 51–53 social bodies, 91 firm, 92 sole trader, 93 farm co-operative.
    package var kind: String { String(text.prefix(2)) }
    /// Division code (GB/T 2260) of the registrar.
    package var region: String { String(text.dropFirst(2).prefix(6)) }
    /// The nine characters of GB 11714 inside the code.
    package var organisationCode: String { String(text.dropFirst(8).prefix(9)) }
    /// Firms are public, their codes on every invoice; still no log needs one whole: `91370100******014R`.
    package var masked: String { NumberText.masked(text, keeping: 8, 4) }
}

extension UnifiedSocialCreditCode: CustomStringConvertible {
    package var description: String { masked }
}
