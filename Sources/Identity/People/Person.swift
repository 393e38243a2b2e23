package import Core

/// A natural person as the rest of Identity reasons about them; nothing here is personal data.
package struct Person: Sendable, Hashable {
    package enum State: String, Sendable {
        /// May sign in.
        case active
        /// Kept, but may not sign in: by an administrator or after an alarm.
        case locked
        /// Left; the phone and identity number may be used by a new record.
        case closed
    }

    /// `sub` in every token; never reused.
    package let id: String
    /// What staff type to sign in; citizens use their phone.
    package let signInName: String?
    package let assurance: AssuranceLevel
    package let roles: Set<Role>
    /// The hall an officer, guide or manager works in.
    package let hall: String?
    package let state: State
    package let updatedAt: Instant
    let sealed: SealedDetails

    /// The sealed columns of the row; opened by `PersonVault` only where they are shown.
    struct SealedDetails: Sendable, Hashable {
        let name: String
        let identityNumber: String?
        let phone: String?
    }
}

/// A person's own data in plain form, on its way to that person's page or to userinfo.
package struct PersonDetails: Sendable {
    package let name: String
    package let identityNumber: String?
    package let phone: String?

    /// `测*甲`: the family name and the last character, fit for pages that others may see.
    package var maskedName: String {
        let characters = Array(name)
        switch characters.count {
        case 0, 1: return name
        case 2: return String(characters[0]) + "*"
        default: return String(characters[0]) + "*" + String(characters[characters.count - 1])
        }
    }

    /// `199****0001`
    package var maskedPhone: String? {
        phone.map { $0.count == 11 ? $0.prefix(3) + "****" + $0.suffix(4) : "****" }
    }
}

/// What is needed to put a new person on record.
package struct NewPerson: Sendable {
    package var id: String?
    package var name: String
    package var identityNumber: String?
    package var phone: String?
    package var signInName: String?
    package var assurance: AssuranceLevel
    package var roles: Set<Role>
    package var hall: String?
    package var password: Secret<String>

    package init(
        id: String? = nil, name: String, identityNumber: String? = nil, phone: String? = nil,
        signInName: String? = nil, assurance: AssuranceLevel = .l1, roles: Set<Role> = [], hall: String? = nil,
        password: Secret<String>
    ) {
        self.id = id
        self.name = name
        self.identityNumber = identityNumber
        self.phone = phone
        self.signInName = signInName
        self.assurance = assurance
        self.roles = roles
        self.hall = hall
        self.password = password
    }
}
