/// The 18-character frame of GB 11643-1999, shared by citizen numbers, residence permits and the new permanent
/// residence card: issuer 6, birth date 8, sequence 3, check character (ISO 7064 MOD 11-2).
struct PersonalNumber: Sendable, Hashable {
    let text: String
    let issuer: String
    let birthDate: LocalDate
    let sequence: String

    private static let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    private static let checkCharacters = Array("10X98765432".utf8)

    /// Checks in the order a person can best act on: length, characters, issuer, date, check character, demo.
    init(
        _ text: String, demo: Bool, isIssuer: (String) -> Bool
    ) throws(IdentityNumberFault) {
        let bytes = try NumberText.normalise(text)
        guard bytes.count == 18 else { throw .wrongLength }
        try NumberText.requireDigits(bytes, in: 0..<17)
        let last = bytes[17]
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(last) || last == UInt8(ascii: "X") else {
            throw .unexpectedCharacter(position: 18)
        }
        self.text = NumberText.string(bytes)
        issuer = NumberText.string(bytes[0..<6])
        sequence = NumberText.string(bytes[14..<17])
        guard isIssuer(issuer) else { throw .unknownIssuer }
        let digits = bytes[6..<14].map { Int($0 - UInt8(ascii: "0")) }
        let year = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
        guard
            let date = LocalDate(year: year, month: digits[4] * 10 + digits[5], day: digits[6] * 10 + digits[7])
        else { throw .noSuchBirthDate }
        birthDate = date
        guard PersonalNumber.checkCharacter(bytes[0..<17]) == last else { throw .wrongCheckCharacter }
        guard demo || (date.year >= 1900 && sequence != "000") else { throw .demoOnly }
    }

    private static func checkCharacter(_ digits: ArraySlice<UInt8>) -> UInt8 {
        let sum = zip(digits, weights).reduce(0) { $0 + Int($1.0 - UInt8(ascii: "0")) * $1.1 }
        return checkCharacters[sum % 11]
    }

    /// Issuer and the last four characters stay, the birth date and one more do not: `370102********001X`.
    var masked: String { NumberText.masked(text, keeping: 6, 4) }
}
