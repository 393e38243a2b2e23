/// A password as a guesser sees it: capitals, full-width characters and separators make no difference.
struct FoldedPassword: Sendable, Hashable {
    /// Lower case, half width, without spaces, hyphens, dots and underscores.
    let plain: String

    init(_ typed: String) {
        var text = ""
        for scalar in typed.lowercased().unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: text.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
            case 0x3000, 0x20, 0x09, 0x2D, 0x2E, 0x5F: continue
            default: text.unicodeScalars.append(scalar)
            }
        }
        plain = text.lowercased()
    }

    /// With the usual letters for digits and signs inside the word, not behind it: `p@ssw0rd1` is `password1`.
    var spelled: String {
        guard let last = plain.lastIndex(where: { $0.isASCII && $0.isLetter }) else { return plain }
        return String(plain[...last].map { Self.letters[$0] ?? $0 }) + plain[plain.index(after: last)...]
    }

    private static let letters: [Character: Character] = [
        "@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "5": "s", "$": "s", "7": "t",
    ]
}
