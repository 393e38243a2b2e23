import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Levels of assurance: step-up, never silently lower")
struct StepUpTests {
    static let essentialL3 = #"{"id_token":{"acr":{"essential":true,"values":["L3","L4"]}}}"#

    private func raise(_ person: String, to level: AssuranceLevel, _ house: House) async throws {
        _ = try await house.database.transaction {
            try $0.execute("UPDATE identity_person SET assurance = $2 WHERE id = $1", person, level.rawValue)
        }
    }

    @Test(arguments: Backend.available)
    func `a level out of reach shows how to reach it, and goes back with the error on request`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let end = try await house.authorize(Attempt().with("claims", Self.essentialL3), &browser)
            #expect(end.path?.hasPrefix("/step-up?request=") == true)
            let page = try #require(end.page)
            #expect(page.status == .ok && page.text.contains("L3 人脸或银行卡核验") && page.text.contains("L2 实名认证"))
            let back = try await house.press("back", "1", on: end, at: "/step-up", &browser)
            #expect(try back.answer?.single("error") == "unmet_authentication_requirements")
            #expect(try back.answer?.single("state") == "st/ate 1")
            #expect(try back.answer?.single("iss") == House.issuer)
            #expect(try await house.auditEvents("authorization.refused") == 1)
            // Answered once.
            let again = try await house.press("back", "1", on: end, at: "/step-up", &browser)
            #expect(again.page != nil)
        }
    }

    @Test func `prompt=none is told at once`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let attempt = Attempt().with("claims", Self.essentialL3).with("prompt", "none")
            let answer = try await house.authorize(attempt, &browser).answer
            #expect(try answer?.single("error") == "unmet_authentication_requirements")
        }
    }

    @Test func `a level within reach asks for a stronger sign-in and states what was asked for`() async throws {
        try await House.run { house in
            let person = try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            try await raise(person, to: .l4, house)
            let silent = Attempt().with("claims", Self.essentialL3).with("prompt", "none")
            #expect(try await house.authorize(silent, &browser).answer?.single("error") == "login_required")
            let end = try await house.authorize(Attempt().with("claims", Self.essentialL3), &browser)
            #expect(end.path?.hasPrefix("/login?request=") == true)
            house.clock.advance(by: .seconds(2))
            let code = try #require(try await house.signIn(end, &browser).answer?.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            let claims = try house.claims(try #require(body["id_token"]?.stringValue))
            #expect(claims["acr"]?.stringValue == "L4")
        }
    }

    @Test func `the step-up page goes on by itself once the level is reached`() async throws {
        try await House.run { house in
            let person = try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let end = try await house.authorize(Attempt().with("claims", Self.essentialL3), &browser)
            let path = try #require(end.path)
            try await raise(person, to: .l3, house)
            let next = try await house.open(path, &browser)
            #expect(next.path?.hasPrefix("/login?request=") == true)
            house.clock.advance(by: .seconds(2))
            #expect(try await house.signIn(next, &browser).answer?.single("code") != nil)
        }
    }

    @Test func `the registration's least level holds for every request`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.change { $0.policy.minimumAssurance = .l3 }
            var browser = Browser()
            let end = try await house.signIn(try await house.authorize(Attempt(), &browser), &browser)
            #expect(end.path?.hasPrefix("/step-up?request=") == true)
            try await house.change { $0.policy.minimumAssurance = .l2 }
            #expect(try await house.authorize(Attempt(), &browser).answer?.single("code") != nil)
        }
    }

    @Test func `a request of another device leads to a stronger sign-in where the person can reach it`() async throws {
        try await House.run { house in
            let person = try await house.addCitizen()
            try await house.addBank()
            try await house.change("bank") { $0.policy.minimumAssurance = .l3 }
            _ = try await house.asked()
            var browser = try await house.signedIn()
            // Out of reach: the page says how to get there.
            let told = try await house.decide("allow", &browser)
            #expect(told.status == .forbidden && told.text.contains("L3"))
            // Within reach: to the sign-in page and back; the request still waits.
            try await raise(person, to: .l3, house)
            let away = try await house.decide("allow", &browser)
            #expect(away.status == .seeOther)
            #expect(away.headers[.location] == "/auth/sign-in?return=%2Fapprovals&acr_values=L3")
            house.clock.advance(by: .seconds(2))
            let again = try await house.authorize(Attempt().with("prompt", "login"), &browser)
            #expect(try await house.signIn(again, &browser).answer?.single("code") != nil)
            #expect(try await house.decide("allow", &browser).status == .ok)
        }
    }

    @Test(arguments: [("L1", "L1"), ("L4", "L2"), ("L2 L1", "L2"), ("gold", "L2"), ("", "L2")])
    func `acr_values is a wish: met if possible, answered truthfully if not`(asked: String, told: String) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let body = try await house.tokens(Attempt().with("acr_values", asked), &browser)
            #expect(try house.claims(try #require(body["id_token"]?.stringValue))["acr"]?.stringValue == told)
        }
    }

    @Test func `the registration's default_acr_values and default_max_age count where the request says nothing`()
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.change {
                $0.policy.defaultACRValues = ["L1"]
                $0.policy.defaultMaxAge = 60
            }
            var browser = Browser()
            let body = try await house.tokens(Attempt(), &browser)
            #expect(try house.claims(try #require(body["id_token"]?.stringValue))["acr"]?.stringValue == "L1")
            house.clock.advance(by: .seconds(61))
            #expect(try await house.authorize(Attempt(), &browser).page != nil)
            #expect(try await house.authorize(Attempt().with("max_age", "600"), &browser).answer != nil)
        }
    }
}
