import Core
import Testing

@Suite("RFC 4648 §5 base64url")
struct Base64URLTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the published vectors hold in both directions`(plain: String, text: String) {
        #expect(Base64URL.encode(plain.utf8) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test func `all bytes survive`() {
        let bytes = (0...255).map(UInt8.init)
        #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
    }

    @Test(arguments: ["Z", "Zm9vY", "Zg==", "Zm9v\n", " Zg", "+/8", "Zé", "Zh", "Zm9", "-_9", "Zm9vYh"])
    func `padding, foreign characters and spare bits are refused`(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }

    @Test func `every value has exactly one spelling`() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let accepted = alphabet.filter { Base64URL.decode("Z\($0)") != nil }
        #expect(accepted == ["A", "Q", "g", "w"])
    }
}

@Suite("RFC 9562 §5.7 UUIDv7")
struct UUIDv7Tests {
    private struct Zero: RandomSource {
        func bytes(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }
    }

    @Test func `the time leads and version and variant are set`() {
        let text = UUIDv7.make(at: Instant(milliseconds: 0x017F_22E2_79B0), random: Zero())
        #expect(text == "017f22e2-79b0-7000-8000-000000000000")
        #expect(UUIDv7.make(at: Instant(milliseconds: -5), random: Zero()).hasPrefix("00000000-0000-7"))
    }

    @Test func `later identifiers sort after earlier ones`() {
        let random = SystemRandom()
        let texts = (0..<200).map { UUIDv7.make(at: Instant(milliseconds: 1_795_397_400_000 + $0), random: random) }
        #expect(texts == texts.sorted())
        #expect(Set(texts).count == texts.count)
    }

    @Test func `text and bytes agree`() throws {
        let text = Surroundings().newID()
        #expect(UUIDv7.text(try #require(UUIDv7.bytes(text))) == text)
    }

    @Test(arguments: [
        "", "017f22e2-79b0-7000-8000-00000000000", "017F22E2-79b0-7000-8000-000000000000",
        "017f22e279b0-7000-8000-0000000000000", "017f22e2-79b0-7000-8000-00000000000g",
        "017f22e2_79b0-7000-8000-000000000000",
    ])
    func `any other text is refused`(text: String) {
        #expect(UUIDv7.bytes(text) == nil)
    }

    @Test func `handles are unguessable and of one length`() {
        let handles = Set((0..<100).map { _ in Surroundings().newHandle() })
        #expect(handles.count == 100)
        #expect(handles.allSatisfy { $0.utf8.count == 43 })
    }
}

@Suite("Secrets")
struct SecretTests {
    @Test func `a secret shows itself nowhere but on request`() {
        let secret = Secret("Yimen-demo-2026")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains("Yimen")) }
        #expect(secret.reveal() == "Yimen-demo-2026")
    }
}
