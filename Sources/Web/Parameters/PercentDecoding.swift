/// The one decoding rule of the product for `%hh` and `+`.
package enum PercentDecoding {
    /// A component of `application/x-www-form-urlencoded` text: `+` is a space, `%hh` a byte.
    ///
    /// - Returns: `nil` for a broken escape, bytes that are not UTF-8, or U+0000.
    package static func form(_ bytes: some Collection<UInt8>) -> String? {
        decode(bytes, plusIsSpace: true)
    }

    /// A path segment: `+` stands for itself.
    package static func path(_ text: String) -> String? {
        decode(text.utf8, plusIsSpace: false)
    }

    private static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> String? {
        var output = [UInt8]()
        output.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case 0x2B where plusIsSpace: output.append(0x20)
            case 0x25:
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                output.append(high << 4 | low)
            default: output.append(byte)
            }
        }
        guard !output.contains(0) else { return nil }
        return String(validating: output, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private static let hex = Array("0123456789ABCDEF".utf8)

    /// Escapes everything but the unreserved characters (RFC 3986 §2.3), fit for a path segment, a
    /// query component and a form value alike.
    package static func escape(_ text: String) -> String {
        var output = [UInt8]()
        output.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: output.append(byte)
            default: output.append(contentsOf: [0x25, hex[Int(byte >> 4)], hex[Int(byte & 15)]])
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
