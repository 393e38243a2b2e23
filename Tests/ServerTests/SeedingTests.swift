import Foundation
import TestKit
import Testing

@testable import Server

@Suite("Seeding: a fault names its file and member")
struct SeedingTests {
    private static let files = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "config/seed").path()

    /// What an operator reads after seeding from a directory.
    private func refusal(from directory: String) async throws -> String {
        try await Installation.run(.sqlite, flags: ["seed.directory": directory]) { installation in
            try await installation.open { groundwork in
                do {
                    _ = try await Seeding(groundwork: groundwork).run(demo: true)
                    return ""
                } catch {
                    return "\(OperatorMessage(error))"
                }
            }
        }
    }

    @Test(arguments: [
        ("people.json", "\"L3\"", "\"high\"", "/people/0/assurance: must be one of L0, L1"),
        ("people.json", "\"name\":", "\"nmae\":", "/people/0/name: is missing"),
        ("people.json", "\"name\": \"测试甲\"", "\"name\": 3", "/people/0/name: must be a text"),
        ("people.json", "370102180001010001", "3701", "/people/0: identity number"),
        ("people.json", "\"people\": [", "\"people\": [,", "/people/0: this character is not allowed here"),
        ("halls.json", "\"code\": \"370100\"", "\"code\": 370100", "/cities/0/code: must be a text"),
        ("rules.json", "\"walkInPercent\": 30", "\"walkInPercent\": 130", "/standard/walkInPercent: must be a whole"),
    ])
    func `a wrong value is told with its place`(file: String, old: String, new: String, words: String) async throws {
        try await withTemporaryDirectory { directory in
            for name in try FileManager.default.contentsOfDirectory(atPath: Self.files) {
                var text = try String(contentsOfFile: Self.files + "/" + name, encoding: .utf8)
                if name == file { text.replaceSubrange(try #require(text.range(of: old)), with: new) }
                try text.write(toFile: directory + "/" + name, atomically: false, encoding: .utf8)
            }
            let refusal = try await refusal(from: directory)
            #expect(refusal.hasPrefix("\(directory)/\(file): \(words)"), "\(refusal)")
        }
    }

    @Test func `files that lie elsewhere are asked for by the key that names their directory`() async throws {
        let refusal = try await refusal(from: "/nosuch")
        for word in ["/nosuch", "seed.directory", "YIMEN_SEED_DIRECTORY"] {
            #expect(refusal.contains(word), "\(refusal)")
        }
    }
}
