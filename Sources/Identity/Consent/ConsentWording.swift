import Catalogue
import Core
import Web

/// Says in the reader's language who asks and for what.
struct ConsentWording: Sendable {
    let renderer: PageRenderer
    let catalogue: Catalogue
    let logos: ClientLogos

    func system(_ client: Client, _ locale: WebLocale) async throws -> SystemCard {
        let profile = client.profile
        let name = client.label(locale)
        let department = profile.department.flatMap { catalogue.current.department($0) }
        return SystemCard(
            id: client.id, name: name, initial: name.first.map { String($0) } ?? "?",
            // Our copy: a picture of another site would tell it who is reading (identity rule 23).
            logo: try await logos.digest(of: client).map(ClientLogoEndpoint.path),
            department: department?.name.text(language: locale.rawValue), home: Self.link(profile.clientURI),
            policy: Self.link(profile.policyURI), terms: Self.link(profile.termsURI))
    }

    /// One line for each thing.
    func lines(_ items: [ConsentItem], _ locale: WebLocale) -> [String] {
        items.map { item in
            switch item {
            case .scope(let name): text("scope." + name, name, locale)
            case .claim(let name): text("claim." + name, name, locale)
            case .resource(let uri): renderer.text("identity.consent.resource", locale, ["uri": uri])
            }
        }
    }

    private func text(_ key: String, _ name: String, _ locale: WebLocale) -> String {
        let key = "identity.consent." + key
        guard renderer.library.texts[locale]?.strings[key] != nil else {
            return renderer.text("identity.consent.other", locale, ["name": name])
        }
        return renderer.text(key, locale)
    }

    /// Only what a browser may safely be sent to.
    private static func link(_ uri: String?) -> String? {
        uri.flatMap { $0.hasPrefix("https://") ? $0 : nil }
    }
}

/// How a page shows a system.
struct SystemCard: Sendable {
    let id: String
    let name: String
    /// In place of a logo.
    let initial: String
    /// Address of our copy of it.
    let logo: String?
    let department: String?
    let home: String?
    let policy: String?
    let terms: String?
}
