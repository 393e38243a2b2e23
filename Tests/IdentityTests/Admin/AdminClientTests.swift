import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Administration: relying systems over the API")
struct AdminClientTests {
    private static let json: HTTPFields = [.contentType: "application/json"]
    static let body = """
        {"id": "shebao", "clientName": "社会保险网", "redirectUris": ["https://shebao.example/callback"],
         "scopes": ["openid", "profile"], "contacts": ["ops@shebao.example"], "requirePushedAuthorizationRequests": true}
        """

    /// A machine that is registered for the administration.
    static func machine(_ house: House) async throws -> HTTPFields {
        try await house.addClient("automation") {
            $0.grants = ["client_credentials"]
            $0.redirectURIs = []
            $0.postLogoutRedirectURIs = []
            $0.scopes = [Scope.clients, Scope.sessions]
        }
        let form = ParameterList(["grant_type": "client_credentials"])
        let answer = try await house.token(form, as: "automation:" + House.secret).json()
        let token = try #require(answer["access_token"]?.stringValue)
        return [.authorization: "Bearer " + token, .contentType: "application/json"]
    }

    /// A person's token from the code flow, with the scopes of the administration asked for.
    static func person(_ house: House, _ name: String, roles: Set<Role>) async throws -> HTTPFields {
        _ = try await house.provider.people.add(
            NewPerson(name: "管理甲", signInName: name, assurance: .l2, roles: roles, password: Secret(House.password)))
        if try await house.provider.clients.find("desk") == nil {
            try await house.addClient("desk") { $0.scopes = ["openid", Scope.clients, Scope.sessions] }
        }
        var browser = Browser()
        let attempt = Attempt(client: "desk", redirectURI: "https://desk.example/callback")
            .with("scope", "openid admin.clients admin.sessions")
        let tokens = try await house.tokens(attempt, name: name, &browser)
        let token = try #require(tokens["access_token"]?.stringValue)
        return [.authorization: "Bearer " + token, .contentType: "application/json"]
    }

