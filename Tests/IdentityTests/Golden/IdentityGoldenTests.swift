import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Golden: the OpenID Provider, as its clients see it on the wire")
struct IdentityGoldenTests {
    private func exchanges(
        _ name: String, _ body: @Sendable @escaping (House, GoldenExchanges) async throws -> Void
    ) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient { $0.grants = ["authorization_code", "refresh_token", "client_credentials"] }
            let exchanges = GoldenExchanges(name, house.client, of: #filePath)
            try await body(house, exchanges)
            try exchanges.check()
        }
    }

    private var asDepartment: HTTPFields { asForm("department:" + House.secret) }

    private func asForm(_ credentials: String) -> HTTPFields {
        let encoded = Base64URL.encode(Array(credentials.utf8)).replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
        return [.contentType: ParameterList.formType, .authorization: "Basic " + encoded + padding]
    }

    @Test func `discovery`() async throws {
        try await exchanges("discovery") { _, http in
            _ = try await http.send("OpenID Connect Discovery", .get, "/.well-known/openid-configuration")
            _ = try await http.send("RFC 8414", .get, "/.well-known/oauth-authorization-server")
        }
    }

    @Test func `code, tokens, userinfo, refresh, revocation`() async throws {
        try await exchanges("tokens") { house, http in
            var browser = Browser()
            let form = house.tokenForm(code: try await house.code(Attempt(), &browser))
            let token = "/oauth2/token"
            let body = try await http.send("Code", .post, token, asDepartment, body: form.encoded).json()
            let access = try #require(body["access_token"]?.stringValue)
            let refresh = try #require(body["refresh_token"]?.stringValue)
            _ = try await http.send("Userinfo", .get, "/oauth2/userinfo", [.authorization: "Bearer " + access])
            _ = try await http.send(
                "Introspection", .post, "/oauth2/introspect", asDepartment,
                body: ParameterList(["token": access]).encoded)
            _ = try await http.send(
                "Refresh", .post, token, asDepartment,
                body: ParameterList(["grant_type": "refresh_token", "refresh_token": refresh]).encoded)
            _ = try await http.send(
                "Revocation", .post, "/oauth2/revoke", asDepartment, body: ParameterList(["token": refresh]).encoded)
            _ = try await http.send(
                "Introspection of what has been revoked", .post, "/oauth2/introspect", asDepartment,
                body: ParameterList(["token": access]).encoded)
            _ = try await http.send(
                "The code again", .post, token, asDepartment, body: form.encoded)
            _ = try await http.send(
                "A machine", .post, token, asDepartment,
                body: ParameterList(["grant_type": "client_credentials", "scope": "booking"]).encoded)
        }
    }

    @Test func `refusals`() async throws {
        try await exchanges("refusals") { house, http in
            let token = "/oauth2/token"
            let machine = ParameterList(["grant_type": "client_credentials"]).encoded
            _ = try await http.send("A wrong secret", .post, token, asForm("department:wrong"), body: machine)
            _ = try await http.send("An unknown client", .post, token, asForm("nobody:x"), body: machine)
            _ = try await http.send(
                "An unknown grant", .post, token, asDepartment, body: ParameterList(["grant_type": "password"]).encoded)
            _ = try await http.send(
                "An unknown code", .post, token, asDepartment,
                body: ParameterList([
                    "grant_type": "authorization_code", "code": "none", "redirect_uri": "https://department.example/",
                ]).encoded)
            _ = try await http.send(
                "A parameter twice", .post, token, asDepartment, body: machine + "&" + machine)
            _ = try await http.send("No form", .post, token, [.contentType: "text/plain"], body: "x")
            _ = try await http.send("Userinfo without a token", .get, "/oauth2/userinfo")
            _ = try await http.send("Userinfo, token forged", .get, "/oauth2/userinfo", [.authorization: "Bearer x"])
            _ = try await http.send("A method not offered", .get, token)
            _ = try await http.send(
                "Preflight of a browser's client", .options, token,
                [
                    .origin: "https://department.example",
                    HTTPField.Name("access-control-request-method")!: "POST",
                ])
        }
    }

    @Test func `pushed authorization`() async throws {
        try await exchanges("pushed-authorization") { _, http in
            _ = try await http.send(
                "RFC 9126 §2.2", .post, "/oauth2/par", asDepartment, body: Attempt().request.encoded)
            _ = try await http.send(
                "A foreign redirect URI", .post, "/oauth2/par", asDepartment,
                body: Attempt().with("redirect_uri", "https://elsewhere.example/").request.encoded)
        }
    }
}
