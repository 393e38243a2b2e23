package import Core

/// Takes typed members out of a JSON value and names the member by JSON Pointer when one is wrong.
///
/// Every reading function throws `Problem.invalid` (400); `null` counts as absent.
package struct JSONReader: Sendable {
    package let value: JSONValue
    /// JSON Pointer of `value` in the whole text.
    package let pointer: String

    package init(_ value: JSONValue, pointer: String = "") {
        self.value = value
        self.pointer = pointer
    }

    package func pointer(to name: String) -> String { pointer + "/" + JSONFault.escape(name) }

    private func member(_ name: String) throws -> JSONValue? {
        guard case .object = value else { throw Problem.invalid(pointer, "an object is expected") }
        let member = value[name]
        return member == .null ? nil : member
    }

    private func present<Value>(_ name: String, _ value: Value?) throws -> Value {
        guard let value else { throw Problem.invalid(pointer(to: name), "the member is missing") }
        return value
    }

    /// - Parameters:
    ///   - min: fewest characters.
    ///   - max: most characters (extended grapheme clusters never number more than this many bytes ÷ 4).
    package func optionalString(_ name: String, min: Int = 1, max: Int = 256) throws -> String? {
        guard let member = try member(name) else { return nil }
        guard case .string(let text) = member else { throw Problem.invalid(pointer(to: name), "a string is expected") }
        let count = text.unicodeScalars.count
        guard count >= min, count <= max else {
            throw Problem.invalid(pointer(to: name), "\(min) to \(max) characters are expected")
        }
        return text
    }

    package func string(_ name: String, min: Int = 1, max: Int = 256) throws -> String {
        try present(name, optionalString(name, min: min, max: max))
    }

    package func optionalInteger(_ name: String, range: ClosedRange<Int64>) throws -> Int64? {
        guard let member = try member(name) else { return nil }
        guard case .integer(let number) = member, range.contains(number) else {
            throw Problem.invalid(
                pointer(to: name), "a whole number from \(range.lowerBound) to \(range.upperBound) is expected")
        }
        return number
    }

    package func integer(_ name: String, range: ClosedRange<Int64>) throws -> Int64 {
        try present(name, optionalInteger(name, range: range))
    }

    package func optionalBool(_ name: String) throws -> Bool? {
        guard let member = try member(name) else { return nil }
        guard case .bool(let flag) = member else {
            throw Problem.invalid(pointer(to: name), "true or false is expected")
        }
        return flag
    }

    package func bool(_ name: String) throws -> Bool {
        try present(name, optionalBool(name))
    }

    /// A list of strings; the pointer names the element at fault.
    package func optionalStrings(_ name: String, maxCount: Int, maxLength: Int = 256) throws -> [String]? {
        guard let member = try member(name) else { return nil }
        guard case .array(let values) = member else { throw Problem.invalid(pointer(to: name), "a list is expected") }
        guard values.count <= maxCount else {
            throw Problem.invalid(pointer(to: name), "\(maxCount) elements are allowed at most")
        }
        return try values.enumerated().map { index, value in
            guard case .string(let text) = value, !text.isEmpty, text.unicodeScalars.count <= maxLength else {
                throw Problem.invalid(
                    pointer(to: name) + "/\(index)", "a string of 1 to \(maxLength) characters is expected")
            }
            return text
        }
    }

    /// A list of strings with at least one element.
    package func strings(_ name: String, maxCount: Int, maxLength: Int = 256) throws -> [String] {
        let values = try present(name, optionalStrings(name, maxCount: maxCount, maxLength: maxLength))
        guard !values.isEmpty else { throw Problem.invalid(pointer(to: name), "at least one element is expected") }
        return values
    }

    /// An RFC 3339 date-time with an offset.
    package func optionalInstant(_ name: String) throws -> Instant? {
        guard let text = try optionalString(name, max: 40) else { return nil }
        guard let instant = ProvinceTime.parse(text) else {
            throw Problem.invalid(pointer(to: name), "a date-time such as 2026-11-23T09:30:00+08:00 is expected")
        }
        return instant
    }

    package func instant(_ name: String) throws -> Instant {
        try present(name, optionalInstant(name))
    }

    package func optionalDate(_ name: String) throws -> LocalDate? {
        guard let text = try optionalString(name, max: 10) else { return nil }
        guard let date = LocalDate(text) else {
            throw Problem.invalid(pointer(to: name), "a date such as 2026-11-23 is expected")
        }
        return date
    }

    package func date(_ name: String) throws -> LocalDate {
        try present(name, optionalDate(name))
    }

    package func optionalObject(_ name: String) throws -> JSONReader? {
        guard let member = try member(name) else { return nil }
        guard case .object = member else { throw Problem.invalid(pointer(to: name), "an object is expected") }
        return JSONReader(member, pointer: pointer(to: name))
    }

    package func object(_ name: String) throws -> JSONReader {
        try present(name, optionalObject(name))
    }

    /// Refuses members that the endpoint does not know, so that a misspelt one is not lost silently.
    package func rejectUnknown(_ known: Set<String>) throws {
        guard case .object(let members) = value else { throw Problem.invalid(pointer, "an object is expected") }
        for member in members where !known.contains(member.name) {
            throw Problem.invalid(pointer(to: member.name), "this member is not known")
        }
    }
}
