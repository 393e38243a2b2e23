/// The one normal form of what people type and scanners send: no white space, half-width, upper case.
enum NumberText {
    /// Longer texts are no number of any kind and are not looked at.
    private static let longest = 64

    /// - Parameter dropping: separators people write inside this kind of number.
    static func normalise(_ text: String, dropping separators: Set<UInt8> = []) throws(IdentityNumberFault) -> [UInt8] {
        var result = [UInt8]()
        var position = 0
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace { continue }
            position += 1
            guard position <= longest else { throw .wrongLength }
            guard let byte = halfWidth(scalar) else { throw .unexpectedCharacter(position: position) }
            if separators.contains(byte) { continue }
            result.append((UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte)
        }
        guard !result.isEmpty else { throw .empty }
        return result
    }

    /// Printable ASCII, taking the full-width forms U+FF01…U+FF5E to their ASCII twins.
    private static func halfWidth(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0x21...0x7E: UInt8(scalar.value)
        case 0xFF01...0xFF5E: UInt8(scalar.value - 0xFF01 + 0x21)
        default: nil
        }
    }

    static func requireDigits(_ bytes: [UInt8], in range: Range<Int>) throws(IdentityNumberFault) {
        for index in range where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) {
            throw .unexpectedCharacter(position: index + 1)
        }
    }

    static func requireLetters(_ bytes: [UInt8], in range: Range<Int>) throws(IdentityNumberFault) {
        for index in range where !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[index]) {
            throw .unexpectedCharacter(position: index + 1)
        }
    }

    static func string(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Array(bytes), as: UTF8.self)
    }

    /// The first and last characters with stars between, for logs and pages.
    static func masked(_ text: String, keeping head: Int, _ tail: Int) -> String {
        let hidden = max(0, text.utf8.count - head - tail)
        return text.prefix(head) + String(repeating: "*", count: hidden)
            + text.suffix(min(tail, text.utf8.count - head))
    }
}
