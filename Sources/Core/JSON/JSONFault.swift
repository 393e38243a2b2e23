/// Why a JSON text was refused, and where.
package struct JSONFault: Error, Sendable, Hashable {
    package let reason: Reason
    /// Byte offset into the text at which reading stopped.
    package let offset: Int
    /// JSON Pointer (RFC 6901) of the value being read; empty for the whole text.
    package private(set) var pointer: String

    package enum Reason: Sendable, Hashable {
        case empty
        case tooLarge(limit: Int)
        case tooDeep(limit: Int)
        case tooManyValues(limit: Int)
        case duplicateMember(String)
        case unexpectedByte(UInt8)
        case unexpectedEnd
        case invalidUTF8
        case invalidEscape
        case unpairedSurrogate
        case controlCharacter
        case invalidNumber
        case numberOutOfRange
        case trailingText
    }

    package init(_ reason: Reason, at offset: Int, pointer: String = "") {
        self.reason = reason
        self.offset = offset
        self.pointer = pointer
    }

    /// The same fault seen from one level further out.
    func inside(_ name: String) -> JSONFault {
        var copy = self
        copy.pointer = "/" + JSONFault.escape(name) + pointer
        return copy
    }

    func inside(_ index: Int) -> JSONFault {
        var copy = self
        copy.pointer = "/\(index)" + pointer
        return copy
    }

    /// A member name as one reference token (RFC 6901 §4).
    package static func escape(_ name: String) -> String {
        var result = ""
        for character in name.unicodeScalars {
            switch character {
            case "~": result += "~0"
            case "/": result += "~1"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

extension JSONFault: CustomStringConvertible {
    /// One sentence without the offending text, fit for an answer and a log.
    package var description: String {
        let text =
            switch reason {
            case .empty: "the JSON text is empty"
            case .tooLarge(let limit): "the JSON text is longer than \(limit) bytes"
            case .tooDeep(let limit): "values are nested deeper than \(limit) levels"
            case .tooManyValues(let limit): "there are more than \(limit) values"
            case .duplicateMember: "this member appears twice"
            case .unexpectedByte: "this character is not allowed here"
            case .unexpectedEnd: "the JSON text ends too early"
            case .invalidUTF8: "the text is not valid UTF-8"
            case .invalidEscape: "the escape sequence is not valid"
            case .unpairedSurrogate: "a \\u escape holds half of a surrogate pair"
            case .controlCharacter: "a string holds a control character that must be escaped, or U+0000"
            case .invalidNumber: "the number is not well formed"
            case .numberOutOfRange: "the number is too large"
            case .trailingText: "there is more text after the JSON value"
            }
        return "\(text) (at byte \(offset))"
    }

    /// 413 for a text over the size limit, 400 with the pointer for every other fault.
    package var problem: Problem {
        if case .tooLarge = reason { return Problem(.tooLarge, description) }
        return .invalid(pointer, description)
    }
}
