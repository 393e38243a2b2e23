import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity
@testable import Storage

/// A system that asks people who are elsewhere, and what such a person does.
extension House {
    static let cibaGrant = "urn:openid:params:grant-type:ciba"

    /// `bank`, which proves itself by a secret.
    func addBank(ping: Bool = false, change: (inout ClientRegistration) -> Void = { _ in }) async throws {
        try await addClient("bank") {
            $0.redirectURIs = []
            $0.grants = [House.cibaGrant, "refresh_token"]
            change(&$0)
        }
        guard ping else { return }
        try await self.change("bank") {
            $0.policy.cibaDelivery = "ping"
            $0.policy.cibaNotificationURI = "https://bank.example/ping"
        }
    }

    /// The backchannel authentication endpoint, with a good request unless it is changed.
    func ask(as client: String = "bank", _ change: (inout ParameterList) -> Void = { _ in }) async throws
        -> TestResponse
    {
        var form = ParameterList(["scope": "openid profile", "login_hint": "19900000001"])
        change(&form)
        return try await call("/oauth2/bc-authorize", form, as: client + ":" + House.secret)
    }

    /// - Returns: the `auth_req_id` of a request that must be accepted.
    func asked(as client: String = "bank", _ change: (inout ParameterList) -> Void = { _ in }) async throws -> String {
        try await ask(as: client, change).authReqID()
    }

    func collect(_ id: String, as client: String = "bank") async throws -> TestResponse {
        try await token(
            ParameterList(["grant_type": House.cibaGrant, "auth_req_id": id]), as: client + ":" + House.secret)
    }

    /// A browser with a session, by a plain authorization.
    func signedIn(name: String = "19900000001") async throws -> Browser {
        if try await provider.clients.find("department") == nil { try await addClient() }
        var browser = Browser()
        _ = try await code(Attempt(), name: name, &browser)
        return browser
    }

    /// - Parameter decision: `allow` or `deny`, to the first request that waits.
    func decide(_ decision: String, _ browser: inout Browser) async throws -> TestResponse {
        let page = try await browser.get("/approvals", client)
        let form = ParameterList([
            "approval": try #require(page.field("approval")), "csrf": try #require(page.formToken),
            "decision": decision,
        ])
        return try await browser.post("/approvals", form: form, client)
    }

    /// Calls to systems in ping mode that wait to be made.
    func pings() async throws -> [OutboxMessage] {
        try await database.read { statements in
            try statements.query("SELECT id, payload FROM storage_outbox WHERE topic = $1", CIBAPing.topic).map {
                OutboxMessage(
                    id: try $0.text("id"), topic: CIBAPing.topic, payload: try $0.text("payload"), attempt: 1)
            }
        }
    }

    /// How many rows of a table meet a condition.
    func count(_ table: String, where condition: String) async throws -> Int {
        try await database.read {
            try $0.first(SQL("SELECT count(*) AS n FROM \(table) WHERE \(condition)"))?.int("n") ?? 0
        }
    }
}

extension TestResponse {
    func authReqID() throws -> String {
        #expect(status == .ok, "\(text)")
        return try #require(try json()["auth_req_id"]?.stringValue)
    }
}
