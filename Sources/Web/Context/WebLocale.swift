/// A language of the product, as a BCP 47 tag.
package enum WebLocale: String, Sendable, Hashable, CaseIterable {
    case zhHans = "zh-Hans"
    case en = "en"

    package var other: WebLocale { self == .en ? .zhHans : .en }

    /// The locale for one language tag, by its primary subtag; `nil` for languages we do not speak.
    package init?(tag: some StringProtocol) {
        let primary = tag.prefix { $0 != "-" && $0 != "_" }.lowercased()
        switch primary {
        case "zh", "cmn": self = .zhHans
        case "en": self = .en
        default: return nil
        }
    }

    /// The best match for `Accept-Language` (RFC 9110 §12.5.4); `nil` when nothing fits.
    package init?(acceptLanguage: String) {
        var best: (locale: WebLocale, quality: Double)?
        for range in acceptLanguage.prefix(500).split(separator: ",").prefix(20) {
            let parts = range.split(separator: ";").map { $0.trimming { $0 == " " || $0 == "\t" } }
            guard let tag = parts.first, let locale = WebLocale(tag: tag) else { continue }
            var quality = 1.0
            for part in parts.dropFirst() where part.hasPrefix("q=") { quality = Double(part.dropFirst(2)) ?? 0 }
            if quality > 0, quality > best?.quality ?? 0 { best = (locale, quality) }
        }
        guard let best else { return nil }
        self = best.locale
    }

    /// The first of the space-separated tags of `ui_locales` (OpenID Connect Core §3.1.2.1) that we speak.
    package init?(uiLocales: String) {
        for tag in uiLocales.split(separator: " ").prefix(20) {
            if let locale = WebLocale(tag: tag) {
                self = locale
                return
            }
        }
        return nil
    }
}
