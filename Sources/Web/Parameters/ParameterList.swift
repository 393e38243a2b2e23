/// The parameters of a query or a form in the order sent, duplicates kept (RFC 6749 §3.1).
package struct ParameterList: Sendable, Hashable {
    package struct Item: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package struct Limits: Sendable {
        package var count: Int
        /// Bytes of one decoded name or value.
        package var length: Int

        package init(count: Int = 100, length: Int = 16_384) {
            self.count = count
            self.length = length
        }
    }

    package private(set) var items: [Item]

    package init(_ items: [Item] = []) {
        self.items = items
    }

    package init(_ items: KeyValuePairs<String, String>) {
        self.items = items.map { Item($0, $1) }
    }

    /// Reads a query string or a form body, which share one rule: `&` separates, the first `=` parts
    /// name and value, `+` is a space.
    ///
    /// - Throws: `ParameterFault` for a broken escape, text that is not UTF-8, or too much of it.
    package init(encoded bytes: some Collection<UInt8>, limits: Limits = Limits()) throws(ParameterFault) {
        items = []
        for part in bytes.split(separator: 0x26, omittingEmptySubsequences: true) {
            guard items.count < limits.count else { throw .tooMany(limit: limits.count) }
            let equals = part.firstIndex(of: 0x3D)
            let rawName = part[part.startIndex..<(equals ?? part.endIndex)]
            guard let name = PercentDecoding.form(rawName) else { throw .malformed(name: nil) }
            guard name.utf8.count <= limits.length else { throw .tooLong(name: nil, limit: limits.length) }
            guard let equals else {
                items.append(Item(name, ""))
                continue
            }
            guard let value = PercentDecoding.form(part[part.index(after: equals)...]) else {
                throw .malformed(name: name)
            }
            guard value.utf8.count <= limits.length else { throw .tooLong(name: name, limit: limits.length) }
            items.append(Item(name, value))
        }
    }

    package init(query: String?, limits: Limits = Limits()) throws(ParameterFault) {
        try self.init(encoded: (query ?? "").utf8, limits: limits)
    }

    package mutating func append(_ name: String, _ value: String) {
        items.append(Item(name, value))
    }

    /// The value of a parameter that may be sent once; one sent without a value counts as omitted
    /// (RFC 6749 §3.1).
    ///
    /// - Throws: `ParameterFault.duplicate`, whatever the values are.
    package func single(_ name: String) throws(ParameterFault) -> String? {
        var found: String?
        for item in items where item.name == name {
            guard found == nil else { throw .duplicate(name: name) }
            found = item.value
        }
        return found.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// `single`, for a parameter that must be there.
    package func required(_ name: String) throws(ParameterFault) -> String {
        guard let value = try single(name) else { throw .missing(name: name) }
        return value
    }

    /// All values in the order sent, empty ones included.
    package func all(_ name: String) -> [String] {
        items.filter { $0.name == name }.map(\.value)
    }

    package func contains(_ name: String) -> Bool {
        items.contains { $0.name == name }
    }

    /// The first name that was sent more than once, for endpoints where every parameter is single.
    package var firstDuplicate: String? { firstDuplicate(except: []) }

    /// `firstDuplicate`, where some parameters may be repeated.
    package func firstDuplicate(except repeatable: Set<String>) -> String? {
        var seen = Set<String>()
        return items.first { !seen.insert($0.name).inserted && !repeatable.contains($0.name) }?.name
    }

    /// The encoded form, for a query string or a form body.
    package var encoded: String {
        items.map { PercentDecoding.escape($0.name) + "=" + PercentDecoding.escape($0.value) }.joined(separator: "&")
    }
}
