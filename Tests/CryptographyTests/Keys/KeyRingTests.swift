import Core
import Cryptography
import Foundation
import Testing

@Suite("Key ring on disk")
struct KeyRingTests {
    private let directory = FileManager.default.temporaryDirectory.path + "/yimen-keys-" + Surroundings().newID()

    private func mode(_ name: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/" + name)
        return attributes[.posixPermissions] as? Int
    }

    private func remove() { try? FileManager.default.removeItem(atPath: directory) }

    @Test func `a first start makes keys that only the owner can read`() throws {
        defer { remove() }
        let path = directory + "/var/keys"
        let ring = try KeyRing.loadOrCreate(directory: path)
        #expect(ring.numbers == [1])
        #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["data-1.key", "index.key"])
        #expect(try mode("var/keys/data-1.key") == 0o600)
        #expect(try mode("var/keys/index.key") == 0o600)
        #expect(try mode("var/keys") == 0o700)
    }

    @Test func `a later start finds the same keys`() throws {
        defer { remove() }
        let first = StandardProvider(keyRing: try KeyRing.loadOrCreate(directory: directory))
        let second = StandardProvider(keyRing: try KeyRing.loadOrCreate(directory: directory))
        #expect(try second.openText(try first.seal("x", context: "c"), context: "c") == "x")
        #expect(first.blindIndex("x", domain: "d") == second.blindIndex("x", domain: "d"))
    }

    @Test func `processes that start together agree`() async throws {
        defer { remove() }
        let directory = directory
        let indexes = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    StandardProvider(keyRing: try KeyRing.loadOrCreate(directory: directory)).blindIndex(
                        "x", domain: "d")
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(indexes.count == 1)
    }

    @Test func `rotation keeps old values readable and the blind index unchanged`() throws {
        defer { remove() }
        let old = StandardProvider(keyRing: try KeyRing.loadOrCreate(directory: directory))
        let sealed = try old.seal("x", context: "c")
        #expect(try KeyRing.addKey(directory: directory) == 2)
        let new = StandardProvider(keyRing: try KeyRing.load(directory: directory))
        #expect(try new.openText(sealed, context: "c") == "x")
        #expect(new.needsResealing(sealed))
        let resealed = try new.seal("x", context: "c")
        #expect(resealed.hasPrefix("v1.2."))
        #expect(!new.needsResealing(resealed))
        #expect(new.blindIndex("x", domain: "d") == old.blindIndex("x", domain: "d"))
        #expect(throws: SealFault.unknownKey(2)) { try old.open(resealed, context: "c") }
    }

    @Test func `a key file that others may read stops the start`() throws {
        defer { remove() }
        _ = try KeyRing.loadOrCreate(directory: directory)
        let file = directory + "/data-1.key"
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        #expect(throws: KeyRingFault.permissions(file)) { try KeyRing.load(directory: directory) }
    }

    @Test(arguments: [
        "", "AAAA\n", "not base64url at all, and long enough to be one\n", String(repeating: "A", count: 500),
    ])
    func `a damaged key file stops the start and is left alone`(content: String) throws {
        defer { remove() }
        _ = try KeyRing.loadOrCreate(directory: directory)
        let file = directory + "/index.key"
        try FileManager.default.removeItem(atPath: file)
        let made = FileManager.default.createFile(
            atPath: file, contents: Data(content.utf8), attributes: [.posixPermissions: 0o600])
        #expect(made)
        #expect(throws: KeyRingFault.malformed(file)) { try KeyRing.loadOrCreate(directory: directory) }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == content)
    }

    @Test(arguments: ["index.key", "data-1.key"])
    func `a lost key is never replaced in silence`(name: String) throws {
        defer { remove() }
        _ = try KeyRing.loadOrCreate(directory: directory)
        try FileManager.default.removeItem(atPath: directory + "/" + name)
        #expect(throws: KeyRingFault.incomplete(directory, missing: name)) {
            try KeyRing.loadOrCreate(directory: directory)
        }
    }

    @Test func `a missing directory is named when nothing may be created`() {
        let fault = #expect(throws: KeyRingFault.self) { try KeyRing.load(directory: directory) }
        #expect(fault?.description.contains(directory) == true)
    }
}
