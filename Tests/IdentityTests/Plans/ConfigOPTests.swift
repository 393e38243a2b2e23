import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Config OP")
struct ConfigOPTests {
    /// Every member that OpenID Connect Discovery, the logout and FAPI profiles and the OAuth metadata registry know.
    private static let registered: Set<String> = [
        "issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "registration_endpoint",
        "scopes_supported", "response_types_supported", "response_modes_supported", "grant_types_supported",
        "acr_values_supported", "subject_types_supported", "id_token_signing_alg_values_supported",
        "userinfo_signing_alg_values_supported", "request_object_signing_alg_values_supported",
        "token_endpoint_auth_methods_supported", "token_endpoint_auth_signing_alg_values_supported",
        "display_values_supported", "claim_types_supported", "claims_supported", "service_documentation",
        "claims_locales_supported", "ui_locales_supported", "claims_parameter_supported",
        "request_parameter_supported", "request_uri_parameter_supported", "require_request_uri_registration",
        "op_policy_uri", "op_tos_uri", "prompt_values_supported", "end_session_endpoint", "check_session_iframe",
        "backchannel_logout_supported", "backchannel_logout_session_supported", "frontchannel_logout_supported",
        "frontchannel_logout_session_supported", "code_challenge_methods_supported", "revocation_endpoint",
        "revocation_endpoint_auth_methods_supported", "revocation_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint", "introspection_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_signing_alg_values_supported", "device_authorization_endpoint",
        "pushed_authorization_request_endpoint", "require_pushed_authorization_requests",
        "require_signed_request_object", "authorization_response_iss_parameter_supported",
        "authorization_signing_alg_values_supported", "dpop_signing_alg_values_supported",
        "tls_client_certificate_bound_access_tokens", "mtls_endpoint_aliases",
        "backchannel_authentication_endpoint", "backchannel_token_delivery_modes_supported",
        "backchannel_authentication_request_signing_alg_values_supported",
        "backchannel_user_code_parameter_supported",
    ]

    private func document(_ house: House) async throws -> JSONValue {
        let response = try await house.client.get("/.well-known/openid-configuration")
        #expect(response.status == .ok)
        #expect(response.headers[.contentType]?.hasPrefix("application/json") == true)
        return try response.json()
    }

    @Test(arguments: Backend.available)
    func `oidcc-discovery-endpoint-verification`(backend: Backend) async throws {
        try await House.run(backend) { house in
            let document = try await document(house)
            #expect(document["issuer"]?.stringValue == House.issuer)
            let members = document.objectMembers ?? []
            for member in members {
                #expect(Self.registered.contains(member.name), "\(member.name) is in no registry")
                if member.name.hasSuffix("_endpoint") || member.name.hasSuffix("_uri") {
                    #expect(member.value.stringValue?.hasPrefix(House.issuer + "/") == true, "\(member.name)")
                } else if member.name.hasSuffix("_values_supported") || member.name.hasSuffix("_methods_supported") {
                    let values = try #require(member.value.arrayValue, "\(member.name)")
                    #expect(!values.isEmpty && values.allSatisfy { $0.stringValue?.isEmpty == false }, "\(member.name)")
                    #expect(Set(values).count == values.count, "\(member.name)")
                }
            }
            #expect(document["response_types_supported"]?.arrayValue == ["code"])
            #expect(document["id_token_signing_alg_values_supported"]?.arrayValue?.contains("RS256") == true)
            #expect(document["subject_types_supported"]?.arrayValue?.contains("public") == true)
            #expect(document["scopes_supported"]?.arrayValue?.contains("openid") == true)
            for scope in document["scopes_supported"]?.arrayValue ?? [] {
                #expect(ScopeList.parse(scope.stringValue ?? " ")?.count == 1)
            }
            for name in ["claims_parameter", "request_parameter", "request_uri_parameter"] {
                #expect(document[name + "_supported"]?.boolValue != nil, "\(name)")
            }
            for locale in document["ui_locales_supported"]?.arrayValue ?? [] {
                #expect(WebLocale(tag: locale.stringValue ?? "") != nil)
            }
            #expect(document["code_challenge_methods_supported"]?.arrayValue == ["S256"])
            let keys = try await house.client.get("/oauth2/jwks").json()
            #expect(try !VerificationKeys(jwks: keys).isEmpty)
        }
    }

