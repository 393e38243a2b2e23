/// Strings of a JSON text (RFC 8259 §7).
enum JSONStringReader {
    /// - Parameter start: the index of the opening quote.
    /// - Returns: the text and the index after the closing quote.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) throws(JSONFault) -> (String, Int) {
        var index = start + 1
        var pending = index
        var unescaped = [UInt8]()
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""):
                let last = bytes[pending..<index]
                let text =
                    unescaped.isEmpty
                    ? String(validating: UnsafeBufferPointer(rebasing: last), as: UTF8.self)
                    : String(validating: unescaped + last, as: UTF8.self)
                guard let text else { throw JSONFault(.invalidUTF8, at: start) }
                return (text, index + 1)
            case UInt8(ascii: "\\"):
                unescaped.append(contentsOf: bytes[pending..<index])
                index = try escape(bytes, at: index, into: &unescaped)
                pending = index
            case 0x00...0x1F: throw JSONFault(.controlCharacter, at: index)
            default: index += 1
            }
        }
        throw JSONFault(.unexpectedEnd, at: index)
    }

    private static func escape(
        _ bytes: UnsafeBufferPointer<UInt8>, at index: Int, into output: inout [UInt8]
    ) throws(JSONFault) -> Int {
        guard index + 1 < bytes.count else { throw JSONFault(.unexpectedEnd, at: index + 1) }
        switch bytes[index + 1] {
        case UInt8(ascii: "\""): output.append(0x22)
        case UInt8(ascii: "\\"): output.append(0x5C)
        case UInt8(ascii: "/"): output.append(0x2F)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "u"): return try character(bytes, at: index, into: &output)
        default: throw JSONFault(.invalidEscape, at: index)
        }
        return index + 2
    }

    /// `\uXXXX`, or two of them for a character outside the basic plane.
    private static func character(
        _ bytes: UnsafeBufferPointer<UInt8>, at index: Int, into output: inout [UInt8]
    ) throws(JSONFault) -> Int {
        let first = try codeUnit(bytes, at: index)
        if let scalar = Unicode.Scalar(first) {
            guard first != 0 else { throw JSONFault(.controlCharacter, at: index) }
            output.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
            return index + 6
        }
        let next = index + 6
        guard UTF16.isLeadSurrogate(first), next + 1 < bytes.count, bytes[next] == UInt8(ascii: "\\"),
            bytes[next + 1] == UInt8(ascii: "u")
        else { throw JSONFault(.unpairedSurrogate, at: index) }
        let second = try codeUnit(bytes, at: next)
        guard UTF16.isTrailSurrogate(second) else { throw JSONFault(.unpairedSurrogate, at: index) }
        let scalar = UTF16.decode(UTF16.EncodedScalar([first, second]))
        output.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
        return next + 6
    }

    private static func codeUnit(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) throws(JSONFault) -> UInt16 {
        guard index + 6 <= bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
        var value: UInt16 = 0
        for byte in bytes[(index + 2)..<(index + 6)] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt16(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt16(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt16(byte - UInt8(ascii: "A") + 10)
            default: throw JSONFault(.invalidEscape, at: index)
            }
        }
        return value
    }
}
