/// A text of the catalogue in the two languages of the product.
package struct LocalizedText: Sendable, Hashable, Codable {
    /// Simplified Chinese, the language of record.
    package let zh: String
    package let en: String

    package init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    /// The text for a BCP 47 language tag: English for `en…`, Chinese for every other.
    package func text(language: String) -> String {
        language.hasPrefix("en") ? en : zh
    }
}
