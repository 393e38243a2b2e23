import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// What may be left out of an object and what must not pass for one; its faulty claims stand in `RFC9101Tests`, hostile
/// tokens in `HostileTokenTests`.
@Suite("RFC 9101 request objects: what is none")
struct RFC9101ErrorTests {
    @Test func `§4 outside FAPI everything about the object itself may be left out`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key)
            var object = RequestObject(at: house.clock.now())
            for name in ["iss", "aud", "nbf", "exp", "iat", "jti"] {
                object = object.with(name, nil)
                let response = try await house.push(ParameterList(["request": try object.signed(by: key)]))
                #expect(response.status == .created, "\(name): \(response.text)")
            }
        }
    }

    @Test func `§10.8 the type is that of request objects, that of any token, or left out`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key)
            let object = RequestObject(at: house.clock.now())
            for (type, isGood) in [
                ("oauth-authz-req+jwt", true), ("application/oauth-authz-req+jwt", true),
                ("OAuth-Authz-Req+JWT", true), ("JWT", true), ("at+jwt", false), ("dpop+jwt", false),
                ("client-authentication+jwt", false), ("logout+jwt", false), ("oauth-authz-req", false),
            ] {
                let response = try await house.push(ParameterList(["request": try object.signed(by: key, type: type)]))
                #expect(response.status == (isGood ? .created : .badRequest), "\(type): \(response.text)")
                #expect(response.error == (isGood ? nil : "invalid_request_object"), "\(type)")
            }
            let untyped = try key.sign(
                header: #"{"alg":"ES256","kid":"\#(key.kid)"}"#,
                payload: String(decoding: object.json.encoded(), as: UTF8.self))
            #expect(try await house.push(ParameterList(["request": untyped])).status == .created)
        }
    }

    @Test func `§10.8 no object proves the client, and no proof of the client is a request`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            let attempt = Attempt(client: "signed", redirectURI: "https://signed.example/callback")
            let object = RequestObject(attempt, at: house.clock.now())
            for forged in [
                try object.signed(by: key), try object.signed(by: key, type: "JWT"),
                try object.with("sub", "signed").signed(by: key),
            ] {
                let response = try await house.token(assertion: forged)
                #expect(response.status == .unauthorized && response.error == "invalid_client")
            }
            // An assertion that holds a whole request besides.
            var claims = Assertion(at: house.clock.now(), id: "both")
            claims.claims += attempt.request.items.map { ($0.name, .string($0.value)) }
            let assertion = try key.sign(claims.json)
            let response = try await house.client.get(
                House.address(object: assertion, client: "signed"), [.accept: "text/html"])
            #expect(response.status == .badRequest && response.headers[.location] == nil)
            #expect(response.text.contains("invalid_request_object"))
            #expect(try await house.token(assertion: assertion).status == .ok, "it stays good for what it is")
        }
    }

    @Test func `§5, §6.3 the client outside is the client inside, whoever holds the key`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key)
            try await house.addClient("other")
            try await house.change("other") { $0.keys = ClientKeys(jwks: key.jwks) }
            let object = try RequestObject(at: house.clock.now()).signed(by: key)
            for (client, error) in [("other", "invalid_request_object"), ("nobody", "invalid_client")] {
                let response = try await house.client.get(
                    House.address(object: object, client: client), [.accept: "text/html"])
                #expect(response.status == .badRequest && response.headers[.location] == nil, "\(client)")
                #expect(response.text.contains(error), "\(client)")
            }
            let twice = try await house.client.get(
                House.address(object: object, "&client_id=department"), [.accept: "text/html"])
            #expect(twice.status == .badRequest && twice.text.contains("invalid_request"))
            let pushed = try await house.push(ParameterList(["request": object]), as: "other:" + House.secret)
            #expect(pushed.error == "invalid_request_object")
        }
    }

    @Test func `§6.2 keys that cannot be read have signed nothing`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            let uri = "https://department.example/keys"
            try await house.addObjectClient(key) { $0.keys = ClientKeys(jwksURI: uri) }
            for text in [nil, "no JSON", #"{"keys":[]}"#] as [String?] {
                house.outbound.publish(text, at: uri)
                house.clock.advance(by: .minutes(2))
                let object = try RequestObject(at: house.clock.now()).signed(by: key)
                #expect(try await house.push(ParameterList(["request": object])).error == "invalid_request_object")
            }
            house.outbound.publish(key.jwks, at: uri)
            house.clock.advance(by: .minutes(2))
            let object = try RequestObject(at: house.clock.now()).signed(by: key)
            #expect(try await house.push(ParameterList(["request": object])).status == .created)
        }
    }

    @Test func `§6.1 an encrypted object is refused by its name, and an empty one is none`() async throws {
        try await House.run { house in
            try await house.addObjectClient(try ClientKey.es256.get())
            let header = Base64URL.encode(Array(#"{"alg":"RSA-OAEP-256","enc":"A256GCM"}"#.utf8))
            let sealed = header + ".AAAA.AAAA.AAAA.AAAA"
            #expect(try await house.push(ParameterList(["request": sealed])).error == "invalid_request_object")
            var browser = Browser()
            let beside = "&redirect_uri=https%3A%2F%2Fdepartment.example%2Fcallback"
            let told = try await house.open(House.address(object: sealed, beside), &browser).answer
            #expect(try told?.single("error") == "invalid_request_object")
            // Nothing is left of a request whose object is empty.
            let empty = try await house.client.get(House.address(object: ""), [.accept: "text/html"])
            #expect(empty.status == .badRequest && empty.text.contains("invalid_request"))
        }
    }

    @Test func `a fault is told in the mode outside, and with no state where there are two`() async throws {
        try await House.run { house in
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key)
            let object = try RequestObject(at: house.clock.now()).with("exp", 1).signed(by: key)
            let outside = "&redirect_uri=https%3A%2F%2Fdepartment.example%2Fcallback&state=s"
            var browser = Browser()
            let signed = try #require(
                try await house.open(House.address(object: object, outside + "&response_mode=jwt"), &browser).answer)
            #expect(signed.items.map(\.name) == ["response"])
            let claims = try house.claims(try #require(try signed.single("response")))
            #expect(claims["error"]?.stringValue == "invalid_request_object" && claims["state"]?.stringValue == "s")
            let twice = try #require(
                try await house.open(House.address(object: object, outside + "&state=other"), &browser).answer)
            #expect(try twice.single("error") == "invalid_request")
            #expect(!twice.contains("state"))
        }
    }

    @Test func `§5.2 a request_uri elsewhere is refused by its name, whether or not an address stands beside it`()
        async throws
    {
        try await House.run { house in
            try await house.addClient()
            let elsewhere = House.address("https://department.example/request")
            for (address, error) in [
                (elsewhere, "request_uri_not_supported"),
                (elsewhere + "&redirect_uri=https%3A%2F%2Fevil.example%2F", "request_uri_not_supported"),
                (House.address("https://department.example/request", client: "nobody"), "invalid_client"),
            ] {
                let response = try await house.client.get(address, [.accept: "text/html"])
                #expect(response.status == .badRequest && response.headers[.location] == nil, "\(address)")
                #expect(response.text.contains(error), "\(address)")
            }
            var browser = Browser()
            for uri in [
                "http://127.0.0.1:8080/admin", "file:///etc/passwd", "urn:example:request", "request",
                "URN:IETF:PARAMS:OAUTH:REQUEST_URI:x",
                "https://department.example/" + String(repeating: "x", count: 600),
            ] {
                let answer = try await house.authorize(Attempt().with("request_uri", uri), &browser).answer
                #expect(try answer?.single("error") == "request_uri_not_supported", "\(uri)")
                #expect(try answer?.single("state") == "st/ate 1", "\(uri)")
            }
            #expect(house.outbound.reads.isEmpty && house.outbound.all.isEmpty)
        }
    }

    @Test func `an object may be posted`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            let key = try ClientKey.es256.get()
            try await house.addObjectClient(key)
            let object = try RequestObject(at: house.clock.now()).signed(by: key)
            let form = ParameterList(["client_id": "department", "request": object, "state": "outside"])
            var browser = Browser()
            let posted = try await browser.post("/oauth2/authorize", form: form, house.client)
            let page = try await browser.follow(posted, at: "/oauth2/authorize", origin: House.issuer, house.client)
            let answer = try #require(try await house.signIn(page, &browser).answer)
            #expect(try answer.single("code") != nil)
            #expect(try answer.single("state") == "st/ate 1")
        }
    }
}
