import CZlib

/// The gzip form of a file (RFC 1952), made once at the start with the best compression.
enum Gzip {
    /// - Returns: `nil` when it would not be at least a tenth smaller, or zlib refuses.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // 15 bits of window, and 16 for a gzip header instead of zlib's own.
        let opened = deflateInit2_(
            &stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard opened == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let limit = bytes.count * 9 / 10
        guard limit > 0 else { return nil }
        var input = bytes
        var isWhole = false
        let output = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            input.withUnsafeMutableBufferPointer { source in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = buffer.baseAddress
                stream.avail_out = UInt32(limit)
                isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
            }
            count = isWhole ? limit - Int(stream.avail_out) : 0
        }
        return isWhole ? output : nil
    }
}

/// What a caller's `Accept-Encoding` allows (RFC 9110 §12.5.3).
enum AcceptedEncoding {
    /// Whether gzip is acceptable: named, or covered by `*`, without `q=0`.
    static func allowsGzip(_ header: String?) -> Bool {
        guard let header else { return false }
        var wildcard = false
        for entry in header.split(separator: ",") {
            let parts = entry.split(separator: ";").map { $0.trimming { $0 == " " || $0 == "\t" } }
            guard let name = parts.first?.lowercased() else { continue }
            let isAllowed = !parts.dropFirst().contains { weight in
                let text = weight.lowercased()
                return text.hasPrefix("q=") && Double(text.dropFirst(2)) == 0
            }
            if name == "gzip" || name == "x-gzip" { return isAllowed }
            if name == "*" { wildcard = isAllowed }
        }
        return wildcard
    }
}
