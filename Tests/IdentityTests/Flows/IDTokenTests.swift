import Core
import Cryptography
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Core §2, §8, §12.2 ID tokens")
struct IDTokenTests {
    private func idToken(_ body: JSONValue, _ house: House) throws -> JSONValue {
        try house.claims(try #require(body["id_token"]?.stringValue))
    }

    @Test(arguments: Backend.available)
    func `§12.2 a refreshed ID token is about the same sign-in, of now and without a nonce`(backend: Backend)
        async throws
    {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let body = try await house.tokens(Attempt(), &browser)
            let first = try idToken(body, house)
            #expect(first["iss"]?.stringValue == House.issuer && first["nonce"]?.stringValue == "n-1")
            #expect(first["iat"]?.integerValue == house.clock.now().seconds)
            house.clock.advance(by: .minutes(3))
            let refresh = try #require(body["refresh_token"]?.stringValue)
            let fresh = try await house.refresh(refresh).json()
            let second = try idToken(fresh, house)
            for name in ["iss", "sub", "aud", "azp", "auth_time", "acr", "amr", "sid"] {
                #expect(second[name] != nil && second[name] == first[name], "\(name)")
            }
            let now = house.clock.now().seconds
            #expect(second["iat"]?.integerValue == now && second["nonce"] == nil)
            #expect((second["exp"]?.integerValue ?? 0) > now)
            // §3.1.3.6: each token vouches for the access token beside it.
            for (body, claims) in [(body, first), (fresh, second)] {
                let access = try #require(body["access_token"]?.stringValue)
                let digest = try #require(Base64URL.decode(House.crypto.digest(access)))
                #expect(claims["at_hash"]?.stringValue == Base64URL.encode(digest.prefix(16)))
            }
        }
    }

    @Test func `without openid there is none, at first and at a refresh for less`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let plain = try await house.tokens(Attempt().with("scope", "booking"), &browser)
            #expect(plain["access_token"] != nil && plain["id_token"] == nil)
            let body = try await house.tokens(Attempt(), &browser)
            let refresh = try #require(body["refresh_token"]?.stringValue)
            let less = try await house.refresh(refresh, scope: "profile").json()
            #expect(less["access_token"] != nil && less["id_token"] == nil)
        }
    }

    @Test func `§8 a public subject is the same for every client, another for every person, and plain`() async throws {
        try await House.run { house in
            for phone in ["19900000001", "19900000002"] { try await house.addCitizen(phone: phone) }
            var subjects = [String: Set<String>]()
            for client in ["department", "other"] {
                try await house.addClient(client)
                let attempt = Attempt(client: client, redirectURI: "https://\(client).example/callback")
                for phone in ["19900000001", "19900000002"] {
                    var browser = Browser()
                    let claims = try idToken(try await house.tokens(attempt, name: phone, &browser), house)
                    let subject = try #require(claims["sub"]?.stringValue)
                    #expect(subject.utf8.count <= 255 && subject.utf8.allSatisfy { (0x21...0x7E).contains($0) })
                    subjects[phone, default: []].insert(subject)
                }
            }
            #expect(subjects.values.allSatisfy { $0.count == 1 })
            #expect(Set(subjects.values).count == 2)
        }
    }
}
