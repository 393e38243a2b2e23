import Core
import Cryptography
import Testing

@testable import Identity

@Suite("RFC 7591 §2: every member of a client is judged and named")
struct RegistrationCheckTests {
    typealias Change = @Sendable (inout ClientRegistration) -> Void

    private func registration(_ change: Change) -> ClientRegistration {
        var registration = ClientRegistration(id: "department")
        registration.secret = Secret(House.secret)
        registration.redirectURIs = ["https://department.example/callback"]
        change(&registration)
        return registration
    }

    /// A member and a change that makes it wrong; more members may be at fault with it.
    static let rows: [(String, Change)] = [
        ("client_name", { $0.name = "bad\u{202E}name" }), ("client_name", { $0.name = "" }),
        ("client_name", { $0.name = String(repeating: "名", count: 101) }),
        ("client_secret", { $0.secret = Secret("long-enough-but+with-a-plus") }),
        ("client_secret", { $0.secret = Secret("long-enough-but-100%-unclear") }),
        ("client_name#en", { $0.profile.nameEnglish = "a\u{200B}b" }),
        ("contacts", { $0.profile.contacts = ["x"] }),
        ("contacts", { $0.profile.contacts = Array(repeating: "a@b.example", count: 11) }),
        ("department", { $0.profile.department = "Social Security" }),
        ("application_type", { $0.profile.applicationType = "desktop" }),
        ("logo_uri", { $0.profile.logoURI = "http://department.example/logo.png" }),
        ("policy_uri", { $0.profile.policyURI = "javascript:alert(1)" }),
        ("tos_uri", { $0.profile.termsURI = "/terms" }), ("client_uri", { $0.profile.clientURI = "ftp://x.example/" }),
        ("initiate_login_uri", { $0.profile.initiateLoginURI = "http://localhost/start" }),
        ("software_version", { $0.profile.softwareVersion = "1\n2" }),
        ("redirect_uris", { $0.redirectURIs = ["gov.sd.app:/callback"] }),
        ("redirect_uris", { $0.redirectURIs += $0.redirectURIs }),
        ("redirect_uris", { $0.redirectURIs = (0...20).map { "https://department.example/\($0)" } }),
        ("frontchannel_logout_uri", { $0.policy.frontchannelLogoutURI = "https://other.example/out" }),
        ("frontchannel_logout_session_required", { $0.policy.frontchannelLogoutSessionRequired = true }),
        ("backchannel_logout_session_required", { $0.policy.backchannelLogoutSessionRequired = true }),
        ("sector_identifier_uri", { $0.policy.sectorIdentifierURI = "http://department.example/s" }),
        (
            "sector_identifier_uri",
            {
                $0.policy.pairwiseSubjects = true
                $0.redirectURIs.append("https://other.example/callback")
            }
        ),
        (
            "sector_identifier_uri",
            {
                $0.policy.pairwiseSubjects = true
                $0.redirectURIs.append("http://localhost/callback")
            }
        ),
        (
            "sector_identifier_uri",
            {
                $0.secret = nil
                $0.policy.pairwiseSubjects = true
                $0.redirectURIs.append("gov.sd.app:/callback")
            }
        ),
        ("jwks", { $0.keys.jwks = "{}" }), ("jwks", { $0.keys.jwks = #"{"keys":[]}"# }),
        ("jwks", { $0.keys.jwks = #"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"# }),
        ("jwks", { $0.keys = ClientKeys(jwks: "{}", jwksURI: "https://department.example/keys") }),
        ("jwks", { $0.policy.requireSignedRequests = true }),
        ("jwks_uri", { $0.keys.jwksURI = "http://department.example/keys" }),
        (
            "jwks",
            {
                $0.secret = nil
                $0.authMethod = "private_key_jwt"
            }
        ),
        ("token_endpoint_auth_method", { $0.authMethod = "client_secret_jwt" }),
        ("token_endpoint_auth_signing_alg", { $0.policy.assertionAlgorithm = "ES256" }),
        ("request_object_signing_alg", { $0.policy.requestObjectAlgorithm = "none" }),
        ("userinfo_signed_response_alg", { $0.policy.userInfoAlgorithm = "HS256" }),
        ("authorization_signed_response_alg", { $0.policy.authorizationResponseAlgorithm = "none" }),
        ("id_token_signed_response_alg", { $0.idTokenAlgorithm = "none" }),
        ("tls_client_auth_subject_dn", { $0.policy.certificateSubjectDN = "CN=x" }),
        ("default_max_age", { $0.policy.defaultMaxAge = 40_000_000 }),
        ("default_acr_values", { $0.policy.defaultACRValues = ["gold"] }),
        ("audiences", { $0.policy.audiences = ["not a uri"] }),
        ("audiences", { $0.policy.audiences = ["https://api.example/#x"] }),
        ("exchange_from", { $0.policy.exchangeFrom = [""] }),
        ("exchange_from", { $0.policy.exchangeFrom = [" portal"] }),
        ("exchange_from", { $0.policy.exchangeFrom = ["portal", "portal scope=booking"] }),
        ("exchange_from", { $0.policy.exchangeFrom = ["scope=booking"] }),
        ("exchange_from", { $0.policy.exchangeFrom = ["portal scope="] }),
        ("exchange_from", { $0.policy.exchangeFrom = ["portal scope=everything"] }),
        ("exchange_from", { $0.policy.exchangeFrom = ["portal audience=archive"] }),
        ("exchange_from", { $0.policy.exchangeFrom = ["portal impersonate=maybe"] }),
        ("exchange_from", { $0.policy.exchangeFrom = ["portal impersonate=yes impersonate=no"] }),
        ("exchange_from", { $0.policy.exchangeFrom = ["portal booking"] }),
        ("exchange_from", { $0.policy.exchangeFrom = ["portal  scope=booking"] }),
        ("backchannel_token_delivery_mode", { $0.policy.cibaDelivery = "push" }),
        ("backchannel_client_notification_endpoint", { $0.policy.cibaDelivery = "ping" }),
        (
            "backchannel_client_notification_endpoint",
            { $0.policy.cibaNotificationURI = "https://department.example/ciba" }
        ),
        (
            "dpop_bound_access_tokens",
            {
                $0.policy.requireDPoP = true
                $0.policy.bindToCertificate = true
            }
        ),
        ("refresh_life_seconds", { $0.refreshLife = .days(400) }),
        ("refresh_idle_seconds", { $0.refreshIdle = .seconds(1) }),
        (
            "scopes",
            {
                $0.scopes = ["openid", "offline_access"]
                $0.grants = ["authorization_code"]
            }
        ),
        ("token_endpoint_auth_method", { $0.policy.fapi2 = true }),
        (
            "dpop_bound_access_tokens",
            {
                $0.policy.fapi2 = true
                $0.policy.requireDPoP = false
            }
        ),
        (
            "userinfo_signed_response_alg",
            {
                $0.policy.fapi2 = true
                $0.policy.userInfoAlgorithm = "RS256"
            }
        ),
        (
            "require_pkce",
            {
                $0.policy.fapi2 = true
                $0.requirePKCE = false
            }
        ),
    ]

    @Test(arguments: rows.indices)
    func `a fault names its member and says why`(index: Int) {
        let (member, change) = Self.rows[index]
        let error = #expect(throws: ClientRegistrationFault.self) {
            try ValidateRegistration(crypto: House.crypto)(registration(change))
        }
        let fault = error?.faults.first { $0.member == member }
        #expect(fault != nil, "\(member): \(error?.description ?? "accepted")")
        #expect(fault?.reason.isEmpty == false)
    }

    @Test func `a secret that the demo publishes is good in the demo alone`() throws {
        let change = registration { $0.secret = Secret("demo-only-real-estate-secret") }
        let error = #expect(throws: ClientRegistrationFault.self) {
            try ValidateRegistration(crypto: House.crypto)(change)
        }
        #expect(error?.faults.map(\.member) == ["client_secret"])
        _ = try ValidateRegistration(crypto: House.crypto, demo: true)(change)
    }

    @Test func `a client that is described anew is the same client`() throws {
        let key = try SigningKey.generate(.es256)
        let keys = JSONValue.object(["keys": .array([key.publicJWK])])
        let client = try ValidateRegistration(crypto: House.crypto)(
            registration {
                $0.name = "不动产登记网"
                $0.profile.contacts = ["ops@department.example"]
                $0.profile.applicationType = "web"
                $0.keys.jwks = String(decoding: keys.encoded(), as: UTF8.self)
                $0.policy.requirePushedRequests = true
                $0.policy.minimumAssurance = .l3
                $0.policy.pairwiseSubjects = false
                $0.requirePKCE = false
                $0.refreshLife = .hours(3)
                $0.scopes = ["openid", "phone"]
            })
        #expect(try ValidateRegistration(crypto: House.crypto)(ClientRegistration(client)) == client)
        // Through the file form and back.
        var copy = ClientRegistration(id: client.id)
        copy.secretHash = client.secretHash
        let faults = ClientDocument.apply(.object(ClientDocument.members(of: client)), to: &copy)
        #expect(faults == [])
        #expect(try ValidateRegistration(crypto: House.crypto)(copy) == client)
    }

    @Test func `each member has one name of each kind and null puts it back to its default`() throws {
        #expect(ClientMembers.named.count == ClientMembers.all.count)
        #expect(ClientMembers.camelNamed.count == ClientMembers.all.count)
        let plain = registration { _ in }
        for member in ClientMembers.all {
            var registration = plain
            #expect(member.write(&registration, .null) == nil, "\(member.name)")
            var wrong = plain
            #expect(member.write(&wrong, .number(1.5)) != nil, "\(member.name)")
        }
    }
}
