/// An organisation code 组织机构代码 (GB 11714): eight digits or letters and a check character, written without hyphen.
package struct OrganisationCode: Sendable, Hashable {
    package let text: String

    private static let weights = [3, 7, 9, 10, 5, 8, 4, 2]

    package init(_ text: String) throws(IdentityNumberFault) {
        let bytes = try NumberText.normalise(text, dropping: [UInt8(ascii: "-")])
        guard bytes.count == 9 else { throw .wrongLength }
        var sum = 0
        for (index, weight) in OrganisationCode.weights.enumerated() {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): sum += Int(bytes[index] - UInt8(ascii: "0")) * weight
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): sum += Int(bytes[index] - UInt8(ascii: "A") + 10) * weight
            default: throw .unexpectedCharacter(position: index + 1)
            }
        }
        switch bytes[8] {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "X"): break
        default: throw .unexpectedCharacter(position: 9)
        }
        let check: UInt8 =
            switch 11 - sum % 11 {
            case 10: UInt8(ascii: "X")
            case 11: UInt8(ascii: "0")
            case let digit: UInt8(ascii: "0") + UInt8(digit)
            }
        guard bytes[8] == check else { throw .wrongCheckCharacter }
        self.text = NumberText.string(bytes)
    }
}
