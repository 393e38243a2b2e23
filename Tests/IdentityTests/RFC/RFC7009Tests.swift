import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 7009 token revocation")
struct RFC7009Tests {
    private func revoke(_ house: House, _ token: String, hint: String? = nil, as client: String = "department")
        async throws
    {
        var form = ParameterList(["token": token])
        if let hint { form.append("token_type_hint", hint) }
        let response = try await house.call("/oauth2/revoke", form, as: client + ":" + House.secret)
        #expect(response.status == .ok && response.text.isEmpty, "\(response.text)")
        #expect(response.headers[.cacheControl] == "no-store")
    }

    @Test(arguments: Backend.available)
    func `a refresh token takes its family and its access tokens with it`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let answer = try await house.tokens(Attempt(), &browser)
            let access = try #require(answer["access_token"]?.stringValue)
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            try await revoke(house, refresh, hint: "access_token")
            #expect(try await house.userInfo(access).status == .unauthorized)
            #expect(try await house.refresh(refresh).error == "invalid_grant")
            #expect(try await house.introspect(access) == .object(["active": false]))
            try await revoke(house, refresh)
            let events = try await house.database.read {
                try $0.query("SELECT 1 AS n FROM identity_audit_event WHERE kind = 'grant.revoked'").count
            }
            #expect(events == 1)
        }
    }

    @Test func `an access token goes alone`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let answer = try await house.tokens(Attempt(), &browser)
            let access = try #require(answer["access_token"]?.stringValue)
            try await revoke(house, access, hint: "refresh_token")
            #expect(try await house.userInfo(access).status == .unauthorized)
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            let next = try await house.refresh(refresh).json()
            let token = try #require(next["access_token"]?.stringValue)
            #expect(try await house.userInfo(token).status == .ok)
            try await house.provider.revocations.refresh()
            #expect(try await house.userInfo(access).status == .unauthorized, "other processes read it too")
        }
    }

    @Test func `unknown tokens are 200, another client's stay untouched, nobody unknown may ask`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            var browser = Browser()
            let answer = try await house.tokens(Attempt(), &browser)
            let access = try #require(answer["access_token"]?.stringValue)
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            for token in ["unknown", "a.b.c", access, refresh] {
                try await revoke(house, token, hint: "made_up", as: "other")
            }
            #expect(try await house.userInfo(access).status == .ok)
            #expect(try await house.refresh(refresh).status == .ok)
            let form = ParameterList(["token": access])
            let nobody = try await house.call("/oauth2/revoke", form, as: nil)
            #expect(nobody.status == .unauthorized && nobody.error == "invalid_client")
            let empty = try await house.call("/oauth2/revoke", ParameterList(), as: "department:" + House.secret)
            #expect(empty.error == "invalid_request")
            #expect(try await house.client.get("/oauth2/revoke?token=" + access).status == .methodNotAllowed)
        }
    }

    @Test func `a public client gives its tokens back`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient("app", secret: nil)
            var attempt = Attempt()
            attempt.client = "app"
            attempt.redirectURI = "https://app.example/callback"
            var browser = Browser()
            let form = house.tokenForm(attempt, code: try await house.code(attempt, &browser)).adding(
                "client_id", "app")
            let answer = try await house.token(form, as: nil).json()
            let refresh = try #require(answer["refresh_token"]?.stringValue)
            let back = ParameterList(["token": refresh, "client_id": "app"])
            #expect(try await house.call("/oauth2/revoke", back, as: nil).status == .ok)
            let again = ParameterList(["grant_type": "refresh_token", "refresh_token": refresh, "client_id": "app"])
            #expect(try await house.token(again, as: nil).error == "invalid_grant")
        }
    }

    /// A person's tokens at `department`, which may ask for itself, too, and a client `other`.
    private func withTokens(
        _ body: @Sendable @escaping (House, _ access: String, _ refresh: String, _ id: String) async throws -> Void
    ) async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            try await house.change { $0.grants.formUnion([.clientCredentials]) }
            var browser = Browser()
            let answer = try await house.tokens(Attempt(), &browser)
            try await body(
                house, try #require(answer["access_token"]?.stringValue),
                try #require(answer["refresh_token"]?.stringValue), try #require(answer["id_token"]?.stringValue))
        }
    }

    /// §2.2.1, which is RFC 6749 §5.2; whatever is refused revokes nothing.
    @Test func `every fault of a request has its own answer and revokes nothing`() async throws {
        try await withTokens { house, access, refresh, _ in
            try await house.addClient("app", secret: nil)
            let own = "department:" + House.secret
            let form = ParameterList(["token": access])
            let rows: [(form: ParameterList, client: String?, error: String)] = [
                (ParameterList(), own, "invalid_request"), (ParameterList(["token": ""]), own, "invalid_request"),
                (ParameterList(["token_type_hint": "access_token"]), own, "invalid_request"),
                (form.adding("token", access), own, "invalid_request"),
                (form.adding("token", refresh), own, "invalid_request"),
                (form.adding("token_type_hint", "a").adding("token_type_hint", "b"), own, "invalid_request"),
                (form.adding("client_id", "other"), own, "invalid_request"),
                (form.adding("client_secret", House.secret).adding("client_id", "department"), own, "invalid_request"),
                (ParameterList(["token": String(repeating: "x", count: 20_000)]), own, "invalid_request"),
                (form, nil, "invalid_client"), (form, "department:wrong-secret-of-many-characters", "invalid_client"),
                (form, "nobody:" + House.secret, "invalid_client"), (form, "app:" + House.secret, "invalid_client"),
                (form.adding("client_id", "department"), nil, "invalid_client"),
                (form.adding("client_id", "nobody"), nil, "invalid_client"),
                (form.adding("client_id", "app").adding("client_secret", "x"), nil, "invalid_client"),
            ]
            for (index, row) in rows.enumerated() {
                let answer = try await house.call("/oauth2/revoke", row.form, as: row.client)
                let isUnknown = row.error == "invalid_client"
                let status: HTTPResponse.Status = isUnknown ? .unauthorized : .badRequest
                #expect(answer.status == status && answer.error == row.error, "\(index): \(answer.text)")
                #expect(answer.headers[.cacheControl] == "no-store", "\(index)")
                #expect((answer.headers[.wwwAuthenticate]?.hasPrefix("Basic ") ?? false) == isUnknown, "\(index)")
            }
            #expect(try await house.userInfo(access).status == .ok)
            #expect(try await house.refresh(refresh).status == .ok)
        }
    }

    /// §2.1: HTTP POST with a form; RFC 6749 §2.3.1: no secrets in an address.
    @Test func `nothing but a form in the body of a POST is read`() async throws {
        try await withTokens { house, access, _, _ in
            let own = house.tokenHeaders("department:" + House.secret)
            let query = "/oauth2/revoke?token=" + access
            let inAddress = try await house.client.send(.post, query, own, body: "token_type_hint=access_token")
            #expect(inAddress.status == .badRequest && inAddress.error == "invalid_request")
            var json = own
            json[.contentType] = "application/json"
            let object = #"{"token":"\#(access)"}"#
            #expect(try await house.client.send(.post, "/oauth2/revoke", json, body: object).status.code == 415)
            let broken = try await house.client.send(.post, "/oauth2/revoke", own, body: "token=%zz")
            #expect(broken.status == .badRequest && broken.error == "invalid_request")
            var bearer = own
            bearer[.authorization] = "Bearer " + access
            let body = ParameterList(["token": access]).encoded
            let byToken = try await house.client.send(.post, "/oauth2/revoke", bearer, body: body)
            #expect(byToken.status == .unauthorized && byToken.error == "invalid_client", "§2.1: clients alone ask")
            for method in [HTTPRequest.Method.get, .put, .delete] {
                let refused = try await house.client.send(method, query, own)
                #expect(refused.status == .methodNotAllowed, "\(method)")
                #expect(refused.headers[.allow]?.contains("POST") == true, "\(method)")
            }
            #expect(try await house.userInfo(access).status == .ok)
        }
    }

    /// §2.1: the server may ignore a hint, and one that is wrong must not keep a token alive.
    @Test(arguments: ["access_token", "refresh_token", "id_token", "made_up", ""])
    func `a hint, right or wrong, changes nothing`(hint: String) async throws {
        for name in ["access_token", "refresh_token"] {
            try await House.run { house in
                try await house.addCitizen()
                try await house.addClient()
                var browser = Browser()
                let answer = try await house.tokens(Attempt(), &browser)
                let access = try #require(answer["access_token"]?.stringValue)
                try await revoke(house, try #require(answer[name]?.stringValue), hint: hint)
                #expect(try await house.userInfo(access).status == .unauthorized, "\(name)")
                let refresh = try #require(answer["refresh_token"]?.stringValue)
                let again = try await house.refresh(refresh)
                #expect(again.error == (name == "refresh_token" ? "invalid_grant" : nil), "\(name): \(again.text)")
            }
        }
    }

    /// §2.2: invalid tokens are no error. ID tokens and codes are not revoked here, so neither is an
    /// `unsupported_token_type` (§2.2.1): the answer would tell that there is such a token.
    @Test func `what is no token, or none any more, is answered like success`() async throws {
        try await withTokens { house, access, refresh, id in
            var browser = Browser()
            let code = try await house.code(Attempt(), &browser)
            for token in [id, code, access + "x", refresh + "x", "测试", String(repeating: "x", count: 9000)] {
                try await revoke(house, token)
            }
            #expect(try await house.userInfo(access).status == .ok)
            #expect(try await house.token(house.tokenForm(code: code)).status == .ok)
            let next = try #require(try await house.refresh(refresh).json()["refresh_token"]?.stringValue)
            house.clock.advance(by: .seconds(601))
            try await revoke(house, access)
            #expect(try await house.refresh(next).status == .ok, "an access token that has expired takes nothing along")
            for _ in 0..<2 { try await revoke(house, access) }
        }
    }

    /// §2.1: a client that gives back the token it knows means the whole grant, whoever has used it since.
    @Test func `a refresh token that has been replaced takes its successors with it`() async throws {
        try await withTokens { house, access, refresh, _ in
            let next = try await house.refresh(refresh).json()
            let successor = try #require(next["refresh_token"]?.stringValue)
            let second = try #require(next["access_token"]?.stringValue)
            try await revoke(house, refresh)
            #expect(try await house.refresh(successor).error == "invalid_grant")
            for token in [access, second] {
                #expect(try await house.userInfo(token).status == .unauthorized)
                #expect(try await house.introspect(token) == .object(["active": false]))
            }
        }
    }

    @Test func `a machine's token is given back by that machine alone`() async throws {
        try await withTokens { house, access, _, _ in
            let form = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            func token() async throws -> String {
                try #require(try await house.token(form).json()["access_token"]?.stringValue)
            }
            let (one, two) = (try await token(), try await token())
            try await revoke(house, one, as: "other")
            #expect(try await house.get("/api/v1/probe", "Bearer", one).status == .ok)
            try await revoke(house, one)
            #expect(try await house.get("/api/v1/probe", "Bearer", one).status == .unauthorized)
            #expect(try await house.introspect(one) == .object(["active": false]))
            #expect(try await house.get("/api/v1/probe", "Bearer", two).status == .ok)
            #expect(try await house.userInfo(access).status == .ok)
        }
    }

    /// RFC 9449: a proof is looked at wherever one is sent, before anything is done.
    @Test func `a wrong DPoP proof revokes nothing, a good one no more than the client may`() async throws {
        try await withTokens { house, access, _, _ in
            let maker = try ProofMaker.es256.get()
            func revoke(_ proof: String, as client: String) async throws -> TestResponse {
                var headers = house.tokenHeaders(client + ":" + House.secret)
                headers.append(HTTPField(name: .dpop, value: proof))
                let body = ParameterList(["token": access]).encoded
                return try await house.client.send(.post, "/oauth2/revoke", headers, body: body)
            }
            #expect(try await revoke(maker.proof(house), as: "department").error == "invalid_dpop_proof")
            #expect(try await revoke(maker.proof(house, "POST", "/oauth2/revoke"), as: "other").status == .ok)
            #expect(try await house.userInfo(access).status == .ok)
            #expect(try await revoke(maker.proof(house, "POST", "/oauth2/revoke"), as: "department").status == .ok)
            #expect(try await house.userInfo(access).status == .unauthorized)
        }
    }

    /// §2.3: pages of other sites ask by CORS; the older way of a `callback` parameter is not offered.
    @Test func `pages of other sites read the answer, and nothing is ever wrapped into a script`() async throws {
        try await withTokens { house, access, _, _ in
            let origin = "https://app.example"
            let asked: HTTPFields = [.origin: origin, .accessControlRequestMethod: "POST"]
            let allowed = try await house.client.send(.options, "/oauth2/revoke", asked)
            #expect(allowed.headers[.accessControlAllowOrigin] == "*")
            #expect(allowed.headers[.accessControlAllowMethods]?.contains("POST") == true)
            #expect(allowed.headers[.accessControlAllowMethods]?.contains("GET") == false)
            let script = "/oauth2/revoke?callback=package.myCallback&client_id=department&token=" + access
            let byGet = try await house.client.get(script)
            #expect(byGet.status == .methodNotAllowed && !byGet.text.contains("myCallback"))
            var headers = house.tokenHeaders("department:" + House.secret)
            headers[.origin] = origin
            for (token, status) in [("", HTTPResponse.Status.badRequest), (access, .ok)] {
                let form = ParameterList(["token": token, "callback": "package.myCallback"])
                let answer = try await house.client.send(.post, "/oauth2/revoke", headers, body: form.encoded)
                #expect(answer.status == status && !answer.text.contains("myCallback"), "\(answer.text)")
                #expect(answer.headers[.accessControlAllowOrigin] == "*")
                #expect(answer.headers[.accessControlAllowCredentials] == nil)
                #expect(answer.headers[.contentType]?.contains("javascript") != true)
            }
        }
    }
}
