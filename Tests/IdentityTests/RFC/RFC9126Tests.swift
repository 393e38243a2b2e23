import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 9126 pushed authorization requests")
struct RFC9126Tests {
    @Test(arguments: Backend.available)
    func `§2.2 a good request is answered with 201, a reference and its life, never cached`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addClient()
            let response = try await house.push(Attempt().request)
            #expect(response.status == .created)
            #expect(response.headers[.cacheControl] == "no-store")
            #expect(response.headers[.contentType]?.hasPrefix("application/json") == true)
            let uri = try #require(try response.json()["request_uri"]?.stringValue)
            #expect(uri.hasPrefix("urn:ietf:params:oauth:request_uri:"))
            // 43 characters of base64url: 256 bits.
            #expect(uri.dropFirst(PushedRequests.prefix.count).utf8.count == 43)
            #expect(try response.json()["expires_in"]?.integerValue == 60)
            let other = try await house.push(Attempt().request).json()["request_uri"]?.stringValue
            #expect(other != uri)
            let stored = try await house.database.read {
                try $0.query("SELECT handle_hash FROM identity_pushed_request").map { try $0.text("handle_hash") }
            }
            #expect(!stored.contains(String(uri.dropFirst(PushedRequests.prefix.count))))
        }
    }

    @Test(arguments: Backend.available)
    func `§4 the reference leads through sign-in to a code with everything that was pushed`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            let sub = try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let page = try await house.open(try await house.pushed(), &browser)
            let answer = try #require(try await house.signIn(page, &browser).answer)
            #expect(try answer.single("state") == "st/ate 1")
            #expect(try answer.single("iss") == House.issuer)
            let code = try #require(try answer.single("code"))
            let body = try await house.token(house.tokenForm(code: code)).json()
            let idToken = try house.claims(try #require(body["id_token"]?.stringValue))
            #expect(idToken["sub"]?.stringValue == sub)
            #expect(idToken["nonce"]?.stringValue == "n-1")
        }
    }

    @Test(arguments: Backend.available)
    func `§4 one reference gives one answer, and may be loaded again until then`(backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let address = try await house.pushed()
            let first = try await house.open(address, &browser)
            let again = try await house.open(address, &browser)
            #expect(first.page?.status == .ok && again.page?.status == .ok)
            // The person takes longer to sign in than the reference lives.
            house.clock.advance(by: .minutes(3))
            #expect(try await house.signIn(again, &browser).answer?.single("code") != nil)
            // The other page of the same reference comes too late, and so does the reference itself.
            let late = try await house.signIn(first, &browser)
            #expect(late.page?.text.contains("已经登录过了") == true)
            let reused = try await house.client.get(address, browser.headers)
            #expect(reused.status == .badRequest && reused.headers[.location] == nil)
            #expect(reused.text.contains("invalid_request_uri"))
        }
    }

    @Test func `§4 two server processes answer one reference once`() async throws {
        guard Backend.available.contains(.postgres) else { return }
        try await House.run(.postgres) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            _ = try await house.code(Attempt(), &browser)
            let address = try await house.pushed()
            let headers = browser.headers
            let answers = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for _ in 0..<20 { group.addTask { try await house.client.get(address, headers) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let codes = answers.filter { $0.headers[.location]?.contains("code=") == true }
            #expect(codes.count == 1)
            #expect(answers.filter { $0.status == .badRequest }.count == 19)
        }
    }

    @Test func `§4 an expired reference is refused with a page`() async throws {
        try await House.run { house in
            try await house.addClient()
            let address = try await house.pushed()
            house.clock.advance(by: .seconds(61))
            let response = try await house.client.get(address, [.accept: "text/html"])
            #expect(response.status == .badRequest && response.text.contains("invalid_request_uri"))
        }
    }

    @Test func `§2.2 the life is a setting`() async throws {
        try await House.run(settings: { $0.pushedRequestLife = .seconds(5) }) { house in
            try await house.addClient()
            let response = try await house.push(Attempt().request)
            #expect(try response.json()["expires_in"]?.integerValue == 5)
            house.clock.advance(by: .seconds(6))
            let uri = try #require(try response.json()["request_uri"]?.stringValue)
            #expect(try await house.client.get(House.address(uri), [.accept: "text/html"]).status == .badRequest)
        }
    }

    @Test func `§2.2, §7.1 a reference belongs to its client and cannot be guessed`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            let address = try await house.pushed()
            let guesses = [
                address.replacing("client_id=department", with: "client_id=other"),
                address.replacing("client_id=department&", with: ""),
                House.address(PushedRequests.prefix + String(repeating: "A", count: 43)),
                House.address(PushedRequests.prefix), House.address(PushedRequests.prefix + "x"),
                address + "&request_uri=x", address + "&request=x",
            ]
            for guess in guesses {
                let response = try await house.client.get(guess, [.accept: "text/html"])
                #expect(response.status == .badRequest && response.headers[.location] == nil, "\(guess)")
            }
        }
    }

    @Test func `§2.1 the client authenticates as at the token endpoint`() async throws {
        try await House.run { house in
            try await house.addClient()
            for (client, secret) in [("department", "wrong-secret-of-some-length"), ("nobody", House.secret)] {
                let response = try await house.push(Attempt(client: client).request, as: client + ":" + secret)
                #expect(response.status == .unauthorized && response.error == "invalid_client")
                #expect(response.headers[.wwwAuthenticate]?.hasPrefix("Basic") == true)
            }
            #expect(try await house.push(Attempt().request, as: nil).error == "invalid_client")
            let other = try await house.push(Attempt().with("client_id", "other").request)
            #expect(other.error == "invalid_request")
            let posted = Attempt().request.adding("client_secret", House.secret)
            #expect(try await house.push(posted, as: nil).status == .created)
        }
    }

    @Test func `§2.1 request_uri is refused inside, and repeated parameters are`() async throws {
        try await House.run { house in
            try await house.addClient()
            let inside = Attempt().request.adding("request_uri", PushedRequests.prefix + "x")
            #expect(try await house.push(inside).error == "invalid_request")
            for name in ["state", "scope", "unknown"] {
                let twice = Attempt().request.adding(name, "x").adding(name, "y")
                #expect(try await house.push(twice).error == "invalid_request", "\(name)")
            }
        }
    }

    @Test func `§2.3 every rule of the authorization endpoint is applied at the push`() async throws {
        try await House.run { house in
            try await house.addClient()
            for row in AuthorizeErrorTests.rows where row.error != "login_required" && row.name != "request_uri" {
                let response = try await house.push(Attempt().with(row.name, row.value).request)
                #expect(response.status == .badRequest, "\(row.testDescription)")
                #expect(response.error == row.error, "\(row.testDescription) but \(response.text)")
                #expect(response.headers[.cacheControl] == "no-store")
            }
            for uri in ["https://department.example/callback/", "https://evil.example/", ""] {
                var attempt = Attempt()
                attempt.redirectURI = uri
                #expect(try await house.push(attempt.request).error == "invalid_request", "\(uri)")
            }
        }
    }

    @Test func `§2.3 another method is 405, a device has no authorizations, a page cannot read the answer`()
        async throws
    {
        try await House.run { house in
            try await house.addClient()
            try await house.addDevice()
            let got = try await house.client.get("/oauth2/par", [.accept: "application/json"])
            #expect(got.status == .methodNotAllowed && got.headers[.allow]?.contains("POST") == true)
            let device = try await house.push(Attempt(client: "kiosk").request, as: "kiosk:" + House.secret)
            #expect(device.error == "unauthorized_client")
        }
    }

    @Test func `§5, §6 a client that must push is refused without`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.change { $0.policy.requirePushedRequests = true }
            var browser = Browser()
            let plain = try await house.authorize(Attempt(), &browser).answer
            #expect(try plain?.single("error") == "invalid_request")
            #expect(try await house.open(try await house.pushed(), &browser).page?.status == .ok)
        }
    }

    @Test func `§4 what stands beside the reference is not used`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let beside = "&state=outside&redirect_uri=https%3A%2F%2Fevil.example&prompt=none&scope=booking"
            let end = try await house.open(try await house.pushed() + beside, &browser)
            let answered = try await house.signIn(end, &browser)
            #expect(answered.address?.hasPrefix("https://department.example/callback?") == true)
            #expect(try answered.answer?.single("state") == "st/ate 1")
        }
    }

    @Test func `§2 the issuer, the token endpoint and this endpoint may stand as audience, and nothing else`()
        async throws
    {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            let attempt = Attempt(client: "signed", redirectURI: "https://signed.example/callback")
            for (path, isGood) in [
                ("", true), ("/oauth2/token", true), ("/oauth2/par", true), ("/oauth2/introspect", false), ("/", false),
            ] {
                let claims = Assertion(
                    at: house.clock.now(), audience: House.issuer + path, id: house.surroundings.newID())
                let form = attempt.request.adding("client_assertion_type", AssertionCredentials.type)
                    .adding("client_assertion", try key.sign(claims.json))
                let response = try await house.push(form, as: nil)
                #expect(response.status == (isGood ? .created : .unauthorized), "\(path): \(response.text)")
                #expect(response.error == (isGood ? nil : "invalid_client"))
            }
        }
    }

    @Test func `§2.1 client_id may be left to the header, and credentials come in one way`() async throws {
        try await House.run { house in
            try await house.addClient()
            let form = Attempt().request
            #expect(try await house.push(form.without("client_id")).status == .created)
            let posted = form.adding("client_secret", House.secret)
            for (form, credentials) in [
                (posted, "department:" + House.secret), (posted.without("client_id"), nil),
                (form.replacing("client_id", "nobody"), "department:" + House.secret),
            ] as [(ParameterList, String?)] {
                let response = try await house.push(form, as: credentials)
                #expect(response.status == .badRequest && response.error == "invalid_request", "\(response.text)")
            }
        }
    }

    @Test func `§2.3 what is no form, too large or not posted is told so in JSON, never cached`() async throws {
        try await House.run { house in
            try await house.addClient()
            let good = house.tokenHeaders("department:" + House.secret)
            var json = good
            json[.contentType] = "application/json"
            let long = Attempt().request.encoded + "&state="
            for (method, headers, body, status) in [
                (.get, good, "", 405), (.put, good, Attempt().request.encoded, 405), (.delete, good, "", 405),
                (.post, json, "{}", 415), (.post, good, long + String(repeating: "s", count: 70_000), 413),
                (.post, good, long + String(repeating: "s", count: 20_000), 400), (.post, good, "state=%zz", 400),
            ] as [(HTTPRequest.Method, HTTPFields, String, Int)] {
                let response = try await house.client.send(method, "/oauth2/par", headers, body: body)
                #expect(response.status.code == status && response.error == "invalid_request", "\(response.text)")
                #expect(response.headers[.cacheControl] == "no-store", "\(status)")
                #expect(status != 405 || response.headers[.allow]?.contains("POST") == true)
            }
        }
    }

    @Test func `§4 the reference may be posted to the authorization endpoint, as any request`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            // Before the sign-in and after it, when the cookie comes along.
            for isSignedIn in [false, true] {
                let response = try await house.push(Attempt().request)
                let uri = try #require(try response.json()["request_uri"]?.stringValue)
                let form = ParameterList(["client_id": "department", "request_uri": uri])
                let posted = try await browser.post("/oauth2/authorize", form: form, house.client)
                var end = try await browser.follow(
                    posted, at: "/oauth2/authorize", origin: House.issuer, house.client)
                #expect((end.page == nil) == isSignedIn)
                if end.page != nil { end = try await house.signIn(end, &browser) }
                #expect(try end.answer?.single("state") == "st/ate 1")
                #expect(try end.answer?.single("code") != nil)
            }
        }
    }

    @Test func `§5 a client that must push is refused with a signed object and with a reference elsewhere`()
        async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key) { $0.policy.requirePushedRequests = true }
            let object = try RequestObject(at: house.clock.now()).signed(by: key)
            var browser = Browser()
            let signed = try #require(try await house.open(House.address(object: object), &browser).answer)
            #expect(try signed.single("error") == "invalid_request")
            #expect(try signed.single("state") == "st/ate 1")
            let elsewhere = Attempt().with("request_uri", "https://department.example/request")
            let told = try #require(try await house.authorize(elsewhere, &browser).answer)
            #expect(try told.single("error") == "request_uri_not_supported")
            let pushed = try await house.push(ParameterList(["request": object]))
            let uri = try #require(try pushed.json()["request_uri"]?.stringValue)
            #expect(try await house.open(House.address(uri), &browser).page?.status == .ok)
        }
    }

    @Test func `§7.4 a client that is gone after the push gets a page`() async throws {
        try await House.run { house in
            try await house.addClient()
            let address = try await house.pushed()
            _ = try await house.provider.registry.remove("department")
            try await house.provider.clients.refresh()
            let gone = try await house.client.get(address, [.accept: "text/html"])
            #expect(gone.status == .badRequest && gone.headers[.location] == nil)
            #expect(gone.text.contains("invalid_client"))
        }
    }

    @Test func `a redirect URI that was taken back after the push is not used`() async throws {
        try await House.run { house in
            try await house.addClient()
            let address = try await house.pushed()
            try await house.change { $0.redirectURIs = ["https://department.example/new"] }
            let response = try await house.client.get(address, [.accept: "text/html"])
            #expect(response.status == .badRequest && response.headers[.location] == nil)
        }
    }

    @Test func `expired references are cleaned up when nobody can be signing in with them`() async throws {
        try await House.run { house in
            try await house.addClient()
            _ = try await house.pushed()
            func rows() async throws -> Int {
                try await house.database.read { try $0.query("SELECT client_id FROM identity_pushed_request").count }
            }
            house.clock.advance(by: .minutes(30))
            try await house.sweep()
            #expect(try await rows() == 1)
            house.clock.advance(by: .minutes(2))
            try await house.sweep()
            #expect(try await rows() == 0)
        }
    }
}
