import Core

/// Where a page of a list ended: the id of its last row, so that rows added or removed elsewhere
/// neither repeat nor hide others.
enum PageCursor {
    static let limits = 1...100
    static let usualLimit = 20

    static func encode(_ id: String) -> String {
        Base64URL.encode(("after:" + id).utf8)
    }

    /// - Throws: 400 for what `encode` did not make.
    static func decode(_ text: String?) throws -> String? {
        guard let text else { return nil }
        guard text.utf8.count <= 128, let bytes = Base64URL.decode(text),
            let plain = String(validating: bytes, as: UTF8.self), plain.hasPrefix("after:")
        else { throw Problem.invalid("cursor", "is no cursor of this list") }
        return String(plain.dropFirst("after:".count))
    }

    /// The rows after the cursor and, when there are more than `limit`, the cursor of the next page.
    ///
    /// - Throws: 400 when the row of the cursor is not in the list (any longer).
    static func page<Row>(_ rows: [Row], after cursor: String?, limit: Int, id: (Row) -> String) throws -> (
        rows: ArraySlice<Row>, next: String?
    ) {
        var start = 0
        if let cursor {
            guard let index = rows.firstIndex(where: { id($0) == cursor }) else {
                throw Problem.invalid("cursor", "belongs to another list, or its row is gone; begin again without it")
            }
            start = index + 1
        }
        let end = min(rows.count, start + limit)
        return (rows[start..<end], end < rows.count && end > start ? encode(id(rows[end - 1])) : nil)
    }
}