    @Test(arguments: Backend.available)
    func `a system is registered, changed by version, switched off and removed, each audited with the actor`(
        backend: Backend
    ) async throws {
        try await House.run(backend) { house in
            let headers = try await Self.machine(house)
            let made = try await house.client.send(.post, "/admin/api/clients", headers, body: Self.body)
            #expect(made.status == .created, "\(made.text)")
            #expect(made.headers[.location] == "/admin/api/clients/shebao" && made.headers[.eTag] == "\"1\"")
            let secret = try #require(try made.json()["clientSecret"]?.stringValue)
            #expect(secret.count == 43)
            let path = "/admin/api/clients/shebao"
            let read = try await house.client.get(path, headers)
            #expect(try read.json()["clientName"] == "社会保险网")
            #expect(try read.json()["requirePushedAuthorizationRequests"] == true)
            #expect(!read.text.contains(secret) && !read.text.contains("clientSecret"))

            var versioned = headers
            #expect(try await house.client.send(.patch, path, headers, body: "{}").status.code == 428)
            versioned[.ifMatch] = "\"1\""
            let patched = try await house.client.send(
                .patch, path, versioned, body: #"{"clientName": "社保", "contacts": null, "minimumAssurance": "L2"}"#)
            #expect(patched.status == .ok && patched.headers[.eTag] == "\"2\"", "\(patched.text)")
            #expect(try patched.json()["contacts"] == nil)
            #expect(try await house.client.send(.patch, path, versioned, body: "{}").status.code == 412)
            versioned[.ifMatch] = "\"2\""
            let replaced = try await house.client.send(
                .put, path, versioned, body: #"{"clientName": "社保", "redirectUris": ["https://shebao.example/cb"]}"#)
            #expect(replaced.status == .ok, "\(replaced.text)")
            #expect(try replaced.json()["minimumAssurance"] == nil)
            try await house.provider.clients.refresh()
            let client = try #require(try await house.provider.clients.find("shebao"))
            #expect(client.redirectURIs == ["https://shebao.example/cb"])
            #expect(client.secretHash == House.crypto.digest(secret))

            let rotated = try await house.client.send(.post, path + "/secret", headers)
            let fresh = try #require(try rotated.json()["clientSecret"]?.stringValue)
            #expect(fresh != secret)
            #expect(try await house.client.send(.post, path + "/disable", headers).status == .ok)
            try await house.provider.clients.refresh()
            #expect(try await house.provider.clients.find("shebao") == nil)
            #expect(try await house.client.send(.post, path + "/enable", headers).status == .ok)
            #expect(try await house.client.send(.delete, path, headers).status == .noContent)
            #expect(try await house.client.get(path, headers).status == .notFound)
            let kinds = try await Self.audit(house, subject: "shebao", actor: "client:automation")
            #expect(
                kinds.sorted() == [
                    "client.added", "client.changed", "client.changed", "client.disabled", "client.enabled",
                    "client.removed", "client.secret-rotated",
                ])
        }
    }

    static func audit(_ house: House, subject: String, actor: String) async throws -> [String] {
        try await house.database.read { statements in
            try statements.query(
                "SELECT kind FROM identity_audit_event WHERE subject = $1 AND actor = $2 ORDER BY id", subject, actor
            ).map { try $0.text("kind") }
        }
    }

    @Test func `administrators change, auditors read, everybody else is refused`() async throws {
        try await House.run { house in
            let administrator = try await Self.person(house, "admin", roles: [.administrator])
            let auditor = try await Self.person(house, "auditor", roles: [.auditor])
            #expect(try await house.client.get("/admin/api/clients", auditor).status == .ok)
            #expect(
                try await house.client.send(.post, "/admin/api/clients", auditor, body: Self.body).status == .forbidden)
            #expect(
                try await house.client.send(.post, "/admin/api/clients", administrator, body: Self.body).status
                    == .created)
            #expect(try await house.client.get("/admin/api/clients", Self.json).status == .unauthorized)
            try await house.addCitizen()
            var browser = Browser()
            let attempt = Attempt(client: "desk", redirectURI: "https://desk.example/callback")
                .with("scope", "openid admin.clients")
            let tokens = try await house.tokens(attempt, &browser)
            #expect(tokens["scope"] == "openid")
            let citizen: HTTPFields = [.authorization: "Bearer " + (tokens["access_token"]?.stringValue ?? "")]
            let status = try await house.client.get("/admin/api/clients", citizen).status
            #expect(status == .unauthorized || status == .forbidden)
        }
    }

    @Test func `what nobody sets is refused, not passed over, where it is sent changed`() async throws {
        try await House.run { house in
            let headers = try await Self.machine(house)
            try await house.addClient()
            let read = try await house.client.get("/admin/api/clients/department", headers)
            var writing = headers
            writing[.ifMatch] = read.headers[.eTag]
            for body in [
                #"{"state": "disabled"}"#, #"{"id": "other"}"#, #"{"version": 99}"#, #"{"createdAt": null}"#,
            ] {
                let answer = try await house.client.send(.patch, "/admin/api/clients/department", writing, body: body)
                #expect(answer.status.code == 422, "\(body)")
            }
            let same = try await house.client.send(.patch, "/admin/api/clients/department", writing, body: read.text)
            #expect(same.status == .ok, "\(same.text)")
        }
    }

    @Test(arguments: ["hall", "department"])
    func `what the catalogue does not have is refused, unless it stands there already`(member: String) async throws {
        try await House.run { house in
            let headers = try await Self.machine(house)
            let body = #"{"id": "board", "redirectUris": ["https://b.example/cb"], "\#(member)": "nowhere"}"#
            let made = try await house.client.send(.post, "/admin/api/clients", headers, body: body)
            #expect(made.status.code == 422)
            #expect(try made.json()["errors"]?.arrayValue?.first?["pointer"] == .string("/" + member))

            try await house.addClient {
                $0.hall = "closed-since"
                $0.profile.department = "closed-since"
            }
            var writing = headers
            writing[.ifMatch] = "*"
            for (change, status) in [
                (#"{"\#(member)": "nowhere"}"#, 422), (#"{"clientName": "x"}"#, 200),
                (#"{"\#(member)": null}"#, 200),
            ] {
                let answer = try await house.client.send(
                    .patch, "/admin/api/clients/department", writing, body: change)
                #expect(answer.status.code == status, "\(change): \(answer.text)")
            }
        }
    }

    @Test func `every fault comes back with the pointer of its member`() async throws {
        try await House.run { house in
            let headers = try await Self.machine(house)
            let answer = try await house.client.send(
                .post, "/admin/api/clients", headers,
                body: #"{"id": "a b", "redirectUris": ["https://x/#y"], "scopes": ["everything"], "colour": "red"}"#)
            #expect(answer.status.code == 422)
            #expect(answer.headers[.contentType] == "application/problem+json")
            let pointers = try answer.json()["errors"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue }
            #expect(pointers == ["/colour"])
            let second = try await house.client.send(
                .post, "/admin/api/clients", headers,
                body: #"{"id": "a b", "redirectUris": ["https://x/#y"], "scopes": ["everything"]}"#)
            let all = try second.json()["errors"]?.arrayValue?.compactMap { $0["pointer"]?.stringValue }
            #expect(Set(all ?? []) == ["/id", "/redirectUris", "/scopes"])
        }
    }

    @Test(arguments: Backend.available)
    func `a thousand systems are listed page by page, found by words and by state`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let headers = try await Self.machine(house)
            let now = house.clock.now()
            try await house.database.transaction { transaction in
                for number in 0..<1000 {
                    var client = Client(
                        id: "system-" + String(10_000 + number), name: "部门\(number)%_", authMethod: .none,
                        grants: [.authorizationCode], scopes: ["openid"])
                    client.redirectURIs = ["https://s\(number).example/"]
                    _ = try ClientStore.add(client, state: number == 7 ? .pending : .active, at: now, in: transaction)
                }
            }
            var seen = Set<String>()
            var cursor: String? = ""
            var pages = 0
            while let current = cursor {
                let query = "?limit=150&query=system-" + (current.isEmpty ? "" : "&cursor=" + current)
                let answer = try await house.client.get("/admin/api/clients" + query, headers).json()
                for client in answer["clients"]?.arrayValue ?? [] { seen.insert(client["id"]?.stringValue ?? "") }
                cursor = answer["next"]?.stringValue
                pages += 1
            }
            #expect(seen.count == 1000 && pages == 7)
            let pending = try await house.client.get("/admin/api/clients?state=pending", headers).json()
            #expect(pending["clients"]?.arrayValue?.count == 1)
            let literal = try await house.client.get("/admin/api/clients?query=999%25_", headers).json()
            #expect(literal["clients"]?.arrayValue?.count == 1)
            #expect(try await house.client.get("/admin/api/clients?cursor=%21", headers).status == .badRequest)
        }
    }

    @Test(arguments: Backend.available)
    func `of two edits of one version exactly one is written`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addClient()
            let registry = house.provider.registry
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        do {
                            _ = try await registry.update("department", expecting: 1) { $0.name = "name \(number)" }
                            return true
                        } catch { return false }
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(outcomes == 1)
            #expect(try await registry.record("department")?.version == 2)
        }
    }

    @Test func `the client of our own pages is out of reach`() async throws {
        try await House.run { house in
            var headers = try await Self.machine(house)
            headers[.ifMatch] = "*"
            let path = "/admin/api/clients/" + Client.ownPagesID
            #expect(try await house.client.send(.delete, path, headers).status == .conflict)
            #expect(try await house.client.send(.post, path + "/disable", headers).status == .conflict)
            #expect(try await house.client.send(.post, path + "/secret", headers).status == .conflict)
            #expect(
                try await house.client.send(.patch, path, headers, body: #"{"clientName": "x"}"#).status == .conflict)
        }
    }
}