    @Test func `every address is https where the issuer is, and lists are of the right form`() throws {
        let issuer = "https://yimen.example"
        let document = Discovery(issuer: issuer, grantTypes: ["authorization_code"]).document
        let addresses = (document.objectMembers ?? []).filter { $0.value.stringValue != nil }
        #expect(addresses.count > 10)
        for member in addresses {
            let address = try #require(member.value.stringValue)
            #expect(address == issuer || address.hasPrefix(issuer + "/"), "\(member.name)")
        }
        for name in ["ui_locales_supported", "claims_locales_supported"] {
            for locale in document[name]?.arrayValue ?? [] {
                let tag = try #require(locale.stringValue)
                #expect(tag.wholeMatch(of: /[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?/) != nil, "\(tag)")
            }
        }
        #expect(document["grant_types_supported"]?.arrayValue == ["authorization_code"])
        #expect(document["subject_types_supported"]?.arrayValue == ["public", "pairwise"])
    }

    @Test func `every response mode of the document works, and no other`() async throws {
        try await House.run { house in
            try await house.addClient()
            let modes =
                try await document(house)["response_modes_supported"]?.arrayValue?.compactMap(\.stringValue) ?? []
            #expect(
                Set(modes) == ["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
            for mode in modes + ["web_message", "cookie"] {
                var browser = Browser()
                let attempt = Attempt().with("response_mode", mode).with("prompt", "none")
                let end = try await house.authorize(attempt, &browser)
                let text = end.address ?? end.page?.text ?? ""
                #expect(text.contains("invalid_request") != modes.contains(mode), "\(mode)")
            }
        }
    }

    @Test func `every prompt, display, acr and claim of the document is taken`() async throws {
        try await House.run { house in
            try await house.addClient()
            let document = try await document(house)
            let claims = document["claims_supported"]?.arrayValue?.compactMap(\.stringValue) ?? []
            let asked = "{\"userinfo\":{" + claims.map { "\"\($0)\":null" }.joined(separator: ",") + "}}"
            var attempts = [Attempt().with("claims", asked)]
            for (member, parameter) in [
                ("prompt_values_supported", "prompt"), ("display_values_supported", "display"),
                ("acr_values_supported", "acr_values"), ("claims_locales_supported", "claims_locales"),
                ("ui_locales_supported", "ui_locales"),
            ] {
                for value in document[member]?.arrayValue?.compactMap(\.stringValue) ?? [] {
                    attempts.append(Attempt().with(parameter, value))
                }
            }
            #expect(attempts.count > 15)
            for attempt in attempts {
                var browser = Browser()
                let end = try await house.authorize(attempt, &browser)
                let error = try end.answer?.single("error")
                #expect(error == nil || error == "login_required", "\(attempt.parameters)")
            }
        }
    }

    @Test func `every algorithm for request objects and signed answers works`() async throws {
        try await House.run { house in
            let document = try await document(house)
            let offered = document["request_object_signing_alg_values_supported"]?.arrayValue?.compactMap(\.stringValue)
            #expect(Set(offered ?? []) == ["ES256", "RS256", "PS256", "EdDSA"])
            try await house.addClient()
            for name in offered ?? [] {
                let algorithm = try #require(SignatureAlgorithm(rawValue: name))
                let key = ClientKey(key: try SigningKey.generate(algorithm))
                try await house.change { $0.keys = ClientKeys(jwks: key.jwks) }
                let object = try RequestObject(at: house.clock.now()).signed(by: key)
                #expect(try await house.push(ParameterList(["request": object])).status == .created, "\(name)")
            }
            for name in document["authorization_signing_alg_values_supported"]?.arrayValue ?? [] {
                try await house.change { $0.policy.authorizationResponseAlgorithm = name.stringValue }
                var browser = Browser()
                let attempt = Attempt().with("response_mode", "jwt").with("prompt", "none")
                let token = try #require(try await house.authorize(attempt, &browser).answer?.single("response"))
                #expect(try TokenSigner.peek(token).algorithm.rawValue == name.stringValue)
            }
        }
    }
}
