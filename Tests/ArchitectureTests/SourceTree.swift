import Foundation

/// The files of the product as text.
struct SourceTree {
    struct File: Sendable, CustomStringConvertible {
        /// Path from the package's root.
        let path: String
        let text: String

        var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
        var target: String { String(path.split(separator: "/")[1]) }
        var name: String { (path as NSString).lastPathComponent }
        var description: String { path }

        /// Modules named by import declarations.
        var imports: [String] {
            lines.compactMap { line in
                let words = line.split(separator: " ").filter {
                    !["package", "internal", "private", "@testable"].contains($0)
                }
                guard words.first == "import", words.count > 1 else { return nil }
                return words.count > 2 ? words[2].split(separator: ".").first.map(String.init) : String(words[1])
            }
        }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func swiftFiles(below folder: String) throws -> [File] {
        try files(below: folder, ending: [".swift"])
    }

    static func files(below folder: String, ending endings: [String]) throws -> [File] {
        let base = root.appending(path: folder)
        guard let walker = FileManager.default.enumerator(atPath: base.path) else { return [] }
        var files = [File]()
        for case let path as String in walker where endings.contains(where: path.hasSuffix) && !path.contains(".build/")
        {
            let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
            files.append(File(path: folder + "/" + path, text: text))
        }
        return files.sorted { $0.path < $1.path }
    }
}
