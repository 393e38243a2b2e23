import Core
import Cryptography
import Testing

@Suite("Sealing and blind index")
struct StandardProviderTests {
    private let provider = StandardProvider(keyRing: .temporary())

    @Test(arguments: ["", "测试甲", "370102180001010001", String(repeating: "长", count: 5000)])
    func `a value opens in its own place`(text: String) throws {
        let sealed = try provider.seal(text, context: "person.name:1")
        #expect(sealed.hasPrefix("v1.1."))
        #expect(try provider.openText(sealed, context: "person.name:1") == text)
        #expect(try provider.seal(text, context: "person.name:1") != sealed)
    }

    @Test func `a value moved to another row does not open`() throws {
        let sealed = try provider.seal("测试甲", context: "person.name:1")
        for context in ["person.name:2", "person.phone:1", "", "person.name:1 "] {
            #expect(throws: SealFault.notAuthentic) { try provider.open(sealed, context: context) }
        }
    }

    @Test func `no altered character goes unnoticed`() throws {
        let sealed = Array(try provider.seal("13800000000", context: "c").utf8)
        for index in sealed.indices {
            for replacement in [sealed[index] ^ 1, sealed[index] ^ 0x20, UInt8(ascii: "A"), UInt8(ascii: ".")] {
                guard replacement != sealed[index] else { continue }
                var altered = sealed
                altered[index] = replacement
                let text = String(decoding: altered, as: UTF8.self)
                #expect(throws: SealFault.self) { try provider.open(text, context: "c") }
            }
        }
        for count in 0..<sealed.count {
            let text = String(decoding: sealed.prefix(count), as: UTF8.self)
            #expect(throws: SealFault.self) { try provider.open(text, context: "c") }
        }
    }

    @Test(arguments: [
        ("", SealFault.malformed), ("v1.1", .malformed), ("v1.1.", .malformed), ("v1.1.AAAA", .malformed),
        ("v1.01.AAAA", .malformed), ("v1.+1.AAAA", .malformed), ("v1.0.AAAA", .malformed), ("v1.-1.AAAA", .malformed),
        ("v2.1.AAAA", .unknownFormat), ("v1.7.AAAA", .unknownKey(7)), ("v1.1.AA==.x", .malformed),
        ("v1.99999999999999999999.AAAA", .malformed),
    ])
    func `a foreign text is refused for the right reason`(text: String, fault: SealFault) {
        #expect(throws: fault) { try provider.open(text, context: "c") }
    }

    @Test func `another ring of the same numbers opens nothing`() throws {
        let sealed = try provider.seal("x", context: "c")
        let other = StandardProvider(keyRing: .temporary())
        #expect(throws: SealFault.notAuthentic) { try other.open(sealed, context: "c") }
        #expect(other.blindIndex("x", domain: "d") != provider.blindIndex("x", domain: "d"))
    }

    @Test func `the blind index separates domains and values`() {
        let index = provider.blindIndex("37", domain: "phone")
        #expect(index.utf8.count == 43)
        #expect(provider.blindIndex("37", domain: "phone") == index)
        #expect(provider.blindIndex("7", domain: "phone3") != index)
        #expect(provider.blindIndex("37", domain: "identity") != index)
    }

    @Test func `the digest is plain SHA-256`() {
        #expect(provider.digest("abc") == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")
    }
}
