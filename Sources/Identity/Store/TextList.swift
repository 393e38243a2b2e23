import Core
import Storage

/// A list of strings in one TEXT column, as a JSON array.
enum TextList {
    static func encode(_ values: [String]) -> String {
        String(decoding: JSONValue.strings(values).encoded(), as: UTF8.self)
    }

    private static let fault = StorageError.unexpectedColumn("a list of strings")

    static func decode(_ text: String) throws -> [String] {
        guard let values = try? JSONParser.parse(text).arrayValue else { throw fault }
        return try values.map {
            guard let value = $0.stringValue else { throw fault }
            return value
        }
    }
}
