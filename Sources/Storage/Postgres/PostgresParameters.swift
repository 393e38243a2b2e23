import Foundation

/// The parameters of one statement as the NUL-terminated texts that libpq wants.
struct PostgresParameters {
    private var bytes = [CChar]()
    /// Where each text starts; `nil` is NULL.
    private var starts = [Int?]()

    init(_ values: [SQLValue]) throws {
        starts.reserveCapacity(values.count)
        bytes.reserveCapacity(values.count * 40)
        for value in values {
            switch value {
            case .null: starts.append(nil)
            case .text(let text): try append(text)
            case .integer(let number): try append(String(number))
            case .boolean(let flag): try append(flag ? "t" : "f")
            case .real(let number):
                guard number.isFinite else { throw StorageError.constraint("a number that is not finite") }
                try append(number.description)
            }
        }
    }

    private mutating func append(_ text: String) throws {
        starts.append(bytes.count)
        var text = text
        try text.withUTF8 { utf8 in
            guard let start = utf8.baseAddress, !utf8.isEmpty else { return }
            guard memchr(start, 0, utf8.count) == nil else {
                throw StorageError.constraint("a text with the character U+0000")
            }
            start.withMemoryRebound(to: CChar.self, capacity: utf8.count) {
                bytes.append(contentsOf: UnsafeBufferPointer(start: $0, count: utf8.count))
            }
        }
        bytes.append(0)
    }

    var count: Int32 { Int32(starts.count) }

    func withPointers<Value>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value) -> Value {
        bytes.withUnsafeBufferPointer { buffer in
            let pointers = starts.map { start in start.flatMap { at in buffer.baseAddress.map { $0 + at } } }
            return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
        }
    }
}
