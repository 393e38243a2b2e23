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
            // This browser does not say what it is.
            #expect(page.text.contains("<h3>未知设备 <span"))
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

    @Test(arguments: Backend.available)
    func `the page names systems that have not heard of a sign-out, and nothing once all have`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient {
                $0.name = "测试部门"
                $0.backchannelLogoutURI = "https://department.example/out"
            }
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let quiet = try await browser.get("/account", house.client)
            #expect(!quiet.text.contains("退出进度") && !quiet.text.contains("signed-out.js"))
            let form = ParameterList([
                "action": "sign-out-system", "csrf": try #require(quiet.formToken),
                "target": try #require(quiet.field("target")),
            ])
            #expect(try await browser.post("/account", form: form, house.client).headers[.location] == "/account")
            let message = try #require(try await house.logoutMessages().first)

            let told = try await browser.get("/account", house.client)
            #expect(told.text.contains("退出进度") && told.text.contains("正在通知") && told.text.contains("测试部门"))
            // A link for those without scripts; with them the page asks once by itself.
            #expect(told.text.contains("href=\"/account?news=1\" data-again"))
            let asked = try await browser.get("/account?news=1", house.client)
            #expect(asked.text.contains("href=\"/account?news=1\"") && !asked.text.contains("data-again"))

            house.outbound.answerWith(400)
            await #expect(throws: (any Error).self) { try await house.provider.backchannelLogout.deliver(message) }
            let failed = try await browser.get("/account", house.client)
            #expect(failed.text.contains("未能送达") && failed.text.contains("请到该系统再退出一次"))
            #expect(!failed.text.contains("news=1"))
            let english = try await browser.get("/account?lang=en", house.client)
            #expect(english.text.contains("Not reached") && english.text.contains("sign out there once more"))

            house.outbound.answerWith(200)
            try await house.provider.backchannelLogout.deliver(message)
            #expect(!(try await browser.get("/account", house.client)).text.contains("未能送达"))
        }
    }

    @Test func `a sign-out that reached nobody is another person's news to nobody`() async throws {
        try await House.run { house in
            var browser = Browser()
            try await house.signInAndOut(["department"], &browser)
            try await house.addCitizen(phone: "19900000002")
            var other = Browser()
            _ = try await house.code(Attempt(), name: "19900000002", &other)
            #expect(!(try await other.get("/account?lang=en", house.client)).text.contains("Sign-outs under way"))
            var same = Browser()
            _ = try await house.code(Attempt(), &same)
            #expect(try await same.get("/account?lang=en", house.client).text.contains("Sign-outs under way"))
            house.clock.advance(by: .hours(25))
            var later = Browser()
            _ = try await house.code(Attempt(), &later)
            #expect(!(try await later.get("/account?lang=en", house.client)).text.contains("Sign-outs under way"))
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
