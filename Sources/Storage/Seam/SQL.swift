/// One SQL text for both databases: `$1…$n` placeholders and the portable subset only.
///
/// PostgreSQL takes the text as it is. SQLite numbers named parameters by first appearance, so
/// `bindingOrder` tells its driver which parameter to bind where.
package struct SQL: Sendable, Hashable, ExpressibleByStringLiteral {
    package let text: String
    /// Statements are looked up by their text at every call: it is hashed once.
    private let textHash: Int
    /// Parameter numbers (1-based) in the order of their first appearance.
    package let bindingOrder: [Int]
    /// Names in the text that may be tables: words with an underscore.
    private let names: Set<String>

    package init(stringLiteral text: String) {
        self.init(text)
    }

    /// For statements put together from constants (a column list, a migration); never from input.
    package init(_ text: String) {
        self.text = text
        textHash = text.hashValue
        bindingOrder = SQL.placeholders(in: text)
        names = Set(
            text.split { !($0.isLetter || $0.isNumber || $0 == "_") }.filter { $0.contains("_") }.map(String.init))
        assert(SQL.faults(in: text).isEmpty, "\(SQL.faults(in: text)) in: \(text)")
    }

    /// Whether the statement may read or change a table; true too often does no harm.
    func names(_ table: String) -> Bool { names.contains(table) }

    package func hash(into hasher: inout Hasher) { hasher.combine(textHash) }

    package static func == (left: SQL, right: SQL) -> Bool { left.text == right.text }

    /// What the portable subset forbids; empty for a good text.
    package static func faults(in text: String) -> [String] {
        let upper = text.uppercased()
        var faults = ["::", "NOW(", "?", "FOR UPDATE", "\"", "CURRENT_TIMESTAMP"].filter { upper.contains($0) }
        let order = placeholders(in: text)
        if Set(order) != Set(1..<(order.count + 1)) { faults.append("gap in $n") }
        return faults
    }

    private static func placeholders(in text: String) -> [Int] {
        var order = [Int]()
        var seen = Set<Int>()
        var number: Int?
        func finish() {
            if let found = number, seen.insert(found).inserted { order.append(found) }
            number = nil
        }
        for byte in text.utf8 {
            if byte == 0x24 {
                finish()
                number = 0
            } else if let current = number, (0x30...0x39).contains(byte) {
                number = current * 10 + Int(byte - 0x30)
            } else {
                finish()
            }
        }
        finish()
        return order
    }
}
