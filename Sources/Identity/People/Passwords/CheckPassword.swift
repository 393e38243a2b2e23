import Core

/// Whether a password may be set (identity rule 29, NIST SP 800-63B-4 §3.1.1.2).
///
/// 1. at least 8 characters, 12 for staff, at most 256; 2. nothing of the person's own: sign-in name, parts of the
/// phone or of the identity number; 3. none of the passwords that are tried first, and outside the demo not the one
/// that it publishes; 4. no row of keys, digits or repetitions. There are no rules of composition: they make passwords
/// harder to remember and no harder to guess.
struct CheckPassword: Sendable {
    static let longest = 256
    var demo = false

    /// What strangers know or can look up about the person.
    struct Owner: Sendable {
        var signInName: String?
        var phone: String?
        var identityNumber: String?
        var isStaff = false

        var shortest: Int { isStaff ? 12 : 8 }
    }

    func callAsFunction(_ password: Secret<String>, of owner: Owner) throws(PasswordRefusal) {
        let typed = password.reveal()
        guard typed.count >= owner.shortest else { throw .tooShort(least: owner.shortest) }
        guard typed.count <= Self.longest else { throw .tooLong(most: Self.longest) }
        let text = FoldedPassword(typed)
        guard !isPersonal(text, owner) else { throw .personal }
        guard !WeakPasswords.contain(text), demo || text.plain != PublishedSecrets.password.plain else {
            throw .common
        }
        guard !PasswordPattern.isPattern(text) else { throw .pattern }
    }

    /// Six digits in a row out of a phone or identity number give the number away; a sign-in name may be part of a
    /// password, but not most of it.
    private func isPersonal(_ text: FoldedPassword, _ owner: Owner) -> Bool {
        for number in [owner.phone, owner.identityNumber].compactMap({ $0 }) {
            let digits = Array(FoldedPassword(number).plain)
            guard digits.count >= 6 else { continue }
            for start in 0...(digits.count - 6) where text.plain.contains(String(digits[start..<start + 6])) {
                return true
            }
        }
        guard let name = owner.signInName.map({ FoldedPassword($0).plain }), name.count >= 4 else { return false }
        return text.plain.contains(name) && text.plain.count - name.count < 6
    }
}

/// Why a password may not be set; each has a text in both languages under `identity.password.fault`.
package enum PasswordRefusal: Error, Sendable, Hashable {
    case tooShort(least: Int)
    case tooLong(most: Int)
    /// One of the passwords that are tried first.
    case common
    /// A row of keys or digits, or a repetition.
    case pattern
    /// Holds the person's sign-in name, or a part of the phone or identity number.
    case personal
    /// The same as before.
    case unchanged
}

extension PasswordRefusal: CustomStringConvertible {
    /// For operators; what citizens read stands in the locale files.
    package var description: String {
        switch self {
        case .tooShort(let least): "the password must have at least \(least) characters"
        case .tooLong(let most): "the password must have at most \(most) characters"
        case .common:
            "the password is one of those that are tried first; take several words that do not belong together"
        case .pattern: "the password is a row of keys, digits or repetitions"
        case .personal: "the password holds the sign-in name, or a part of the phone or identity number"
        case .unchanged: "the password is the one in force"
        }
    }

    /// Name of the flag in the template.
    var textName: String {
        switch self {
        case .tooShort: "tooShort"
        case .tooLong: "tooLong"
        case .common: "common"
        case .pattern: "pattern"
        case .personal: "personal"
        case .unchanged: "unchanged"
        }
    }

    /// The number that the text names.
    var limit: Int? {
        switch self {
        case .tooShort(let least): least
        case .tooLong(let most): most
        case .common, .pattern, .personal, .unchanged: nil
        }
    }
}
