/// Reads JSON (RFC 8259) from untrusted bytes: one value, bounded in size, depth and number.
///
/// Stricter than the RFC asks, so that no two readers can understand one text differently:
/// 1. a member name may appear once in an object, compared after escapes are resolved;
/// 2. text is valid UTF-8 without a byte order mark, and `\u` escapes form whole characters;
/// 3. U+0000 is refused, as neither database column nor C library carries it faithfully;
/// 4. numbers must be finite in double precision; whole ones that fit stay 64-bit integers.
package enum JSONParser {
    package struct Limits: Sendable {
        package var bytes: Int
        package var depth: Int
        /// Values in the whole text, containers included.
        package var values: Int

        package init(bytes: Int = 1 << 20, depth: Int = 32, values: Int = 10_000) {
            self.bytes = bytes
            self.depth = depth
            self.values = values
        }
    }

    package static func parse(_ bytes: some Collection<UInt8>, limits: Limits = Limits()) throws(JSONFault) -> JSONValue
    {
        let read: (UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONFault> = { buffer in
            var reader = JSONTextReader(buffer, limits: limits)
            return Result { () throws(JSONFault) in try reader.document() }
        }
        let result = bytes.withContiguousStorageIfAvailable(read) ?? Array(bytes).withUnsafeBufferPointer(read)
        return try result.get()
    }

    package static func parse(_ text: String, limits: Limits = Limits()) throws(JSONFault) -> JSONValue {
        try parse(text.utf8, limits: limits)
    }
}
