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

    /// An authority vouches for the client, and its tokens are bound to the certificate.
    private static let vouchedAndBound: @Sendable (inout Client) -> Void = {
        $0.policy.certificateSANDNS = "client.example"
        $0.policy.bindToCertificate = true
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
        try await withClient(.tls, Self.vouchedAndBound) { house, certificates in
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

    /// The token endpoint for any form, behind a connection with this certificate.
    private func ask(
        _ house: House, _ form: ParameterList, _ certificate: [UInt8]?, as authorization: String? = nil
    ) async throws -> TokenAnswer {
        var request = ClientRequest(form: form, authorization: authorization.map(house.basic))
        request.certificate = certificate
        return try await house.provider.tokens.answer(request)
    }

    /// §2.1 with RFC 5280 §4.1.2.5; nobody else would notice the end of a certificate that its owner signed.
    @Test(arguments: [Client.AuthMethod.tls, .selfSignedTLS])
    func `a certificate before and after its term is none`(method: Client.AuthMethod) async throws {
        let certificates = try TestCertificates.shared.get()
        let key = try #require(VerificationKey(subjectPublicKeyInfo: certificates.selfSignedKey))
        let jwks = String(decoding: VerificationKeys([key]).jwks.encoded(), as: UTF8.self)
        try await withClient(
            method,
            {
                if method == .selfSignedTLS { $0.keys = ClientKeys(jwks: jwks) }
                if method == .tls { $0.policy.certificateSANDNS = "client.example" }
            }
        ) { house, certificates in
            let der = method == .tls ? certificates.vouched : certificates.selfSigned
            _ = try await token(house, der)
            for days in [-3, 3660] {
                house.clock.advance(by: .seconds(days * 86_400))
                let fault = await #expect(throws: OAuthError.self, "\(days)") { try await token(house, der) }
                #expect(fault?.code == .invalidClient, "\(days)")
                #expect(fault?.description == "the certificate is not within its term", "\(days)")
            }
        }
    }

    /// §2: the certificate alone does not say who is asking, and says nothing for anybody else.
    @Test func `a client that is not named, or not the certificate's, is invalid_client`() async throws {
        try await withClient(.tls, { $0.policy.certificateSANDNS = "client.example" }) { house, certificates in
            try await house.addClient("secret") { $0.grants = ["client_credentials"] }
            try await house.addSignedClient("signed", keys: ClientKeys(jwks: try ClientKey.es256.get().jwks))
            try await house.addSignedClient("twin", keys: ClientKeys()) {
                $0.authMethod = .tls
                $0.policy.certificateSANDNS = "other.example"
            }
            let form = ParameterList(["grant_type": "client_credentials"])
            for name in [nil, "secret", "signed", "twin", "nobody"] {
                let named = name.map { form.adding("client_id", $0) } ?? form
                let fault = await #expect(throws: OAuthError.self, "\(name ?? "-")") {
                    try await ask(house, named, certificates.vouched)
                }
                #expect(fault?.code == .invalidClient, "\(name ?? "-")")
            }
            _ = try await ask(house, form.adding("client_id", "tls"), certificates.vouched)
        }
    }

    /// §2.1.2, §2.2.2.
    @Test func `a registration names one subject, or brings the keys`() {
        let rows: [(member: String, method: String, change: @Sendable (inout ClientPolicy) -> Void)] = [
            ("tls_client_auth_subject_dn", "tls_client_auth", { _ in }),
            (
                "tls_client_auth_subject_dn", "tls_client_auth",
                {
                    $0.certificateSubjectDN = Self.subject
                    $0.certificateSANEmail = "ops@client.example"
                }
            ),
            ("tls_client_auth_san_ip", "tls_client_auth", { $0.certificateSANIP = "client.example" }),
            ("tls_client_auth_san_ip", "tls_client_auth", { $0.certificateSANIP = "192.0.2.7/24" }),
            ("jwks", "self_signed_tls_client_auth", { _ in }),
            ("tls_client_auth_subject_dn", "self_signed_tls_client_auth", { $0.certificateSANDNS = "client.example" }),
            ("tls_client_auth_subject_dn", "private_key_jwt", { $0.certificateSANURI = "urn:client:1" }),
        ]
        for (index, row) in rows.enumerated() {
            var registration = ClientRegistration(id: "tls")
            registration.authMethod = row.method
            registration.grants = ["client_credentials"]
            registration.scopes = ["booking"]
            row.change(&registration.policy)
            let fault = #expect(throws: ClientRegistrationFault.self, "\(index)") {
                try ValidateRegistration(crypto: House.crypto)(registration)
            }
            #expect(fault?.faults.contains { $0.member == row.member } == true, "\(index): \(fault?.description ?? "")")
        }
    }

    /// §4: nothing but the certificate stands for a public client, so its refresh tokens are bound to it, too.
    @Test func `a public client's tokens of both kinds are bound to the certificate of its connection`() async throws {
        let certificates = try TestCertificates.shared.get()
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient("app", secret: nil)
            try await house.change("app") { $0.policy.bindToCertificate = true }
            let attempt = Attempt(client: "app", redirectURI: "https://app.example/callback")
            var browser = Browser()
            let code = try await house.code(attempt, &browser)
            let form = house.tokenForm(attempt, code: code).adding("client_id", "app")
            let bare = await #expect(throws: OAuthError.self) { try await ask(house, form, nil) }
            #expect(bare?.code == .invalidRequest)
            let first = try await ask(house, form, certificates.selfSigned)
            let digest = CertificateDigest.of(certificates.selfSigned)
            #expect(try house.claims(first.accessToken.reveal())["cnf"] == .object(["x5t#S256": .string(digest)]))
            #expect(first.type == "Bearer")
            let again = ParameterList([
                "grant_type": "refresh_token", "refresh_token": try #require(first.refreshToken).reveal(),
                "client_id": "app",
            ])
            let rows: [(certificate: [UInt8]?, code: OAuthError.Code)] = [
                (nil, .invalidRequest), (certificates.vouched, .invalidGrant),
            ]
            for row in rows {
                let fault = await #expect(throws: OAuthError.self) { try await ask(house, again, row.certificate) }
                #expect(fault?.code == row.code)
            }
            let next = try await ask(house, again, certificates.selfSigned)
            #expect(try house.claims(next.accessToken.reveal())["cnf"]?["x5t#S256"]?.stringValue == digest)
        }
    }

    /// §6.3: a confidential client renews its certificate; its refresh tokens are bound to how it proves itself.
    @Test func `a confidential client may come with another certificate, and its old tokens may not`() async throws {
        let certificates = try TestCertificates.shared.get()
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.change { $0.policy.bindToCertificate = true }
            var browser = Browser()
            let credentials = "department:" + House.secret
            let form = house.tokenForm(code: try await house.code(Attempt(), &browser))
            let first = try await ask(house, form, certificates.vouched, as: credentials)
            let again = ParameterList([
                "grant_type": "refresh_token", "refresh_token": try #require(first.refreshToken).reveal(),
            ])
            let next = try await ask(house, again, certificates.foreign, as: credentials)
            func isGood(_ answer: TokenAnswer, _ certificate: [UInt8]) async -> Bool {
                let presented = PresentedAccessToken(token: answer.accessToken.reveal(), certificate: certificate)
                return (try? await house.provider.accessTokens.claims(of: presented, audience: nil)) != nil
            }
            #expect(await isGood(first, certificates.vouched))
            #expect(await !isGood(first, certificates.foreign))
            #expect(await isGood(next, certificates.foreign))
            #expect(await !isGood(next, certificates.vouched))
        }
    }

    /// §3: 401 and `invalid_token`; whoever has no certificate cannot make up for it with another proof.
    @Test func `a bound token without its certificate is invalid_token, at every resource and under every scheme`()
        async throws
    {
        try await withClient(.tls, Self.vouchedAndBound) { house, certificates in
            let bound = try await token(house, certificates.vouched)
            let maker = try ProofMaker.es256.get()
            for path in ["/api/v1/probe", "/oauth2/userinfo"] {
                for scheme in ["Bearer", "DPoP"] {
                    let proof = try maker.proof(house, "GET", path, token: bound)
                    let answer = try await house.get(path, scheme, bound, proofs: scheme == "DPoP" ? [proof] : [])
                    #expect(answer.status == .unauthorized, "\(scheme) \(path): \(answer.text)")
                    let challenge = answer.headers[.wwwAuthenticate] ?? ""
                    #expect(challenge.hasPrefix(scheme + " "), "\(scheme) \(path): \(challenge)")
                    #expect(challenge.contains("error=\"invalid_token\""), "\(scheme) \(path): \(challenge)")
                }
            }
        }
    }

    private func base64(_ bytes: [UInt8]) -> String {
        var text = Base64URL.encode(bytes).replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        return text
    }
}
