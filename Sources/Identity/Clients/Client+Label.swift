import Core
import Web

extension Client {
    /// What people read, in either language of the product (RFC 7591 §2.2).
    var label: LocalizedText { LocalizedText(zh: name, en: profile.nameEnglish ?? name) }

    func label(_ locale: WebLocale) -> String { label.text(language: locale.rawValue) }
}

extension ClientDirectory {
    /// The id itself for a client that is no longer there.
    func label(of id: String) async throws -> LocalizedText {
        try await find(id)?.label ?? LocalizedText(zh: id, en: id)
    }

    func label(of id: String, _ locale: WebLocale) async throws -> String {
        try await label(of: id).text(language: locale.rawValue)
    }
}
