import Foundation

/// `application/x-www-form-urlencoded`, both ways.
enum FormEncoding {
    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    static func encode(_ value: String) -> String {
        value.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    static func encode(_ fields: [(String, String)]) -> String {
        fields.map { "\(encode($0))=\(encode($1))" }.joined(separator: "&")
    }

    /// Names and values in order, duplicates kept; a part that does not decode to UTF-8 is dropped.
    static func decode(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: "&").prefix(64).compactMap { part in
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decodePart(halves[0]) else { return nil }
            guard let value = decodePart(halves.count > 1 ? halves[1] : "") else { return nil }
            return (name, value)
        }
    }

    private static func decodePart(_ text: Substring) -> String? {
        text.replacingOccurrences(of: "+", with: " ").removingPercentEncoding
    }
}

/// The fields of one request; a repeated field counts as absent (RFC 6749 §3.1 forbids repeats).
struct Fields: Sendable {
    private let all: [(name: String, value: String)]

    init(_ text: String?) {
        all = text.map { FormEncoding.decode($0) } ?? []
    }

    subscript(name: String) -> String? {
        let values = all.filter { $0.name == name }
        return values.count == 1 && !values[0].value.isEmpty ? values[0].value : nil
    }
}
