import Core

/// Ten digits that a person can read out and type at a kiosk; the last one is a check digit of
/// ISO/IEC 7064 MOD 11,10, which finds every single wrong digit and nearly every swap of neighbours.
enum BookingCode {
    static func make(random: some RandomSource) -> String {
        var number = random.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000_000
        var digits = [Int](repeating: 0, count: 9)
        for index in digits.indices.reversed() {
            digits[index] = Int(number % 10)
            number /= 10
        }
        return (digits + [checkDigit(of: digits)]).map(String.init).joined()
    }

    /// The canonical ten digits of what was typed; spaces, hyphens and full-width digits are accepted.
    /// `nil` when the check digit or the length is wrong.
    static func parse(_ text: String) -> String? {
        var digits = [Int]()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39: digits.append(Int(scalar.value - 0x30))
            case 0xFF10...0xFF19: digits.append(Int(scalar.value - 0xFF10))
            case 0x20, 0x2D, 0x3000, 0xFF0D: continue
            default: return nil
            }
            guard digits.count <= 10 else { return nil }
        }
        guard digits.count == 10, checkDigit(of: Array(digits.prefix(9))) == digits[9] else { return nil }
        return digits.map(String.init).joined()
    }

    private static func checkDigit(of digits: [Int]) -> Int {
        var product = 10
        for digit in digits {
            let sum = (product + digit) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (11 - product) % 10
    }
}
