import Core
import Cryptography
import Foundation
import Testing

@Suite("Key ring of a running process")
struct LiveKeyRingTests {
    private let directory = FileManager.default.temporaryDirectory.path + "/yimen-live-" + Surroundings().newID()

    private func remove() { try? FileManager.default.removeItem(atPath: directory) }

    private func process() throws -> LiveKeyRing {
        LiveKeyRing(try KeyRing.loadOrCreate(directory: directory), directory: directory)
    }

    private func ticket() throws -> HallTicket {
        try HallTicket(
            reservation: "0193a5c0-0000-7000-8000-00000000002a", hall: "jinan", item: "estate-transfer-existing",
            start: Instant(seconds: 1_795_397_400), windowMinutes: 30, person: [1, 2, 3, 4, 5, 6, 7, 8], revision: 1)
    }

    @Test func `a value under a key made elsewhere opens at once`() throws {
        defer { remove() }
        let server = StandardProvider(keys: try process())
        _ = try KeyRing.addKey(directory: directory)
        let sealed = try StandardProvider(keyRing: .load(directory: directory)).seal("x", context: "c")
        #expect(sealed.hasPrefix("v1.2."))
        #expect(try server.openText(sealed, context: "c") == "x")
        #expect(try server.seal("y", context: "c").hasPrefix("v1.2."))
    }

    @Test func `an unknown number stays unknown`() throws {
        defer { remove() }
        let server = StandardProvider(keys: try process())
        let sealed = try server.seal("x", context: "c").replacing("v1.1.", with: "v1.9.")
        #expect(throws: SealFault.unknownKey(9)) { try server.open(sealed, context: "c") }
    }

    @Test func `keys that follow one another at once are all seen`() throws {
        defer { remove() }
        let keys = try process()
        let provider = StandardProvider(keys: keys)
        for number in 2...40 {
            #expect(try KeyRing.addKey(directory: directory) == number)
            let sealed = try StandardProvider(keyRing: .load(directory: directory)).seal("x", context: "c")
            #expect(try provider.openText(sealed, context: "c") == "x")
        }
        #expect(try KeyRing.currentSince(directory: directory) <= SystemClock().now())
    }

    @Test func `a ring that cannot be read leaves the one in memory in force`() throws {
        defer { remove() }
        let keys = try process()
        let provider = StandardProvider(keys: keys)
        let sealed = try provider.seal("x", context: "c")
        remove()
        #expect(throws: KeyRingFault.self) { try keys.refresh() }
        #expect(try provider.openText(sealed, context: "c") == "x")
    }

    @Test func `tickets follow the ring, and those of a retired key are honoured until its file is gone`() throws {
        defer { remove() }
        let keys = try process()
        let codec = try HallTicketCodec(keys: keys)
        let paper = try codec.encode(try ticket())
        _ = try KeyRing.addKey(directory: directory)
        #expect(try keys.refresh())
        #expect(try !keys.refresh())
        #expect(try codec.encode(try ticket()) != paper)
        try KeyRing.retire(1, directory: directory)
        try keys.refresh()
        #expect(keys.ring.numbers == [2])
        #expect(try codec.decode(paper) == ticket())
        try FileManager.default.removeItem(atPath: directory + "/retired-1.key")
        try keys.refresh()
        #expect(throws: HallTicketFault.unknownKey(1)) { try codec.decode(paper) }
    }

    @Test func `a key that waits opens, does not seal, and then becomes current`() throws {
        defer { remove() }
        let keys = try process()
        let provider = StandardProvider(keys: keys)
        #expect(try KeyRing.activateNext(directory: directory) == nil)
        #expect(try KeyRing.prepareKey(directory: directory) == 2)
        #expect(try KeyRing.prepareKey(directory: directory) == 2)
        try keys.refresh()
        #expect(try provider.seal("x", context: "c").hasPrefix("v1.1."))
        #expect(try KeyRing.activateNext(directory: directory) == 2)
        try keys.refresh()
        let sealed = try provider.seal("x", context: "c")
        #expect(sealed.hasPrefix("v1.2.") && StandardProvider.keyNumber(of: sealed) == 2)
        #expect(throws: KeyRingFault.notRetirable(2, reason: "it is the current key")) {
            try KeyRing.retire(2, directory: directory)
        }
    }
}
