import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("What an operator does about people")
struct PeopleAdministrationTests {
    private func administration(_ house: House) -> PeopleAdministration {
        PeopleAdministration(
            database: house.database, crypto: House.crypto, passwords: House.passwords,
            clients: house.provider.clients, listener: house.listener, demo: false,
            surroundings: house.surroundings)
    }

    @Test(arguments: Backend.available)
    func `locking ends everything at once and unlocking brings nothing back`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            try await house.addClient { $0.scopes = ["openid", "profile", "offline_access"] }
            let people = administration(house)
            var browser = Browser()
            let tokens = try await house.tokens(Attempt().with("scope", "openid offline_access"), &browser)
            let refresh = try #require(tokens["refresh_token"]?.stringValue)
            let access = try #require(tokens["access_token"]?.stringValue)
            #expect(try await people.access(of: sub) == .init(sessions: 1, grants: 1))
            try await people.lock("19900000001")
            try await house.provider.revocations.refresh()
            #expect(try await house.userInfo(access).status == .unauthorized)
            #expect(try await house.refresh(refresh).error == "invalid_grant")
            #expect(house.listener.sids.count == 1)
            #expect(try await people.access(of: sub) == .init(sessions: 0, grants: 0))
            var page = try await house.authorize(Attempt(), &browser)
            #expect(try await house.signIn(page, &browser).page?.status == .badRequest)
            await #expect(throws: PersonFault.self) { try await people.lock(sub) }

            try await people.unlock(sub)
            await #expect(throws: PersonFault.self) { try await people.unlock(sub) }
            #expect(try await house.refresh(refresh).error == "invalid_grant")
            page = try await house.authorize(Attempt(), &browser)
            #expect(page.page != nil, "the old session stays ended")
            #expect(try await house.signIn(page, &browser).answer != nil)
            let kinds = try await house.database.read {
                try $0.query("SELECT kind FROM identity_audit_event WHERE subject = $1", sub).map {
                    try $0.text("kind")
                }
            }
            #expect(
                kinds.filter { $0.hasPrefix("person.") }.sorted() == [
                    "person.added", "person.locked", "person.unlocked",
                ])
        }
    }

    @Test func `a new password ends what was open with the old one, under the same rules`() async throws {
        try await House.run { house in
            try await house.addStaff()
            try await house.addClient()
            let people = administration(house)
            var browser = Browser()
            _ = try await house.code(Attempt(), name: "officer.jinan", &browser)
            for weak in ["short", "elevenchars", "officer.jinan", "password1234", "qwertyuiop12"] {
                await #expect(throws: PersonFault.self) {
                    try await people.setPassword(Secret(weak), of: "officer.jinan")
                }
            }
            #expect(try await house.authorize(Attempt(), &browser).answer != nil)
            try await people.setPassword(Secret("one boat two rivers"), of: "Officer.Jinan")
            let page = try await house.authorize(Attempt(), &browser)
            #expect(page.page != nil)
            let again = try await house.signIn(page, name: "officer.jinan", password: "one boat two rivers", &browser)
            #expect(again.answer != nil)
            await #expect(throws: PersonFault.self) {
                try await people.setPassword(Secret("one boat two rivers"), of: "nobody")
            }
        }
    }

    @Test func `people are found by id, sign-in name or phone, and listed page by page, masked`() async throws {
        try await House.run { house in
            let citizen = try await house.addCitizen()
            let officer = try await house.addStaff()
            let people = administration(house)
            #expect(try await people.find(citizen)?.maskedPhone == "199****0001")
            #expect(try await people.find("+86 199 0000 0001")?.id == citizen)
            #expect(try await people.find("OFFICER.JINAN")?.id == officer)
            #expect(try await people.find("nobody") == nil)
            #expect(try await people.find("") == nil)
            let all = try await people.list()
            #expect(Set(all.map(\.id)) == [citizen, officer])
            #expect(all.map(\.id) == all.map(\.id).sorted())
            #expect(all.allSatisfy { !$0.maskedName.contains("试") && !$0.maskedName.contains("口") })
            let first = try await people.list(limit: 1)
            let second = try await people.list(after: try #require(first.first?.id), limit: 1)
            #expect(first.map(\.id) + second.map(\.id) == all.map(\.id))
            await #expect(throws: PersonFault.self) { try await people.list(after: "nobody") }
        }
    }

    @Test(arguments: Backend.available)
    func `a higher level is stated from the next sign-in, a lower one ends what was opened`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            try await house.addClient()
            let people = administration(house)
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            try await people.setAssurance(.l3, of: "19900000001")
            let before = try await house.tokens(Attempt(), &browser)
            #expect(try house.claims(try #require(before["id_token"]?.stringValue))["acr"]?.stringValue == "L2")
            house.clock.advance(by: .seconds(2))
            let again = try await house.authorize(Attempt().with("prompt", "login"), &browser)
            let code = try #require(try await house.signIn(again, &browser).answer?.single("code"))
            let after = try await house.token(house.tokenForm(code: code)).json()
            #expect(try house.claims(try #require(after["id_token"]?.stringValue))["acr"]?.stringValue == "L3")
            await #expect(throws: PersonFault.self) { try await people.setAssurance(.l3, of: sub) }
            await #expect(throws: PersonFault.self) { try await people.setAssurance(.l3, of: "nobody") }

            try await people.setAssurance(.l1, of: sub)
            #expect(try await people.access(of: sub) == .init(sessions: 0, grants: 0))
            #expect(try await people.find(sub)?.assurance == .l1)
            #expect(try await house.auditEvents("person.assured") == 2)
            try await people.lock(sub)
            await #expect(throws: PersonFault.self) { try await people.setAssurance(.l2, of: sub) }
        }
    }

    @Test(arguments: Backend.available)
    func `a sign-in that crosses a lock or a change of password opens nothing that lasts`(backend: Backend) async throws
    {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            let before = try #require(
                try await house.database.read { try PersonStore.findWithPassword(sub, in: $0) })
            try await administration(house).lock(sub)
            #expect(try await house.database.transaction { try PersonStore.hold(before, in: $0) } == false)
            try await administration(house).unlock(sub)
            #expect(try await house.database.transaction { try PersonStore.hold(before, in: $0) })
            house.clock.advance(by: .seconds(1))
            try await administration(house).setPassword(Secret("one boat two rivers"), of: sub)
            #expect(try await house.database.transaction { try PersonStore.hold(before, in: $0) } == false)
        }
    }
}
