import Testing

@Suite("STYLE: size, names and safety of source files")
struct SourceShapeTests {
    @Test(arguments: ["Sources", "Tests", "Benchmarks"]) func `no file is longer than 400 lines`(folder: String) throws
    {
        let kinds = [".swift", ".css", ".js", ".mustache", ".py"]
        for file in try SourceTree.files(below: folder, ending: kinds) {
            #expect(file.lines.count <= 401, "\(file.path) has \(file.lines.count) lines")
        }
    }

    @Test func `no file is named after nothing`() throws {
        let vague = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utilities", "Base", "Common", "Misc"]
        for file in try SourceTree.swiftFiles(below: "Sources") {
            for word in vague {
                #expect(!file.name.hasSuffix(word + ".swift"), "\(file.path)")
            }
        }
    }

    @Test func `nothing silences an error or the compiler`() throws {
        let forbidden = ["try!", "fatalError(", "nonisolated(unsafe)", "as! ", "TODO", "FIXME"]
        for file in try SourceTree.swiftFiles(below: "Sources") {
            for word in forbidden where file.text.contains(word) {
                Issue.record("\(file.path) contains \(word)")
            }
        }
    }

    @Test func `unchecked concurrency carries its proof`() throws {
        for file in try SourceTree.swiftFiles(below: "Sources") {
            let lines = file.lines
            for (index, line) in lines.enumerated() where line.contains("@unchecked Sendable") {
                let proof = index > 0 && lines[index - 1].contains("///") || line.contains("//")
                #expect(proof, "\(file.path):\(index + 1) has no comment with the proof")
            }
        }
    }
}
