import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Style sheets, scripts and pictures, held in memory under a path that changes with their content.
package struct StaticLibrary: Sendable {
    struct File: Sendable {
        let plain: Form
        /// The same in gzip, for texts that gain by it.
        let gzip: Form?

        /// One representation: each has a tag of its own, since tags are compared byte by byte (RFC 9110 §8.8.3.3).
        struct Form: Sendable {
            let headers: HTTPFields
            let buffer: ByteBuffer
            let eTag: String
        }
    }

    /// `/static/<hash of all files>`: a page's assets are of one version, relative imports between
    /// scripts included.
    package let prefix: String
    let hash: String
    let files: [String: File]

    /// - Throws: `PageFault` for a folder that cannot be read.
    package init(directory: String) throws {
        var contents = [String: [String: Data]]()
        guard let walker = FileManager.default.enumerator(atPath: directory) else {
            throw PageFault("no static files in \(directory)")
        }
        for case let path as String in walker where !path.split(separator: "/").contains(where: { $0.first == "." }) {
            var isDirectory: ObjCBool = false
            guard FileManager.default.fileExists(atPath: directory + "/" + path, isDirectory: &isDirectory),
                !isDirectory.boolValue
            else { continue }
            guard let data = FileManager.default.contents(atPath: directory + "/" + path) else {
                throw PageFault("\(path) cannot be read")
            }
            contents[StaticLibrary.sheet(of: path) ?? path, default: [:]][path] = data
        }
        var hash = FNV1a()
        var files = [String: File]()
        for (path, parts) in contents.sorted(by: { $0.key < $1.key }) {
            let data = Data(parts.sorted { $0.key < $1.key }.map(\.value).joined(separator: [UInt8(ascii: "\n")]))
            var own = FNV1a()
            own.add(data)
            hash.add(path.utf8)
            hash.add(data)
            files[path] = StaticLibrary.file(path, [UInt8](data), own.text)
        }
        self.files = files
        self.hash = hash.text
        prefix = "/static/" + hash.text
    }

    /// The style sheet that a part of one belongs to: `css/base/1-tokens.css` and its neighbours are served as
    /// `css/base.css`, in the order of their names, so that a page asks once for what is edited in pieces.
    private static func sheet(of path: String) -> String? {
        let folders = path.split(separator: "/")
        guard folders.count == 3, folders[0] == "css", path.hasSuffix(".css") else { return nil }
        return "css/\(folders[1]).css"
    }

    private static func file(_ path: String, _ bytes: [UInt8], _ hash: String) -> File {
        let type = mediaType(of: path)
        let isText = type.hasPrefix("text/") || type.hasPrefix("image/svg")
        guard isText, let small = Gzip.compress(bytes) else {
            let eTag = "\"\(hash)\""
            let headers: HTTPFields = [.contentType: type, .eTag: eTag]
            return File(plain: .init(headers: headers, buffer: ByteBuffer(bytes: bytes), eTag: eTag), gzip: nil)
        }
        func form(_ bytes: [UInt8], _ eTag: String, encoding: String?) -> File.Form {
            var headers: HTTPFields = [.contentType: type, .vary: "Accept-Encoding", .eTag: eTag]
            headers[.contentEncoding] = encoding
            return File.Form(headers: headers, buffer: ByteBuffer(bytes: bytes), eTag: eTag)
        }
        return File(
            plain: form(bytes, "\"\(hash)\"", encoding: nil), gzip: form(small, "\"\(hash)-gzip\"", encoding: "gzip"))
    }

    private static func mediaType(of path: String) -> String {
        switch path.split(separator: ".").last?.lowercased() {
        case "css": "text/css; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml; charset=utf-8"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "webp": "image/webp"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "json", "webmanifest": "application/json"
        case "mp3": "audio/mpeg"
        case "wav": "audio/wav"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}

/// A fast checksum for cache names (FNV-1a, 64 bit); nothing secret or hostile hangs on it.
struct FNV1a {
    private var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    }

    var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
