import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Account page")
struct AccountTests {
    @Test func `shows who, where and which systems, and signs out of one, one device, all`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient { $0.name = "测试部门" }
            try await house.addClient("other")
            var phone = Browser()
            var desk = Browser()
            _ = try await house.code(Attempt(), &phone)
            _ = try await house.code(Attempt(client: "other", redirectURI: "https://other.example/callback"), &phone)
            _ = try await house.code(Attempt(), &desk)
            let page = try await phone.get("/account", house.client)
            #expect(page.status == .ok)
            #expect(page.text.contains("测*甲") && page.text.contains("199****0001"))
            #expect(!page.text.contains("测试甲") && !page.text.contains("19900000001"))
            #expect(page.text.contains("测试部门"))
            let token = try #require(page.formToken)
            let sid = try #require(page.field("target"))
            func post(_ action: String, _ target: String?) async throws -> TestResponse {
                var form = ParameterList(["action": action, "csrf": token])
                if let target { form.append("target", target) }
                return try await house.client.post("/account", form: form, phone.headers)
            }
            #expect(try await post("sign-out-system", sid).status == .seeOther)
            #expect(house.listener.sids == [sid])
            #expect(try await post("nonsense", nil).status == .badRequest)
            #expect(try await post("sign-out-device", "not-mine").status == .seeOther)
            #expect(try await house.authorize(Attempt(), &desk).answer != nil)
            #expect(try await post("sign-out-everywhere", nil).status == .ok)
            #expect(try await house.authorize(Attempt(), &desk).page != nil)
            #expect(
                try await phone.get("/account", house.client).headers[.location] == "/auth/sign-in?return=%2Faccount")
        }
    }

    @Test func `nobody signs out what is another person's`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addCitizen(phone: "19900000002")
            try await house.addClient()
            var victim = Browser()
            var other = Browser()
            _ = try await house.code(Attempt(), &victim)
            _ = try await house.code(Attempt(), name: "19900000002", &other)
            let theirs = try await victim.get("/account", house.client)
            let mine = try await other.get("/account", house.client)
            for action in ["sign-out-system", "sign-out-device"] {
                for target in theirs.fields("target") {
                    let form = ParameterList([
                        "action": action, "csrf": try #require(mine.formToken), "target": target,
                    ])
                    _ = try await house.client.post("/account", form: form, other.headers)
                }
            }
            #expect(house.listener.sids.isEmpty)
            #expect(try await house.authorize(Attempt(), &victim).answer != nil)
        }
    }
}

extension TestResponse {
    func fields(_ name: String) -> [String] {
        text.split(separator: "name=\"\(name)\" value=\"").dropFirst().compactMap {
            $0.split(separator: "\"", maxSplits: 1).first.map(String.init)
        }
    }
}
