/// The number of a mainland travel permit: H or M and 8 digits for Hong Kong and Macao residents 港澳居民来往内地通行证,
/// 8 digits for Taiwan residents 台湾居民来往大陆通行证. It has no check character.
package struct TravelPermitNumber: Sendable, Hashable {
    package let text: String
    package let territory: ResidencePermitNumber.Territory

    package init(_ text: String) throws(IdentityNumberFault) {
        let bytes = try NumberText.normalise(text)
        switch bytes.count {
        case 8:
            try NumberText.requireDigits(bytes, in: 0..<8)
            territory = .taiwan
        case 9:
            try NumberText.requireLetters(bytes, in: 0..<1)
            switch bytes[0] {
            case UInt8(ascii: "H"): territory = .hongKong
            case UInt8(ascii: "M"): territory = .macao
            default: throw .unknownIssuer
            }
            try NumberText.requireDigits(bytes, in: 1..<9)
        default: throw .wrongLength
        }
        self.text = NumberText.string(bytes)
    }

    /// `H12****78`
    package var masked: String { NumberText.masked(text, keeping: text.utf8.count - 6, 2) }
}

extension TravelPermitNumber: CustomStringConvertible, CustomReflectable {
    package var description: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
