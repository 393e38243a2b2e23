import CQRCode
import Core

/// QR codes (ISO/IEC 18004) as SVG, level M.
package enum QRCode {
    /// Alphanumeric mode where the text allows it (base45 does), bytes otherwise.
    ///
    /// - Parameter title: read out by screen readers.
    /// - Throws: `Problem` 400 for text that no code can hold.
    package static func svg(_ text: String, title: String? = nil) throws -> String {
        let matrix = try modules(of: text)
        let border = 4
        let size = matrix.count + 2 * border
        var path = ""
        for (y, row) in matrix.enumerated() {
            var x = 0
            while x < row.count {
                guard row[x] else {
                    x += 1
                    continue
                }
                let start = x
                while x < row.count, row[x] { x += 1 }
                path += "M\(start + border) \(y + border)h\(x - start)v1h-\(x - start)z"
            }
        }
        let label = title.map { "<title>\(escapeHTML($0))</title>" } ?? ""
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size) \(size)" role="img" \
            shape-rendering="crispEdges">\(label)<path fill="#fff" d="M0 0h\(size)v\(size)H0z"/>\
            <path d="\(path)"/></svg>
            """
    }

    /// Rows of modules, true for dark.
    static func modules(of text: String) throws -> [[Bool]] {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= 2000, let input = QRinput_new2(0, QR_ECLEVEL_M) else {
            throw Problem(.invalidRequest, "the text does not fit into a QR code")
        }
        defer { QRinput_free(input) }
        let mode = bytes.allSatisfy(isAlphanumeric) ? QR_MODE_AN : QR_MODE_8
        guard QRinput_append(input, mode, Int32(bytes.count), bytes) == 0, let code = QRcode_encodeInput(input) else {
            throw Problem(.invalidRequest, "the text does not fit into a QR code")
        }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        guard let data = code.pointee.data else { return [] }
        return (0..<width).map { y in (0..<width).map { x in data[y * width + x] & 1 == 1 } }
    }

    /// The 45 characters of alphanumeric mode.
    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x3A, 0x41...0x5A, 0x20, 0x24, 0x25, 0x2A, 0x2B, 0x2D, 0x2E, 0x2F: true
        default: false
        }
    }
}
