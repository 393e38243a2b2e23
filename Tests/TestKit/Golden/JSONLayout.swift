import Core

/// JSON over several lines, with its members in the order in which they were sent.
enum JSONLayout {
    /// - Returns: the text as it is when it is no JSON.
    static func layOut(_ text: String) -> String {
        guard let value = try? JSONParser.parse(Array(text.utf8)) else { return text }
        return layOut(value, indent: "")
    }

    private static func layOut(_ value: JSONValue, indent: String) -> String {
        let inner = indent + "  "
        if let members = value.objectMembers, !members.isEmpty {
            let lines = members.map { member in
                "\(inner)\(plain(.string(member.name))): \(layOut(member.value, indent: inner))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
        if let elements = value.arrayValue, elements.contains(where: { $0.objectMembers != nil }) {
            return "[\n" + elements.map { inner + layOut($0, indent: inner) }.joined(separator: ",\n") + "\n\(indent)]"
        }
        return plain(value)
    }

    private static func plain(_ value: JSONValue) -> String { String(decoding: value.encoded(), as: UTF8.self) }
}
