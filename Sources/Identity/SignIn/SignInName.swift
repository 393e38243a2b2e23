import Core

/// What a person typed to say who they are: a phone, or the sign-in name of staff.
struct SignInName: Sendable, Hashable {
    enum Kind: Sendable { case phone, name }

    let kind: Kind
    /// The national form of a phone, or a name in lower-case ASCII.
    let text: String

    /// Forgives what people do: full-width characters of a Chinese keyboard, spaces and hyphens inside
    /// a number, a country code, capitals. `nil` when it cannot be any name.
    init?(_ typed: String) {
        guard typed.utf8.count <= 256 else { return nil }
        if let phone = try? MobileNumber(typed) {
            kind = .phone
            text = phone.national
            return
        }
        var name = ""
        for scalar in typed.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: name.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
            case 0x3000, 0x20, 0x09: continue
            case 0x21...0x7E: name.unicodeScalars.append(scalar)
            default: return nil
            }
        }
        guard (1...64).contains(name.utf8.count) else { return nil }
        kind = .name
        text = name.lowercased()
    }
}
