import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity
@testable import Storage

@Suite("Administration: which systems have heard of a sign-out")
struct AdminSignOutTests {
    @Test(arguments: Backend.available)
    func `each system stands there with its state, its attempts and the next one, and nobody's name`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            let headers = try await AdminClientTests.person(house, "auditor", roles: [.auditor])
            var browser = Browser()
            try await house.signInAndOut(["department", "other", "third"], &browser)
            let messages = try await house.logoutMessages()
            house.clock.advance(by: .seconds(1))
            try await house.provider.backchannelLogout.deliver(messages[0])
            house.outbound.answerWith(503)
            await #expect(throws: OutboxRejection.self) {
                try await house.provider.backchannelLogout.deliver(messages[1])
            }
            house.outbound.answerWith(400)
            await #expect(throws: OutboxRejection.self) {
                try await house.provider.backchannelLogout.deliver(messages[2])
            }
            let answer = try await house.client.get("/admin/api/sign-outs", headers)
            #expect(answer.status == .ok, "\(answer.text)")
            #expect(!answer.text.contains("测") && !answer.text.contains("19900000001"))
            let signOut = try #require(try answer.json()["signOuts"]?.arrayValue?.first)
            let systems = try #require(signOut["systems"]?.arrayValue)
            #expect(systems.count == 3)
            let told = try #require(systems.first { $0["state"] == "told" })
            #expect(told["attempts"] == 1 && told["lastFault"] == nil && told["nextAttemptAt"] == nil)
            #expect(told["settledAt"]?.stringValue == ProvinceTime.format(house.clock.now()))
            let waiting = try #require(systems.first { $0["state"] == "waiting" })
            #expect(waiting["lastFault"]?.stringValue?.hasSuffix("answered 503") == true)
            #expect(waiting["nextAttemptAt"]?.stringValue != nil && waiting["settledAt"] == nil)
            let refused = try #require(systems.first { $0["state"] == "given-up" })
            #expect(refused["lastFault"]?.stringValue?.hasSuffix("answered 400") == true)
            let id = try #require(signOut["id"]?.stringValue)
            #expect(try await house.client.get("/admin/api/sign-outs/" + id, headers).json() == signOut)
        }
    }

    @Test(arguments: Backend.available)
    func `the list goes on where it stopped, the newest first, and by person`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let headers = try await AdminClientTests.person(house, "admin", roles: [.administrator])
            let person = try await house.addCitizen()
            let other = try await house.addCitizen(phone: "19900000002")
            try await house.addClient { $0.backchannelLogoutURI = "https://department.example/out" }
            for name in ["19900000001", "19900000002", "19900000001"] {
                var browser = Browser()
                let tokens = try await house.tokens(Attempt(), name: name, &browser)
                house.clock.advance(by: .seconds(1))
                let hint = try #require(tokens["id_token"]?.stringValue)
                _ = try await browser.get(
                    "/oauth2/logout?" + ParameterList(["id_token_hint": hint]).encoded, house.client)
            }
            func page(_ query: String) async throws -> (ids: [String], next: String?) {
                let body = try await house.client.get("/admin/api/sign-outs?" + query, headers).json()
                let ids = body["signOuts"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
                return (ids, body["next"]?.stringValue)
            }
            let all = try await page("").ids
            #expect(all.count == 3 && all == all.sorted(by: >))
            let first = try await page("limit=2")
            #expect(first.ids == Array(all.prefix(2)))
            let second = try await page("limit=2&cursor=" + (try #require(first.next)))
            #expect(second.ids == Array(all.suffix(1)) && second.next == nil)
            #expect(try await page("person=" + person).ids == [all[0], all[2]])
            #expect(try await page("person=" + other).ids == [all[1]])
            #expect(try await page("person=nobody").ids == [])
            for query in ["limit=0", "limit=101", "limit=x", "cursor=%21", "cursor=YQ"] {
                #expect(
                    try await house.client.get("/admin/api/sign-outs?" + query, headers).status == .badRequest,
                    "\(query)")
            }
            #expect(try await house.client.get("/admin/api/sign-outs/nothing", headers).status == .notFound)
        }
    }

    @Test func `it is for administrators and auditors alone`() async throws {
        try await House.run { house in
            try await house.addClient("plain") {
                $0.grants = ["client_credentials"]
                $0.redirectURIs = []
                $0.postLogoutRedirectURIs = []
                $0.scopes = [Scope.booking]
            }
            let answer = try await house.token(
                ParameterList(["grant_type": "client_credentials"]), as: "plain:" + House.secret)
            let plain: HTTPFields = [
                .authorization: "Bearer " + (try #require(try answer.json()["access_token"]?.stringValue))
            ]
            for path in ["/admin/api/sign-outs", "/admin/api/sign-outs/x"] {
                #expect(try await house.client.get(path).status == .unauthorized, "\(path)")
                #expect(try await house.client.get(path, plain).status == .forbidden, "\(path)")
            }
            let visitor = try await house.client.get("/admin/sign-outs", [.accept: "text/html"])
            #expect(visitor.headers[.location]?.hasPrefix("/auth/sign-in") == true)
        }
    }

    @Test func `the page says of each system what has become of the message`() async throws {
        let renderer = try WebFixture.renderer.get()
        func system(_ state: LogoutDelivery.State, fault: String?, next: String?) -> SignOutListPage.System {
            SignOutListPage.System(
                name: "测试部门", client: "department", isTold: state == .told, isWaiting: state == .waiting,
                isGivenUp: state == .givenUp, attempts: 4, fault: fault,
                settled: state == .waiting ? nil : "2026-11-23 09:30", nextAttempt: next)
        }
        let model = SignOutListPage(
            signOuts: [
                SignOutListPage.Entry(
                    id: "0192", time: "2026-11-23 09:29",
                    systems: [
                        system(.told, fault: nil, next: nil),
                        system(.waiting, fault: "department answered 503", next: "2026-11-23 09:31"),
                        system(.givenUp, fault: "department answered <400>", next: nil),
                    ])
            ], isEmpty: false, older: nil)
        try await WebFixture().run { router in
            router.pages.get("/probe") { _, context in
                try renderer.render(
                    "identity/admin/sign-outs", model, titleKey: "admin.sign-outs.title", context: context)
            }
        } body: { client in
            let page = try await client.get("/probe?lang=zh-Hans")
            #expect(page.status == .ok)
            #expect(page.text.contains("已送达") && page.text.contains("等待送达") && page.text.contains("未能送达"))
            #expect(page.text.components("下次尝试") == 1 && page.text.contains("下次尝试 2026-11-23 09:31"))
            #expect(page.text.components("已尝试 4 次") == 3)
            #expect(page.text.contains("answered &lt;400&gt;") && page.text.components("answered") == 2)
            let english = try await client.get("/probe?lang=en")
            #expect(english.text.contains("next attempt 2026-11-23 09:31") && english.text.contains("Given up"))
        }
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(_ text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
