import Foundation
import Mustache

/// Every template, compiled once per language.
package struct PageLibrary: Sendable {
    package let texts: [WebLocale: LocaleTexts]
    /// Names of all templates: `booking/slots`.
    package let names: [String]
    /// The keys that templates use, with the template that does.
    package let usedKeys: [String: String]
    private let compiled: [WebLocale: MustacheLibrary]

    /// - Parameter directory: holds `Templates` and `Locales`.
    /// - Throws: `PageFault` naming every template that does not compile and every key without a text.
    package init(directory: String) throws {
        var faults = [String]()
        var texts = [WebLocale: LocaleTexts]()
        for locale in WebLocale.allCases { texts[locale] = try LocaleTexts.load(locale, from: directory + "/Locales") }
        let sources = try PageLibrary.sources(below: directory + "/Templates")
        for (name, source) in sources {
            for partial in PageLibrary.partials(in: source) where sources[partial] == nil {
                faults.append("\(name): there is no template \(partial)")
            }
        }
        var used = [String: String]()
        var compiled = [WebLocale: MustacheLibrary]()
        for (locale, texts) in texts {
            var templates = [String: MustacheTemplate]()
            for (name, source) in sources {
                let text = PageLibrary.localize(source) { key in
                    used[key] = name
                    if let string = texts.strings[key] { return string }
                    faults.append("\(name): no text for [[\(key)]] in \(locale.rawValue)")
                    return nil
                }
                do {
                    templates[PageLibrary.dotted(name)] = try MustacheTemplate(string: PageLibrary.dottedTags(text))
                } catch let error as MustacheTemplate.ParserError {
                    faults.append("\(name) (\(locale.rawValue)): line \(error.context.lineNumber): \(error.error)")
                }
            }
            compiled[locale] = MustacheLibrary(templates: templates)
        }
        guard faults.isEmpty else { throw PageFault(faults.sorted().joined(separator: "\n")) }
        self.texts = texts
        self.compiled = compiled
        usedKeys = used
        names = sources.keys.sorted()
    }

    private static func sources(below directory: String) throws -> [String: String] {
        guard let walker = FileManager.default.enumerator(atPath: directory) else {
            throw PageFault("no templates in \(directory)")
        }
        var result = [String: String]()
        for case let path as String in walker where path.hasSuffix(".mustache") {
            guard let data = FileManager.default.contents(atPath: directory + "/" + path),
                let text = String(validating: data, as: UTF8.self)
            else { throw PageFault("\(path) cannot be read as UTF-8") }
            result[String(path.dropLast(".mustache".count))] = text
        }
        return result
    }

    /// Replaces `[[key]]`; the text is HTML-escaped unless the key ends in `_html`. Mustache tags in a
    /// text stay tags, so a sentence may hold values of the page model.
    static func localize(_ source: String, text: (String) -> String?) -> String {
        var result = ""
        var rest = source[...]
        while let open = rest.range(of: "[["), let close = rest[open.upperBound...].range(of: "]]") {
            let key = String(rest[open.upperBound..<close.lowerBound])
            result += rest[..<open.lowerBound]
            if let string = text(key) {
                result += key.hasSuffix("_html") ? string : escapeOutsideTags(string)
            }
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    /// Names that `{{> name}}` and `{{<name}}` ask for; the engine renders nothing for a missing one.
    private static func partials(in source: String) -> [String] {
        source.matches(of: /\{\{[<>]\s*([^}*]+?)\s*\}\}/).map { String($0.1) }
    }

    /// The engine takes a slash in the name of a partial but not in the tag that closes one, so slashes
    /// become dots on the way in.
    private static func dotted(_ name: String) -> String { name.replacing("/", with: ".") }

    private static func dottedTags(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.range(of: "{{"), let close = rest[open.upperBound...].range(of: "}}") {
            let tag = rest[open.upperBound..<close.lowerBound]
            result += rest[..<open.upperBound]
            if let sigil = tag.first, "<>/".contains(sigil) {
                result += String(sigil) + dotted(String(tag.dropFirst()))
            } else {
                result += tag
            }
            result += "}}"
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    private static func escapeOutsideTags(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.range(of: "{{"), let close = rest[open.upperBound...].range(of: "}}") {
            result += escapeHTML(rest[..<open.lowerBound]) + rest[open.lowerBound..<close.upperBound]
            rest = rest[close.upperBound...]
        }
        return result + escapeHTML(rest)
    }

    func render(_ template: String, locale: WebLocale, object: Any) -> String? {
        compiled[locale]?.render(object, withTemplate: PageLibrary.dotted(template))
    }
}

/// Text made safe for HTML content and quoted attributes.
package func escapeHTML(_ text: some StringProtocol) -> String {
    var output = [UInt8]()
    output.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
        switch byte {
        case 0x26: output.append(contentsOf: "&amp;".utf8)
        case 0x3C: output.append(contentsOf: "&lt;".utf8)
        case 0x3E: output.append(contentsOf: "&gt;".utf8)
        case 0x22: output.append(contentsOf: "&quot;".utf8)
        case 0x27: output.append(contentsOf: "&#39;".utf8)
        default: output.append(byte)
        }
    }
    return String(decoding: output, as: UTF8.self)
}
