import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Cryptography
@testable import Identity

@Suite("RFC 8705 mutual TLS: client authentication and bound tokens")
struct RFC8705Tests {
    private static let subject = "CN=client,OU=数据局,O=Example"

    /// The token endpoint behind a connection with this certificate.
    private func token(
        _ house: House, _ certificate: [UInt8]?, client: String = "tls",
        _ change: (inout ParameterList) -> Void = { _ in }
    ) async throws -> String {
        var form = ParameterList(["grant_type": "client_credentials", "client_id": client])
        change(&form)
        var request = ClientRequest(form: form, authorization: nil)
        request.certificate = certificate
        return try await house.provider.tokens.answer(request).accessToken.reveal()
    }

    private func withClient(
        _ method: Client.AuthMethod, _ change: @Sendable @escaping (inout Client) -> Void,
        _ body: @Sendable @escaping (House, TestCertificates) async throws -> Void
    ) async throws {
        let certificates = try TestCertificates.shared.get()
        let authorities = CertificateAuthorities(pem: certificates.authority)
        try await House.run(settings: { $0.clientAuthorities = authorities }) { house in
            // The certificates are of today; the clock of the tests is not.
            let made = try #require(ClientCertificate(der: certificates.vouched)).notBefore
            house.clock.advance(by: made + .days(1) - house.clock.now())
            try await house.addSignedClient("tls", keys: ClientKeys()) {
                $0.authMethod = method
                change(&$0)
            }
            try await body(house, certificates)
        }
    }

    @Test func `a certificate says who it is for, by real certificates`() throws {
        let certificates = try TestCertificates.shared.get()
        let certificate = try #require(ClientCertificate(der: certificates.vouched))
        #expect(certificate.subjectDN == Self.subject)
        #expect(certificate.dnsNames == ["client.example"] && certificate.uris == ["urn:client:1"])
        #expect(certificate.emails == ["ops@client.example"] && certificate.addresses.map(\.count) == [4, 16])
        #expect(certificate.notBefore < certificate.notAfter)
        let key = try #require(VerificationKey(subjectPublicKeyInfo: certificates.selfSignedKey))
        let own = try #require(ClientCertificate(der: certificates.selfSigned))
        #expect(own.keyThumbprint == key.thumbprint)
        for bytes in [[], [0x30], certificates.vouched + [0], Array(certificates.vouched.dropLast())] {
            #expect(ClientCertificate(der: bytes) == nil)
        }
        #expect(CertificateAuthorities(pem: "no certificate") == nil)
        let authorities = try #require(CertificateAuthorities(pem: certificates.authority))
        let now = certificate.notBefore + .days(1)
        #expect(authorities.vouch(for: certificates.vouched, at: now))
        #expect(!authorities.vouch(for: certificates.foreign, at: now))
        #expect(!authorities.vouch(for: certificates.selfSigned, at: now))
        #expect(!authorities.vouch(for: certificates.vouched, at: certificate.notAfter + .days(1)))
    }

    @Test func `tls_client_auth goes by the one name registered and an authority's word`() async throws {
        let registrations: [(@Sendable (inout ClientPolicy) -> Void, Bool)] = [
            ({ $0.certificateSubjectDN = Self.subject }, true),
            ({ $0.certificateSubjectDN = "CN=client, OU=数据局, O=Example" }, true),
            ({ $0.certificateSANDNS = "client.example" }, true), ({ $0.certificateSANURI = "urn:client:1" }, true),
            ({ $0.certificateSubjectDN = "CN=client" }, false), ({ $0.certificateSANDNS = "other.example" }, false),
            ({ $0.certificateSANURI = "client.example" }, false), ({ _ in }, false),
            ({ $0.certificateSANIP = "192.0.2.7" }, true), ({ $0.certificateSANIP = "2001:DB8:0::7" }, true),
            ({ $0.certificateSANIP = "192.0.2.8" }, false), ({ $0.certificateSANIP = "client.example" }, false),
            ({ $0.certificateSANEmail = "ops@client.example" }, true),
            ({ $0.certificateSANEmail = "client.example" }, false),
            (
                {
                    $0.certificateSANIP = "192.0.2.7"
                    $0.certificateSANDNS = "client.example"
                }, false
            ),
        ]
        for (index, (register, isGood)) in registrations.enumerated() {
            try await withClient(.tls, { register(&$0.policy) }) { house, certificates in
                if isGood {
                    _ = try await token(house, certificates.vouched)
                } else {
                    await #expect(throws: OAuthError.self, "\(index)") { try await token(house, certificates.vouched) }
                }
                for other in [certificates.foreign, certificates.selfSigned, [1, 2, 3], nil] {
                    await #expect(throws: OAuthError.self) { try await token(house, other) }
                }
            }
        }
    }

