import Core
package import Cryptography

/// Seals and opens the personal columns, and computes the blind indexes they are found by.
package struct PersonVault: Sendable {
    private let crypto: any CryptoProvider

    package init(crypto: any CryptoProvider) {
        self.crypto = crypto
    }

    func seal(_ value: String, column: String, person: String) throws -> String {
        try crypto.seal(value, context: "identity_person.\(column):\(person)")
    }

    func open(_ person: Person) throws -> PersonDetails {
        try PersonDetails(
            name: open(person.sealed.name, column: "name", person: person.id),
            identityNumber: person.sealed.identityNumber.map {
                try open($0, column: "identity_number", person: person.id)
            },
            phone: person.sealed.phone.map { try open($0, column: "phone", person: person.id) })
    }

    func identityNumberIndex(_ number: String) -> String {
        crypto.blindIndex(number, domain: "identity_person.identity_number")
    }

    func phoneIndex(_ phone: String) -> String {
        crypto.blindIndex(phone, domain: "identity_person.phone")
    }

    private func open(_ sealed: String, column: String, person: String) throws -> String {
        try crypto.openText(sealed, context: "identity_person.\(column):\(person)")
    }
}
