import Testing

@testable import Identity

@Suite("Sign-in names")
struct SignInNameTests {
    @Test(arguments: [
        "19900000001", "+8619900000001", "199 0000 0001", "199-0000-0001",
        "１９９００００００００１".replacing("００００００００", with: "０００００００"),
    ])
    func `a phone is one phone however it is typed`(typed: String) {
        #expect(SignInName(typed)?.kind == .phone)
        #expect(SignInName(typed)?.text == "19900000001")
    }

    @Test func `staff names ignore case, width and spaces around them`() {
        #expect(SignInName(" Officer.Jinan ")?.text == "officer.jinan")
        #expect(SignInName("ｏｆｆｉｃｅｒ.jinan")?.text == "officer.jinan")
    }

    @Test(arguments: ["", "   ", "测试甲", String(repeating: "a", count: 65), "a\u{0}b"])
    func `what cannot be a name is none`(typed: String) {
        #expect(SignInName(typed) == nil)
    }
}
