/// Why a text is not an identity number of the kind asked for; says what to correct, never the number itself.
package enum IdentityNumberFault: Error, Sendable, Hashable {
    case empty
    case wrongLength
    /// - Parameter position: counted from 1 in the normalised text.
    case unexpectedCharacter(position: Int)
    /// A citizen number of the first generation, replaced by 18 characters and void since 2013.
    case fifteenDigitNumber
    /// The leading characters belong to no issuer of this kind of number.
    case unknownIssuer
    case noSuchBirthDate
    case wrongCheckCharacter
    /// Born before 1900, sequence 000 or a demo firm: fit for demonstrations only.
    case demoOnly

    /// A stable name for locale keys and API answers.
    package var code: String {
        switch self {
        case .empty: "empty"
        case .wrongLength: "wrong-length"
        case .unexpectedCharacter: "unexpected-character"
        case .fifteenDigitNumber: "fifteen-digit-number"
        case .unknownIssuer: "unknown-issuer"
        case .noSuchBirthDate: "no-such-birth-date"
        case .wrongCheckCharacter: "wrong-check-character"
        case .demoOnly: "demo-only"
        }
    }
}

extension IdentityNumberFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "the number is empty"
        case .wrongLength: "the number has the wrong length"
        case .unexpectedCharacter(let position): "character \(position) is not allowed there"
        case .fifteenDigitNumber: "15-digit citizen numbers are void; use the 18-character number"
        case .unknownIssuer: "the first characters belong to no issuer of this kind of number"
        case .noSuchBirthDate: "the birth date in the number does not exist"
        case .wrongCheckCharacter: "the check character does not fit: a character is probably mistyped"
        case .demoOnly: "this is a demonstration number"
        }
    }
}
