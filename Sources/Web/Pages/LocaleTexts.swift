import Core
import Foundation

/// The strings of one language, by flat dotted keys.
package struct LocaleTexts: Sendable {
    package let locale: WebLocale
    package let strings: [String: String]

    /// Merges every `<domain>.<locale>.json` of a folder.
    ///
    /// - Throws: `PageFault` for a folder that cannot be read, broken JSON, a value that is no string, or a key that
    ///   two files have.
    package static func load(_ locale: WebLocale, from directory: String) throws -> LocaleTexts {
        let suffix = "." + locale.rawValue + ".json"
        var strings = [String: String]()
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw PageFault("\(directory) cannot be read")
        }
        for name in names.sorted() where name.hasSuffix(suffix) {
            guard let data = FileManager.default.contents(atPath: directory + "/" + name) else {
                throw PageFault("\(name) cannot be read")
            }
            let value: JSONValue
            do {
                value = try JSONParser.parse([UInt8](data))
            } catch {
                throw PageFault("\(name): \(error.pointer) \(error)")
            }
            guard case .object(let members) = value else { throw PageFault("\(name) holds no object") }
            for member in members {
                guard case .string(let text) = member.value else {
                    throw PageFault("\(name): \(member.name) is no string")
                }
                guard strings.updateValue(text, forKey: member.name) == nil else {
                    throw PageFault("\(name): \(member.name) stands in another file too")
                }
            }
        }
        return LocaleTexts(locale: locale, strings: strings)
    }

    /// The text of a key with `{{name}}` replaced; the key itself when there is none, which a test
    /// keeps from happening. One of something has a text of its own where the language needs it: `key.one`, taken
    /// when the value `count` is 1.
    package func text(_ key: String, _ values: [String: String] = [:]) -> String {
        guard var text = (values["count"] == "1" ? strings[key + ".one"] : nil) ?? strings[key] else { return key }
        for (name, value) in values { text = text.replacingOccurrences(of: "{{\(name)}}", with: value) }
        return text
    }
}

/// A template or locale file that cannot be used; stops the start.
package struct PageFault: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
