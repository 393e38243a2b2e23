import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID Connect Discovery 1.0, RFC 8414, RFC 7517")
struct DiscoveryTests {
    @Test func `both documents are the same, public and true`() async throws {
        try await House.run { house in
            let response = try await house.client.get("/.well-known/openid-configuration")
            #expect(response.status == .ok)
            #expect(response.headers[.contentType]?.hasPrefix("application/json") == true)
            #expect(response.headers[.cacheControl]?.contains("max-age") == true)
            let document = try response.json()
            #expect(try await house.client.get("/.well-known/oauth-authorization-server").json() == document)
            #expect(document["issuer"]?.stringValue == House.issuer)
            for member in document.objectMembers ?? []
            where member.name.hasSuffix("_endpoint") || member.name == "jwks_uri" {
                let path = try #require(member.value.stringValue).dropFirst(House.issuer.count)
                let answer = try await house.client.get(String(path), [.accept: "application/json"])
                #expect(answer.status != .notFound, "\(member.name)")
            }
            #expect(document["code_challenge_methods_supported"]?.arrayValue == ["S256"])
            #expect(document["response_types_supported"]?.arrayValue == ["code"])
            #expect(document["authorization_response_iss_parameter_supported"]?.boolValue == true)
            #expect(document["request_parameter_supported"]?.boolValue == true)
            #expect(document["request_uri_parameter_supported"]?.boolValue == false)
            let grants = document["grant_types_supported"]?.arrayValue ?? []
            #expect(
                grants == [
                    "authorization_code", "client_credentials", "refresh_token",
                    "urn:ietf:params:oauth:grant-type:device_code",
                    "urn:ietf:params:oauth:grant-type:token-exchange", "urn:openid:params:grant-type:ciba",
                ])
        }
    }

    @Test func `RFC 8414 §2, §3.2, Discovery §3: what is required is there, no list is empty, no algorithm is none`()
        async throws
    {
        try await House.run { house in
            let document = try await house.client.get("/.well-known/openid-configuration").json()
            for name in [
                "issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "response_types_supported",
                "subject_types_supported", "id_token_signing_alg_values_supported",
                "token_endpoint_auth_signing_alg_values_supported",
                "introspection_endpoint_auth_signing_alg_values_supported",
                "revocation_endpoint_auth_signing_alg_values_supported",
            ] { #expect(document[name] != nil, "\(name)") }
            #expect(document["id_token_signing_alg_values_supported"]?.arrayValue?.contains("RS256") == true)
            let members = document.objectMembers ?? []
            #expect(Set(members.map(\.name)).count == members.count)
            for member in members {
                if let values = member.value.arrayValue {
                    let texts = values.compactMap(\.stringValue)
                    #expect(!values.isEmpty && texts.count == values.count, "\(member.name)")
                    guard member.name.contains("signing_alg") else { continue }
                    #expect(!texts.contains { $0 == "none" || $0.hasPrefix("HS") }, "\(member.name)")
                } else {
                    let isFilled = member.value.boolValue != nil || member.value.stringValue?.isEmpty == false
                    #expect(isFilled, "\(member.name)")
                }
            }
        }
    }

    @Test func `the documents are read and nothing else, at their own addresses alone`() async throws {
        try await House.run { house in
            for path in [
                "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth2/jwks",
            ] {
                for method in [HTTPRequest.Method.post, .put, .delete] {
                    let answer = try await house.client.send(method, path, body: "{}")
                    #expect(answer.status.code == 405 && answer.error == "invalid_request", "\(method) \(path)")
                }
                #expect(try await house.client.get(path + "/x").status == .notFound, "\(path)")
                #expect(try await house.client.get("/x" + path).status == .notFound, "\(path)")
            }
            // Discovery §2 is not offered: systems know the issuer.
            #expect(try await house.client.get("/.well-known/webfinger?resource=acct:a").status == .notFound)
        }
    }

    @Test func `RFC 7517 §5: a key is known everywhere before it signs, and as long as what it signed lives`()
        async throws
    {
        try await House.run { house in
            let response = try await house.client.get("/oauth2/jwks")
            #expect(response.headers[.contentType]?.hasPrefix("application/json") == true)
            let caching = try #require(response.headers[.cacheControl])
            let age = try #require(caching.split(separator: "max-age=").last.flatMap { Int64($0) })
            let settings = house.provider.settings
            #expect(caching.hasPrefix("public") && age > 0 && Duration.seconds(age) < settings.keyLead)
            #expect(settings.keyRetirement > settings.sessionLife && settings.keyRetirement > settings.idTokenLife)
            for key in try response.json()["keys"]?.arrayValue ?? [] where key["kty"] == "RSA" {
                let text = try #require(key["n"]?.stringValue)
                let modulus = try #require(Base64URL.decode(text))
                #expect(modulus.count >= 256)
            }
        }
    }

    @Test func `certificates are promised only where they can arrive`() {
        func document(_ offers: Bool) -> JSONValue {
            Discovery(issuer: House.issuer, grantTypes: [], offersCertificates: offers).document
        }
        for place in ["token", "introspection", "revocation"] {
            let name = place + "_endpoint_auth_methods_supported"
            #expect(document(true)[name]?.arrayValue?.contains("tls_client_auth") == true)
            let methods = document(false)[name]?.arrayValue ?? []
            #expect(methods.contains("private_key_jwt"))
            #expect(!methods.contains("tls_client_auth") && !methods.contains("self_signed_tls_client_auth"))
        }
        #expect(document(true)["tls_client_certificate_bound_access_tokens"] == true)
        #expect(document(false)["tls_client_certificate_bound_access_tokens"] == false)
    }

    @Test func `the key set holds both algorithms, distinct ids and nothing private`() async throws {
        try await House.run { house in
            let keys = try await house.client.get("/oauth2/jwks").json()["keys"]?.arrayValue ?? []
            #expect(Set(keys.compactMap { $0["alg"]?.stringValue }) == ["ES256", "RS256"])
            #expect(Set(keys.compactMap { $0["kid"]?.stringValue }).count == keys.count)
            for key in keys {
                for member in ["d", "p", "q", "dp", "dq", "qi", "k"] { #expect(key[member] == nil) }
                #expect(key["use"]?.stringValue == "sig")
            }
        }
    }

    @Test func `machine endpoints allow other origins`() async throws {
        try await House.run { house in
            let origin: HTTPFields = [.origin: "https://app.example"]
            for path in ["/.well-known/openid-configuration", "/oauth2/jwks", "/oauth2/userinfo"] {
                let allowed = try await house.client.get(path, origin).headers[.accessControlAllowOrigin]
                #expect(allowed == "*", "\(path)")
            }
        }
    }

    @Test func `an RS256 client gets RS256 ID tokens and ES256 access tokens`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient { $0.idTokenAlgorithm = "RS256" }
            var browser = Browser()
            let body = try await house.tokens(Attempt(), &browser)
            let idToken = try #require(body["id_token"]?.stringValue)
            let accessToken = try #require(body["access_token"]?.stringValue)
            #expect(try TokenSigner.peek(idToken).algorithm == .rs256)
            #expect(try TokenSigner.peek(accessToken).algorithm == .es256)
            let digest = try #require(Base64URL.decode(House.crypto.digest(accessToken)))
            #expect(try house.claims(idToken)["at_hash"]?.stringValue == Base64URL.encode(digest.prefix(16)))
        }
    }
}
