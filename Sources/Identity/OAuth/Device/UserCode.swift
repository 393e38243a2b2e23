import Core

/// The code that a person carries from one screen to another (RFC 8628 §6.1): eight consonants, which
/// cannot be mistaken for digits nor form words; 20^8 ≈ 2.6 · 10^10 of them.
struct UserCode: Sendable, Hashable {
    private static let alphabet = Array("BCDFGHJKLMNPQRSTVWXZ")
    private static let length = 8

    /// Upper case, without a dash.
    let text: String

    /// `WDJB-MJHT`, as shown.
    var shown: String { text.prefix(4) + "-" + text.dropFirst(4) }

    static func make(_ random: any RandomSource) -> UserCode {
        var text = ""
        while text.count < length {
            // 240 is the largest multiple of 20 in a byte: what lies above would favour some letters.
            for byte in random.bytes(16) where byte < 240 && text.count < length {
                text.append(alphabet[Int(byte) % alphabet.count])
            }
        }
        return UserCode(text: text)
    }

    private init(text: String) {
        self.text = text
    }

    /// Forgives case, dashes, spaces and the full-width letters of a Chinese keyboard; `nil` when it cannot be a code.
    init?(_ typed: String) {
        guard typed.utf8.count <= 64 else { return nil }
        var text = ""
        for scalar in typed.unicodeScalars {
            let plain = (0xFF01...0xFF5E).contains(scalar.value) ? scalar.value - 0xFEE0 : scalar.value
            switch plain {
            case 0x20, 0x2D, 0x3000, 0x2010...0x2015, 0x2212, 0x09: continue
            default:
                guard let ascii = Unicode.Scalar(plain), ascii.isASCII else { return nil }
                text.append(contentsOf: Character(ascii).uppercased())
            }
        }
        guard text.count == Self.length, text.allSatisfy(Self.alphabet.contains) else { return nil }
        self.text = text
    }
}
