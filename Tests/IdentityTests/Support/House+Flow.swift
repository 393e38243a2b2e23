import Core
import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// One authorization as a relying party keeps it in mind.
struct Attempt: Sendable {
    var client = "department"
    var redirectURI = "https://department.example/callback"
    var verifier: String? = "a-verifier-of-forty-three-characters-or-more-0123456789"
    var parameters = ParameterList(["state": "st/ate 1", "nonce": "n-1", "scope": "openid profile"])

    func with(_ name: String, _ value: String?) -> Attempt {
        var copy = self
        copy.parameters = ParameterList(parameters.items.filter { $0.name != name })
        if let value { copy.parameters.append(name, value) }
        return copy
    }

    /// Everything that goes to the authorization endpoint.
    var request: ParameterList {
        var list = ParameterList(["response_type": "code", "client_id": client, "redirect_uri": redirectURI])
        if let verifier {
            list.append("code_challenge", House.crypto.digest(verifier))
            list.append("code_challenge_method", "S256")
        }
        for item in parameters.items {
            list = ParameterList(list.items.filter { $0.name != item.name })
            list.append(item.name, item.value)
        }
        return list
    }

    var uri: String { "/oauth2/authorize?" + request.encoded }
}

extension House {
    func authorize(_ attempt: Attempt, _ browser: inout Browser) async throws -> FlowEnd {
        try await browser.followFlow(attempt.uri, origin: House.issuer, client)
    }

    /// Fills in the sign-in page and sends it.
    func signIn(
        _ page: FlowEnd, name: String = "19900000001", password: String = House.password, _ browser: inout Browser
    ) async throws -> FlowEnd {
        let response = try #require(page.page)
        var form = ParameterList(["username": name, "password": password])
        form.append("csrf", try #require(response.formToken))
        if let handle = response.field("request") { form.append("request", handle) }
        let answer = try await browser.post("/login", form: form, client)
        return try await browser.follow(answer, at: "/login", origin: House.issuer, client)
    }

    /// From the first click to the code, with a sign-in where one is asked for.
    func code(_ attempt: Attempt, name: String = "19900000001", _ browser: inout Browser) async throws
        -> String
    {
        var end = try await authorize(attempt, &browser)
        if end.page != nil { end = try await signIn(end, name: name, &browser) }
        if end.path?.hasPrefix("/consent") == true {
            end = try await press("decision", "allow", on: end, at: "/consent", &browser)
        }
        let answer = try #require(end.answer)
        return try #require(try answer.single("code"))
    }

    func tokenForm(_ attempt: Attempt = Attempt(), code: String) -> ParameterList {
        var form = ParameterList([
            "grant_type": "authorization_code", "code": code, "redirect_uri": attempt.redirectURI,
        ])
        if let verifier = attempt.verifier { form.append("code_verifier", verifier) }
        return form
    }

    /// - Parameter authorization: `client:secret`; `nil` sends no header.
    func token(_ form: ParameterList, as authorization: String? = "department:" + House.secret) async throws
        -> TestResponse
    {
        try await client.send(.post, "/oauth2/token", tokenHeaders(authorization), body: form.encoded)
    }

    func tokenHeaders(_ authorization: String?) -> HTTPFields {
        var headers: HTTPFields = [.contentType: ParameterList.formType]
        if let authorization { headers[.authorization] = "Basic " + base64(authorization) }
        return headers
    }

    /// A signed-in person's tokens at `department`.
    func tokens(_ attempt: Attempt, name: String = "19900000001", _ browser: inout Browser) async throws
        -> JSONValue
    {
        let code = try await code(attempt, name: name, &browser)
        let response = try await token(tokenForm(attempt, code: code), as: attempt.client + ":" + House.secret)
        #expect(response.status == .ok, "\(response.text)")
        return try response.json()
    }

    func refresh(_ token: String, as client: String = "department", scope: String? = nil) async throws -> TestResponse {
        var form = ParameterList(["grant_type": "refresh_token", "refresh_token": token])
        if let scope { form.append("scope", scope) }
        return try await self.token(form, as: client + ":" + House.secret)
    }

    func userInfo(_ token: String) async throws -> TestResponse {
        try await client.get("/oauth2/userinfo", [.authorization: "Bearer " + token])
    }

    func claims(_ token: String) throws -> JSONValue {
        let parts = token.split(separator: ".")
        let bytes = try #require(Base64URL.decode(parts[1]))
        return try JSONParser.parse(bytes)
    }

    func basic(_ credentials: String) -> String { "Basic " + base64(credentials) }

    private func base64(_ text: String) -> String {
        var encoded = Base64URL.encode(Array(text.utf8)).replacing("-", with: "+").replacing("_", with: "/")
        while encoded.utf8.count % 4 != 0 { encoded += "=" }
        return encoded
    }
}

extension TestResponse {
    /// The value of a hidden field.
    func field(_ name: String) -> String? {
        guard let start = text.range(of: "name=\"\(name)\" value=\"")?.upperBound else { return nil }
        return text[start...].split(separator: "\"", maxSplits: 1).first.map(String.init)
    }

    var error: String? { try? json()["error"]?.stringValue }
}
