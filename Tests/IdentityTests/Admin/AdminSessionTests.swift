import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Administration: other people's sessions and locks")
struct AdminSessionTests {
    @Test(arguments: Backend.available)
    func `an administrator sees a person's sessions and ends one, and the systems under it are told`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            let headers = try await AdminClientTests.person(house, "admin", roles: [.administrator])
            try await house.addCitizen()
            try await house.addClient { $0.backchannelLogoutURI = "https://department.example/out" }
            var browser = Browser()
            let tokens = try await house.tokens(Attempt(), &browser)
            let found = try await house.client.send(
                .post, "/admin/api/sessions/search", headers, body: #"{"signInName": "199 0000 0001"}"#)
            #expect(found.status == .ok, "\(found.text)")
            let answer = try found.json()
            #expect(answer["person"]?["name"] == "测*甲" && !found.text.contains("19900000001"))
            let session = try #require(answer["sessions"]?.arrayValue?.first)
            #expect(session["systems"]?.arrayValue?.first?["client"] == "department")
            let id = try #require(session["id"]?.stringValue)
            let auditor = try await AdminClientTests.person(house, "auditor", roles: [.auditor])
            #expect(try await house.client.send(.delete, "/admin/api/sessions/" + id, auditor).status == .forbidden)
            #expect(try await house.client.send(.delete, "/admin/api/sessions/" + id, headers).status == .noContent)
            #expect(try await house.client.send(.delete, "/admin/api/sessions/" + id, headers).status == .notFound)
            #expect(house.listener.sids.count == 1)
            let refresh = try #require(tokens["refresh_token"]?.stringValue)
            #expect(try await house.refresh(refresh).error == "invalid_grant")
            let waiting = try await house.database.read { statements in
                try statements.query("SELECT id FROM storage_outbox WHERE topic = $1", BackchannelLogout.topic).count
            }
            #expect(waiting == 1)
        }
    }

    @Test(arguments: Backend.available)
    func `a locked account is signed out everywhere and cannot sign in until it is unlocked`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            let headers = try await AdminClientTests.person(house, "admin", roles: [.administrator])
            let person = try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let tokens = try await house.tokens(Attempt(), &browser)
            let path = "/admin/api/people/" + person
            let locked = try await house.client.send(.post, path + "/lock", headers)
            #expect(try locked.json()["person"]?["state"] == "locked")
            #expect(try locked.json()["sessions"]?.arrayValue?.isEmpty == true)
            let refresh = try #require(tokens["refresh_token"]?.stringValue)
            #expect(try await house.refresh(refresh).error == "invalid_grant")
            let page = try await house.authorize(Attempt().with("prompt", "login"), &browser)
            #expect(try await house.signIn(page, &browser).page?.status == .badRequest)
            #expect(try await house.client.send(.post, path + "/lock", headers).status == .ok)
            #expect(try await house.client.send(.post, path + "/unlock", headers).status == .ok)
            var again = Browser()
            _ = try await house.code(Attempt(), &again)
            #expect(try await house.client.send(.post, path + "/sign-out", headers).status == .ok)
            #expect(
                try await house.authorize(Attempt().with("prompt", "none"), &again).answer?.single("error")
                    == "login_required")
            let events = try await house.database.read { statements in
                try statements.query(
                    "SELECT kind FROM identity_audit_event WHERE subject = $1 AND kind LIKE 'person.%locked' ORDER BY id",
                    person
                ).map { try $0.text("kind") }
            }
            #expect(events.sorted() == ["person.locked", "person.unlocked"])
        }
    }

    @Test func `somebody who is not on record is 404 and a name in the address is no way in`() async throws {
        try await House.run { house in
            let headers = try await AdminClientTests.person(house, "admin", roles: [.administrator])
            let nobody = try await house.client.send(
                .post, "/admin/api/sessions/search", headers, body: #"{"signInName": "nobody"}"#)
            #expect(nobody.status == .notFound)
            #expect(try await house.client.send(.post, "/admin/api/people/nobody/lock", headers).status == .notFound)
        }
    }
}
