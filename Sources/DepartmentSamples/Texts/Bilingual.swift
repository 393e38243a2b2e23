/// A text in both languages of the sample sites.
struct Bilingual: Sendable {
    let zh: String
    let en: String

    func callAsFunction(_ language: Language) -> String {
        language == .zh ? zh : en
    }
}

/// The language of one page.
enum Language: String, Sendable {
    case zh, en

    var tag: String { self == .zh ? "zh-Hans" : "en" }
    var other: Language { self == .zh ? .en : .zh }

    /// A link's `lang`, then the cookie it left, then what the browser prefers.
    static func choose(query: String?, cookie: String?, acceptLanguage: String?) -> Language {
        if let asked = [query, cookie].compactMap({ $0.flatMap(Language.init(rawValue:)) }).first { return asked }
        let preferred = acceptLanguage?.split(separator: ",").lazy
            .map { $0.drop(while: \.isWhitespace).prefix(2).lowercased() }
            .first { $0 == "zh" || $0 == "en" }
        return preferred == "en" ? .en : .zh
    }
}
