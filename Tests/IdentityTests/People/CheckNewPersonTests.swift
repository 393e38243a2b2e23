import Core
import Testing

@testable import Identity

@Suite("A new person: the name that is shown and the name to sign in with")
struct CheckNewPersonTests {
    private func check(_ name: String, _ signInName: String) throws(PersonFault) -> NewPerson {
        try CheckNewPerson(demo: false)(
            NewPerson(name: name, signInName: signInName, password: Secret("one boat two rivers")))
    }

    @Test(arguments: [
        "测试\n甲", "测试\t甲", "\u{1B}[31m测试", "测试\u{202E}甲", "", String(repeating: "测", count: 101),
    ])
    func `a name that is no plain text is refused`(name: String) {
        let fault = #expect(throws: PersonFault.self) { try check(name, "officer.jinan") }
        #expect(fault?.faults == ["the name must have 1 to 100 characters and no control characters"])
    }

    @Test(arguments: ["测", "古丽·测试", "Anne-Marie O'Neil", "测\u{E863}"])
    func `names of people are taken as they are`(name: String) throws {
        #expect(try check(name, "officer.jinan").name == name)
    }

    @Test(arguments: ["li si", " lisi", "ｌｉｓｉ", "李四", "19900000001", ""])
    func `a sign-in name that would become another is refused`(typed: String) {
        let fault = #expect(throws: PersonFault.self) { try check("测试甲", typed) }
        #expect(fault?.faults.first?.hasPrefix("the sign-in name must be") == true)
    }

    @Test func `only capitals are folded, as at every sign-in`() throws {
        #expect(try check("测试甲", "Officer.Jinan").signInName == "officer.jinan")
    }
}