    @Test func `self_signed_tls_client_auth goes by the registered key`() async throws {
        try await withClient(.selfSignedTLS, { _ in }) { house, certificates in
            await #expect(throws: OAuthError.self) { try await token(house, certificates.selfSigned) }
            let key = try #require(VerificationKey(subjectPublicKeyInfo: certificates.selfSignedKey))
            let jwks = String(decoding: VerificationKeys([key]).jwks.encoded(), as: UTF8.self)
            try await house.change("tls") { $0.keys = ClientKeys(jwks: jwks) }
            _ = try await token(house, certificates.selfSigned)
            await #expect(throws: OAuthError.self) { try await token(house, certificates.vouched) }
            await #expect(throws: OAuthError.self) { try await token(house, nil) }
            let uri = "https://tls.example/jwks"
            house.outbound.publish(jwks, at: uri)
            try await house.change("tls") { $0.keys = ClientKeys(jwksURI: uri) }
            _ = try await token(house, certificates.selfSigned)
        }
    }

    @Test func `a client registered for certificates gets in by nothing else`() async throws {
        try await withClient(.tls, { $0.policy.certificateSANDNS = "client.example" }) { house, certificates in
            let form = ParameterList(["grant_type": "client_credentials"])
            #expect(try await house.token(form.adding("client_id", "tls"), as: nil).error == "invalid_client")
            #expect(try await house.token(form, as: "tls:" + House.secret).error == "invalid_client")
            let assertion = try ClientKey.es256.get().sign(Assertion("tls", at: house.clock.now()).json)
            #expect(try await house.token(form, assertion: assertion).error == "invalid_client")
            await #expect(throws: OAuthError.self) {
                try await token(house, certificates.vouched) { $0.append("client_secret", House.secret) }
            }
            // From the open internet the header of a proxy means nothing.
            var headers = house.tokenHeaders(nil)
            let stated = ":" + base64(certificates.vouched) + ":"
            headers.append(HTTPField(name: try #require(HTTPField.Name("client-cert")), value: stated))
            let body = form.adding("client_id", "tls").encoded
            let answer = try await house.client.send(.post, "/oauth2/token", headers, body: body)
            #expect(answer.error == "invalid_client")
        }
    }

    @Test func `a bound token is good with its certificate alone, and introspection says so`() async throws {
        try await withClient(
            .tls,
            {
                $0.policy.certificateSANDNS = "client.example"
                $0.policy.bindToCertificate = true
            }
        ) { house, certificates in
            let bound = try await token(house, certificates.vouched)
            let digest = CertificateDigest.of(certificates.vouched)
            #expect(try house.claims(bound)["cnf"]?["x5t#S256"]?.stringValue == digest)
            func isGood(_ certificate: [UInt8]?) async -> Bool {
                let presented = PresentedAccessToken(token: bound, certificate: certificate)
                return (try? await house.provider.accessTokens.verify(presented)) != nil
            }
            #expect(await isGood(certificates.vouched))
            #expect(await !isGood(certificates.foreign))
            #expect(await !isGood(nil))
            #expect(try await house.get("/api/v1/probe", "Bearer", bound).status == .unauthorized)
            try await house.addClient("server")
            try await house.change("server") { $0.policy.introspectsAudiences = [House.issuer + "/api/v1"] }
            let shown = try await house.introspect(bound, as: "server")
            #expect(shown["cnf"]?["x5t#S256"]?.stringValue == digest && shown["token_type"] == "Bearer")
        }
    }

    @Test func `FAPI 2_0 is met by a certificate in place of DPoP`() async throws {
        try await withClient(
            .tls,
            {
                $0.policy.certificateSANDNS = "client.example"
                $0.policy.fapi2 = true
            }
        ) { house, certificates in
            await #expect(throws: OAuthError.self) { try await token(house, certificates.vouched) }
            try await house.change("tls") { $0.policy.bindToCertificate = true }
            _ = try await token(house, certificates.vouched)
        }
    }

    private func base64(_ bytes: [UInt8]) -> String {
        var text = Base64URL.encode(bytes).replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        return text
    }
}
