import Core
import Cryptography

/// What people and scanners enter at a machine.
enum KioskCode {
    static let length = 10

    /// ASCII digits of a typed code; full-width digits, spaces and hyphens are taken as meant.
    static func digits(_ text: String) -> String {
        let digits = text.unicodeScalars.compactMap { scalar -> Character? in
            switch scalar.value {
            case 0x30...0x39: Character(scalar)
            case 0xFF10...0xFF19: Unicode.Scalar(scalar.value - 0xFF10 + 0x30).map(Character.init)
            default: nil
            }
        }
        return String(digits.prefix(18))
    }

    /// `482 913 7065`, as the ticket shows it.
    static func grouped(_ digits: String) -> String {
        let parts = [digits.prefix(3), digits.dropFirst(3).prefix(3), digits.dropFirst(6).prefix(4)]
        return parts.filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The code after one key of the number pad, for machines without script.
    static func pressing(_ key: String, after digits: String) -> String {
        switch key {
        case "clear": ""
        case "back": String(digits.dropLast())
        default:
            key.count == 1 && key.allSatisfy(\.isASCII) ? String((digits + Self.digits(key)).prefix(length)) : digits
        }
    }

    /// `nil` until all ten digits are there.
    static func proof(typed digits: String) -> CheckInProof? {
        digits.count == length ? .code(digits) : nil
    }

    /// Ten digits that no booking can have: the check digit says that one of them is wrong.
    static func isMistyped(_ digits: String) -> Bool {
        digits.count == length && BookingCode.parse(digits) == nil
    }

    /// A scanner or card reader sends a ticket, a printed code or an identity number.
    ///
    /// Scanners that type add what they please: the name of the symbology in front (`]Q1`, ISO/IEC 15424), a key that
    /// somebody leaned on, a line's end; a keyboard with capitals locked sends a ticket in lower case, which base45
    /// does not have (RFC 9285 §4.2).
    static func proof(scanned text: String) -> CheckInProof {
        let plain = text.filter { !$0.isWhitespace }
        let isASCII = plain.allSatisfy(\.isASCII)
        if isASCII, plain.count == length, plain.allSatisfy(\.isNumber) { return .code(plain) }
        if isASCII, plain.count == 18, plain.dropLast().allSatisfy(\.isNumber),
            let last = plain.last, last.isNumber || last == "X" || last == "x"
        {
            return .identityNumber(plain.uppercased())
        }
        // Base45 has a space among its signs, so only the line's ends are trimmed.
        let line = text.trimmingPrefix { $0.isNewline }.prefix { !$0.isNewline }
        guard line.utf8.count >= HallTicketCodec.textLength else {
            return last(of: plain) ?? .ticket(String(line))
        }
        return .ticket(String(line.suffix(HallTicketCodec.textLength)).uppercased())
    }

    /// A code behind what a scanner put in front of it: `]C14829137065`.
    private static func last(of text: String) -> CheckInProof? {
        guard text.hasPrefix("]"), text.count == length + 3 else { return nil }
        let digits = text.suffix(length)
        return digits.allSatisfy { $0.isASCII && $0.isNumber } ? .code(String(digits)) : nil
    }
}
