/// A citizen identity number 公民身份号码 (GB 11643-1999) in its normal form.
///
/// District codes are not looked up: holders keep the numbers of districts that have been merged away.
package struct CitizenNumber: Sendable, Hashable {
    private let number: PersonalNumber

    package enum Sex: String, Sendable, Hashable {
        case male, female
    }

    /// - Parameter demo: also accepts unreal numbers, born before 1900 or with sequence 000.
    package init(_ text: String, demo: Bool = false) throws(IdentityNumberFault) {
        let bytes = try NumberText.normalise(text)
        if bytes.count == 15, bytes.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) {
            throw .fifteenDigitNumber
        }
        number = try PersonalNumber(text, demo: demo) { provinces.contains(String($0.prefix(2))) }
    }

    /// 18 characters, a final X in upper case.
    package var text: String { number.text }
    /// Division code (GB/T 2260) at the time of first registration.
    package var region: String { number.issuer }
    package var birthDate: LocalDate { number.birthDate }
    /// By the last digit of the sequence: odd male, even female.
    package var sex: Sex { number.sequence.utf8.last.map { $0 % 2 == 1 } == true ? .male : .female }
    /// `370102********001X`
    package var masked: String { number.masked }
}

extension CitizenNumber: CustomStringConvertible, CustomReflectable {
    package var description: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Province-level codes of GB/T 2260, which have never been withdrawn.
private let provinces: Set<String> = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
]
