/// One pass over the bytes of a JSON text; recursion is bounded by the depth limit.
struct JSONTextReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: JSONParser.Limits
    private var index = 0
    private var depth = 0
    private var values = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONParser.Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONFault) -> JSONValue {
        guard bytes.count <= limits.bytes else { throw JSONFault(.tooLarge(limit: limits.bytes), at: limits.bytes) }
        skipSpace()
        guard index < bytes.count else { throw JSONFault(.empty, at: index) }
        let result = try value()
        skipSpace()
        guard index == bytes.count else { throw JSONFault(.trailingText, at: index) }
        return result
    }

    private mutating func value() throws(JSONFault) -> JSONValue {
        values += 1
        guard values <= limits.values else { throw JSONFault(.tooManyValues(limit: limits.values), at: index) }
        switch try peek() {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case let byte: throw JSONFault(.unexpectedByte(byte), at: index)
        }
    }

    private mutating func object() throws(JSONFault) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var members = [JSONValue.Member]()
        var names = Set<String>()
        skipSpace()
        if try peek() == UInt8(ascii: "}") {
            index += 1
            return .object(members)
        }
        while true {
            skipSpace()
            let start = index
            guard try peek() == UInt8(ascii: "\"") else { throw JSONFault(.unexpectedByte(bytes[index]), at: index) }
            let name = try string()
            // Most objects have a handful of members: looking through them beats hashing.
            let isDuplicate =
                members.count < 16 ? members.contains { $0.name == name } : !record(name, after: members, in: &names)
            if isDuplicate { throw JSONFault(.duplicateMember(name), at: start).inside(name) }
            skipSpace()
            try expect(UInt8(ascii: ":"))
            skipSpace()
            do throws(JSONFault) {
                members.append(JSONValue.Member(name, try value()))
            } catch {
                throw error.inside(name)
            }
            skipSpace()
            if try peek() == UInt8(ascii: "}") { break }
            try expect(UInt8(ascii: ","))
        }
        index += 1
        return .object(members)
    }

    /// Notes a name in the set, first filling the set with the members read so far; `false` for a name seen before.
    private func record(_ name: String, after members: [JSONValue.Member], in names: inout Set<String>) -> Bool {
        if names.isEmpty { names.formUnion(members.lazy.map(\.name)) }
        return names.insert(name).inserted
    }

    private mutating func array() throws(JSONFault) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var elements = [JSONValue]()
        skipSpace()
        if try peek() == UInt8(ascii: "]") {
            index += 1
            return .array(elements)
        }
        while true {
            skipSpace()
            do throws(JSONFault) {
                elements.append(try value())
            } catch {
                throw error.inside(elements.count)
            }
            skipSpace()
            if try peek() == UInt8(ascii: "]") { break }
            try expect(UInt8(ascii: ","))
        }
        index += 1
        return .array(elements)
    }

    private mutating func string() throws(JSONFault) -> String {
        let (text, end) = try JSONStringReader.read(bytes, from: index)
        index = end
        return text
    }

    private mutating func number() throws(JSONFault) -> JSONValue {
        let (value, end) = try JSONNumberReader.read(bytes, from: index)
        index = end
        return value
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONFault) -> JSONValue {
        for offset in 0..<text.utf8CodeUnitCount {
            guard index < bytes.count else { throw JSONFault(.unexpectedEnd, at: index) }
            guard bytes[index] == text.utf8Start[offset] else {
                throw JSONFault(.unexpectedByte(bytes[index]), at: index)
            }
            index += 1
        }
        return value
    }

    private mutating func enter() throws(JSONFault) {
        depth += 1
        guard depth <= limits.depth else { throw JSONFault(.tooDeep(limit: limits.depth), at: index) }
        index += 1
    }

    private func peek() throws(JSONFault) -> UInt8 {
        guard index < bytes.count else { throw JSONFault(.unexpectedEnd, at: index) }
        return bytes[index]
    }

    private mutating func expect(_ byte: UInt8) throws(JSONFault) {
        guard try peek() == byte else { throw JSONFault(.unexpectedByte(bytes[index]), at: index) }
        index += 1
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }
}
