import Core
import Cryptography
import Testing

@Suite("RFC 9285 base45")
struct Base45Tests {
    @Test(arguments: [
        ("AB", "BB8"), ("Hello!!", "%69 VD92EX0"), ("base-45", "UJCLQE7W581"), ("ietf!", "QED8WEX0"), ("", ""),
    ])
    func `the published vectors hold in both directions`(plain: String, text: String) {
        #expect(Base45.encode(Array(plain.utf8)) == text)
        #expect(Base45.decode(text) == Array(plain.utf8))
    }

    @Test func `all byte pairs survive`() {
        for value in stride(from: 0, through: 0xFFFF, by: 251) {
            let bytes = [UInt8(value >> 8), UInt8(value & 0xFF)]
            #expect(Base45.decode(Base45.encode(bytes)) == bytes)
            #expect(Base45.decode(Base45.encode([bytes[1]])) == [bytes[1]])
        }
    }

    @Test(arguments: ["A", "ABCD", "bb8", "GGW", ":::", "::", "W5", "B_8", "ＢＢ8", "BB8\n"])
    func `foreign characters, lengths and overflowing groups are refused`(text: String) {
        #expect(Base45.decode(text) == nil)
    }
}
