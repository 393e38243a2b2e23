/// A passport number of any state: 5 to 20 letters and digits. States choose their own forms, so nothing more is checked.
package struct PassportNumber: Sendable, Hashable {
    package let text: String

    package init(_ text: String) throws(IdentityNumberFault) {
        let bytes = try NumberText.normalise(text)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): continue
            default: throw .unexpectedCharacter(position: index + 1)
            }
        }
        guard (5...20).contains(bytes.count) else { throw .wrongLength }
        self.text = NumberText.string(bytes)
    }

    /// `E1*****78`
    package var masked: String { NumberText.masked(text, keeping: 2, 2) }
}

extension PassportNumber: CustomStringConvertible, CustomReflectable {
    package var description: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
