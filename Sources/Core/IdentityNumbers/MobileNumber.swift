/// A mobile number of mainland China: 11 digits beginning 13…19, with or without the country code.
package struct MobileNumber: Sendable, Hashable {
    /// 11 digits, the form people know: `13800000000`.
    package let national: String

    package init(_ text: String) throws(IdentityNumberFault) {
        var bytes = try NumberText.normalise(text, dropping: [UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")")])
        for prefix in ["+86", "0086", "86"]
        where bytes.count == 11 + prefix.utf8.count && bytes.starts(with: prefix.utf8) {
            bytes.removeFirst(prefix.utf8.count)
            break
        }
        guard bytes.count == 11 else { throw .wrongLength }
        try NumberText.requireDigits(bytes, in: 0..<11)
        guard bytes[0] == UInt8(ascii: "1"), bytes[1] >= UInt8(ascii: "3") else { throw .unknownIssuer }
        national = NumberText.string(bytes)
    }

    /// The stored form (E.164): `+8613800000000`.
    package var international: String { "+86" + national }
    /// `138****0000`
    package var masked: String { NumberText.masked(national, keeping: 3, 4) }
}

extension MobileNumber: CustomStringConvertible, CustomReflectable {
    package var description: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
