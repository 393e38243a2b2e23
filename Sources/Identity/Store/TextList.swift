import Core
import Foundation
import Storage

/// A list of strings in one TEXT column, as a JSON array.
enum TextList {
    static func encode(_ values: [String]) -> String {
        String(decoding: JSONValue.strings(values).encoded(), as: UTF8.self)
    }

    static func decode(_ text: String) throws -> [String] {
        do {
            return try JSONDecoder().decode([String].self, from: Data(text.utf8))
        } catch {
            throw StorageError.unexpectedColumn("a list of strings")
        }
    }
}
