import Core
import Foundation
import TestKit
import Testing

@testable import Identity

@Suite("Identity rule 29: which passwords may be set")
struct CheckPasswordTests {
    private func refusal(_ password: String, _ change: (inout CheckPassword.Owner) -> Void = { _ in })
        -> PasswordRefusal?
    {
        var owner = CheckPassword.Owner()
        change(&owner)
        do throws(PasswordRefusal) {
            try CheckPassword()(Secret(password), of: owner)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "correct horse battery", "Yimen-door-2026", "泰山脚下看日出真好", "kx7#vTq2", "梅花开在北风里", "tQ9fzLw0",
        "我家有三只猫", "one boat two rivers", "73519042", "Jinan and the springs", "大明湖畔 tea 42",
    ])
    func `a password of eight characters that nobody tries first is good, whatever it is made of`(password: String) {
        let expected: PasswordRefusal? = password.count < 8 ? .tooShort(least: 8) : nil
        #expect(refusal(password) == expected)
    }

    @Test func `length counts in characters, and more for staff`() {
        #expect(refusal("kx7#vTq") == .tooShort(least: 8))
        #expect(refusal("") == .tooShort(least: 8))
        #expect(refusal("kx7#vTq2mW!") { $0.isStaff = true } == .tooShort(least: 12))
        #expect(refusal("kx7#vTq2mW!p") { $0.isStaff = true } == nil)
        #expect(refusal(String(repeating: "kx7#vTq2", count: 32)) == nil)
        #expect(refusal(String(repeating: "kx7#vTq2", count: 32) + "x") == .tooLong(most: 256))
    }

    @Test(arguments: [
        "woaini1314", "woaini520", "WoAiNi1314", "password", "Password1", "P@ssw0rd", "p@ssw0rd!", "passw0rd123",
        "iloveyou", "5201314520", "5201314woaini", "Admin@123", "admin123456", "welcome1", "zhangwei1990",
        "wodemima123", "qingdao2024", "jinan@2026", "Yimen2026", "yimen123456", "laogong520", "31415926", "7758521a",
        "a7758521", "ｗｏａｉｎｉ１３１４", "wo ai ni 1314", "superman", "shandong", "abc123456", "123456abc",
        "qq123456", "li123456", "nihaonihao", "drowssap", "1314woaini",
    ])
    func `what is tried first is refused`(password: String) {
        #expect(refusal(password) == .common, "\(password)")
    }

    @Test func `what the seed publishes is known to be published`() throws {
        let seed = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../config/seed")
        func file(_ name: String) throws -> JSONValue {
            try JSONParser.parse(Array(Data(contentsOf: seed.appending(path: name))))
        }
        #expect(
            FoldedPassword(try #require(try file("people.json")["password"]?.stringValue)) == PublishedSecrets.password)
        let secrets = try #require(try file("clients.json")["clients"]?.arrayValue).compactMap {
            $0["secret"]?.stringValue
        }
        #expect(secrets.count > 3 && secrets.allSatisfy { PublishedSecrets.contain(Secret($0)) })
    }

    @Test func `the password that the demo publishes is good in the demo alone`() throws {
        for password in ["Yimen-demo-2026", "yimen-DEMO-2026"] {
            #expect(refusal(password) == .common, "\(password)")
            try CheckPassword(demo: true)(Secret(password), of: CheckPassword.Owner())
        }
    }

    @Test(arguments: [
        "12345678", "87654321", "abcdefgh", "aaaaaaaa", "12121212", "abcdabcd", "qwertyui", "1qaz2wsx", "1qaz2wsx3edc",
        "qwer1234", "1234qwer!", "asdf;lkj123", "zxcvbnm,./", "14725836", "QWERTY123456", "19900101", "31121999",
        "20081308", "11112222", "aaa111bbb", "zyxwvuts", "!@#$%^&*",
    ])
    func `rows of keys, counting, repeating and dates are refused`(password: String) {
        let found = refusal(password)
        #expect(found == .pattern || found == .common, "\(password) \(String(describing: found))")
    }

    @Test func `what others know about the person is refused`() {
        let owner: (inout CheckPassword.Owner) -> Void = {
            $0.signInName = "officer.jinan"
            $0.phone = "13805310042"
            $0.identityNumber = "37010219800229481X"
        }
        for password in [
            "13805310042", "my380531xx", "Tel 138-0531", "19800229!k", "29481Xab", "229481xx!", "Officer.Jinan",
            "officerjinan42", "xofficer_jinan",
        ] {
            #expect(refusal(password, owner) == .personal, "\(password)")
        }
        #expect(refusal("officer jinan likes tea", owner) == nil)
        #expect(refusal("k39%2vQm", owner) == nil)
    }

    @Test func `every word of the list is refused with every kind of tail`() {
        for word in WeakPasswords.words.sorted() {
            for password in [word + "5201314", word + "@123456", "12345678" + word, word + word + "", word + "2026!"] {
                guard password.count >= 8 else { continue }
                #expect(refusal(password) != nil, "\(password)")
            }
        }
        #expect(WeakPasswords.words.count > 250 && WeakPasswords.tails.count > 150)
        #expect(WeakPasswords.words.union(WeakPasswords.tails).allSatisfy { FoldedPassword($0).plain == $0 })
    }

    @Test func `every way to a password asks the same rules`() async throws {
        try await House.run { house in
            for (password, roles) in [
                ("woaini1314", []), ("short", []), ("19911111111", []), ("elevenchars", [.auditor]),
            ]
                as [(String, Set<Role>)]
            {
                let error = await #expect(throws: PersonFault.self) {
                    try await house.provider.people.add(
                        NewPerson(
                            name: "测试", phone: "19911111111", signInName: roles.isEmpty ? nil : "staff.one",
                            roles: roles, password: Secret(password)))
                }
                #expect(error?.faults.count == 1 && error?.description.contains("the password") == true)
                #expect(error?.description.contains(password) == false)
            }
        }
    }
}
