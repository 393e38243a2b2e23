import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

extension House {
    /// Posts a form to the pushed authorization endpoint.
    func push(
        _ form: ParameterList, as authorization: String? = "department:" + House.secret, proofs: [String] = []
    ) async throws -> TestResponse {
        var headers: HTTPFields = [.contentType: ParameterList.formType]
        for proof in proofs { headers.append(HTTPField(name: .dpop, value: proof)) }
        if let authorization {
            let bytes = Array(authorization.utf8)
            headers[.authorization] = "Basic " + Self.base64(bytes)
        }
        return try await client.send(.post, "/oauth2/par", headers, body: form.encoded)
    }

    /// Pushes a request that must be accepted.
    ///
    /// - Returns: the address to open in a browser.
    func pushed(_ attempt: Attempt = Attempt()) async throws -> String {
        let response = try await push(attempt.request, as: attempt.client + ":" + House.secret)
        #expect(response.status == .created, "\(response.text)")
        let uri = try #require(try response.json()["request_uri"]?.stringValue)
        return Self.address(uri, client: attempt.client)
    }

    static func address(_ requestURI: String, client: String = "department") -> String {
        "/oauth2/authorize?" + ParameterList(["client_id": client, "request_uri": requestURI]).encoded
    }

    func open(_ address: String, _ browser: inout Browser) async throws -> FlowEnd {
        try await browser.followFlow(address, origin: House.issuer, client)
    }

    /// Changes the registration of `department`.
    func change(_ change: (inout Client) -> Void) async throws {
        try await self.change("department", change)
    }

    /// Sends a page's form with one of its buttons.
    func press(
        _ name: String, _ value: String, on end: FlowEnd, at path: String, _ browser: inout Browser
    ) async throws -> FlowEnd {
        let page = try #require(end.page)
        var form = ParameterList([name: value])
        form.append("csrf", try #require(page.formToken))
        for field in ["request", "session"] { if let held = page.field(field) { form.append(field, held) } }
        let answer = try await browser.post(path, form: form, client)
        return try await browser.follow(answer, at: path, origin: House.issuer, client)
    }

    func auditEvents(_ kind: String) async throws -> Int {
        try await database.read {
            try $0.query("SELECT id FROM identity_audit_event WHERE kind = $1", kind).count
        }
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        var encoded = Base64URL.encode(bytes).replacing("-", with: "+").replacing("_", with: "/")
        while encoded.utf8.count % 4 != 0 { encoded += "=" }
        return encoded
    }
}

extension FlowEnd {
    /// The parameters behind `#`.
    var fragment: ParameterList? {
        address.flatMap { address in
            let parts = address.split(separator: "#", maxSplits: 1)
            return parts.count == 2 ? try? ParameterList(query: String(parts[1])) : nil
        }
    }

    /// The path of the page.
    var path: String? { if case .page(_, let path) = self { path } else { nil } }
}
