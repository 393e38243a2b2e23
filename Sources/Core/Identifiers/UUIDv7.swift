/// Time-ordered identifiers (RFC 9562 §5.7) in canonical lower-case text, the id of every row.
package enum UUIDv7 {
    private static let hex = Array("0123456789abcdef".utf8)

    /// - Parameter instant: held within the 48 bits of the time field, from 1970 on.
    package static func make(at instant: Instant, random: some RandomSource) -> String {
        var bytes = [UInt8](repeating: 0, count: 6) + random.bytes(10)
        let time = UInt64(max(0, instant.milliseconds))
        for index in 0..<6 { bytes[index] = UInt8(truncatingIfNeeded: time >> UInt64(40 - 8 * index)) }
        bytes[6] = 0x70 | (bytes[6] & 0x0F)
        bytes[8] = 0x80 | (bytes[8] & 0x3F)
        return text(bytes)
    }

    /// The 16 bytes of a canonical lower-case UUID of any version; `nil` for any other text.
    package static func bytes(_ text: String) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count == 36 else { return nil }
        var nibbles = [UInt8]()
        for (index, character) in characters.enumerated() {
            switch (index, character) {
            case (8, 0x2D), (13, 0x2D), (18, 0x2D), (23, 0x2D): continue
            case (_, 0x30...0x39): nibbles.append(character - 0x30)
            case (_, 0x61...0x66): nibbles.append(character - 0x61 + 10)
            default: return nil
            }
        }
        guard nibbles.count == 32 else { return nil }
        return stride(from: 0, to: 32, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
    }

    /// - Precondition: exactly 16 bytes.
    package static func text(_ bytes: [UInt8]) -> String {
        precondition(bytes.count == 16)
        var output = [UInt8]()
        output.reserveCapacity(36)
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 { output.append(0x2D) }
            output.append(hex[Int(byte >> 4)])
            output.append(hex[Int(byte & 0x0F)])
        }
        return String(decoding: output, as: UTF8.self)
    }
}
