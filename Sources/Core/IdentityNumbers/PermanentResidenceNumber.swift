/// The number of a foreigner's permanent residence identity card 外国人永久居留身份证.
///
/// Cards issued since 1 December 2023 carry 18 digits (9, province 2, country 3, birth date 8, sequence 3, check);
/// older cards carry 3 letters and 12 digits and stay valid until they expire. The old form's inner layout is not
/// published, so only its shape is checked.
package struct PermanentResidenceNumber: Sendable, Hashable {
    package let text: String
    package let form: Form
    /// Known for the new form only.
    package let birthDate: LocalDate?

    package enum Form: Sendable, Hashable {
        case fifteen, eighteen
    }

    /// - Parameter demo: also accepts unreal numbers, born before 1900 or with sequence 000.
    package init(_ text: String, demo: Bool = false) throws(IdentityNumberFault) {
        let bytes = try NumberText.normalise(text)
        switch bytes.count {
        case 15:
            try NumberText.requireLetters(bytes, in: 0..<3)
            try NumberText.requireDigits(bytes, in: 3..<15)
            self.text = NumberText.string(bytes)
            form = .fifteen
            birthDate = nil
        case 18:
            let number = try PersonalNumber(text, demo: demo) { $0.hasPrefix("9") }
            self.text = number.text
            form = .eighteen
            birthDate = number.birthDate
        default: throw .wrongLength
        }
    }

    package var masked: String {
        form == .fifteen ? NumberText.masked(text, keeping: 3, 4) : NumberText.masked(text, keeping: 6, 4)
    }
}

extension PermanentResidenceNumber: CustomStringConvertible, CustomReflectable {
    package var description: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
