import Core
import Cryptography
import Storage

/// How pages name the person who is signed in.
struct PersonNames: Sendable {
    let database: any Database
    let vault: PersonVault
    let crypto: any CryptoProvider

    /// `测*甲 · 199****0001`; empty when the person is gone.
    func masked(_ person: String) async throws -> String {
        guard let found = try await database.read({ try PersonStore.find(person, in: $0) }) else { return "" }
        let details = try vault.open(found)
        return [details.maskedName, details.maskedPhone ?? found.signInName].compactMap { $0 }
            .joined(separator: " · ")
    }

    /// A value by which a posted form shows whose session its page was made for.
    func mark(of session: SSOSession) -> String {
        crypto.blindIndex(session.id, domain: "identity_sso_session.page")
    }
}
