import Core
import Storage

/// Short lists kept as JSON text in one column: always read and written as a whole.
enum StoredList {
    static func text(_ values: [String]) -> String {
        String(decoding: JSONValue.strings(values).encoded(), as: UTF8.self)
    }

    static func text<Value: RawRepresentable<String>>(_ values: Set<Value>) -> String {
        text(values.map(\.rawValue).sorted())
    }

    static func text(_ values: [LocalizedText]) -> String {
        let list = JSONValue.array(values.map { .object(["zh": .string($0.zh), "en": .string($0.en)]) })
        return String(decoding: list.encoded(), as: UTF8.self)
    }

    static func strings(_ row: Row, _ column: String) throws -> [String] {
        try elements(row, column).map { element in
            guard let text = element.stringValue else { throw StorageError.unexpectedColumn(column) }
            return text
        }
    }

    static func choices<Value: RawRepresentable<String>>(_ row: Row, _ column: String) throws -> Set<Value> {
        Set(
            try strings(row, column).map { text in
                guard let value = Value(rawValue: text) else { throw StorageError.unexpectedColumn(column) }
                return value
            })
    }

    static func localized(_ row: Row, _ column: String) throws -> [LocalizedText] {
        try elements(row, column).map { element in
            guard let zh = element["zh"]?.stringValue, let en = element["en"]?.stringValue else {
                throw StorageError.unexpectedColumn(column)
            }
            return LocalizedText(zh: zh, en: en)
        }
    }

    private static func elements(_ row: Row, _ column: String) throws -> [JSONValue] {
        guard let list = try? JSONParser.parse(try row.text(column)).arrayValue else {
            throw StorageError.unexpectedColumn(column)
        }
        return list
    }
}

extension Row {
    /// The columns `prefix_zh` and `prefix_en`.
    func localized(_ prefix: String) throws -> LocalizedText {
        LocalizedText(zh: try text(prefix + "_zh"), en: try text(prefix + "_en"))
    }
}

extension SQLValue {
    /// `nil` as SQL NULL.
    static func text(orNull value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }

    static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }
}
