import ArgumentParser
import Core
import Foundation
import Identity

/// The flags that describe a client, the same for `add` and `update`; what is not given stays as it is.
struct ClientFlags: ParsableArguments {
    @Option(help: "Name shown to people; standard: the id.")
    var name: String?

    @Option(help: "Its name for readers of English; standard: the one name there is.")
    var nameEn: String?

    @Option(help: "Id of the department that answers for the system, for example social.")
    var department: String?

    @Option(name: .customLong("contact"), help: "E-mail address or telephone number of who runs it. May be repeated.")
    var contacts: [String] = []

    @Option(help: "Home page of the system.")
    var clientUri: String?

    @Option(help: "Picture shown at sign-in: PNG, JPEG or WebP of 64 KiB at most; Yimen keeps a copy.")
    var logoUri: String?

    @Option(help: "Its privacy policy, linked at sign-in.")
    var policyUri: String?

    @Option(help: "Its terms of use, linked at sign-in.")
    var tosUri: String?

    @Option(help: "web or native; decides which redirect URIs are right.")
    var applicationType: String?

    @Option(
        name: .customLong("redirect-uri"), help: "Where codes may be sent, compared byte for byte. May be repeated.")
    var redirectURIs: [String] = []

    @Option(name: .customLong("post-logout-redirect-uri"), help: "Where a sign-out may end. May be repeated.")
    var postLogoutRedirectURIs: [String] = []

    @Option(name: .customLong("backchannel-logout-uri"), help: "Where logout tokens are posted.")
    var backchannelLogoutURI: String?

    @Option(name: .customLong("frontchannel-logout-uri"), help: "Page loaded in the browser at sign-out.")
    var frontchannelLogoutURI: String?

    @Option(help: "https page of the system that starts a sign-in.")
    var initiateLoginUri: String?

    @Option(
        name: .customLong("grant"),
        help: "A grant_type it may use. May be repeated; standard: authorization_code and refresh_token.")
    var grants: [String] = []

    @Option(name: .customLong("scope"), help: "A scope it may ask for. May be repeated; standard: openid profile.")
    var scopes: [String] = []

    @Option(name: .customLong("audience"), help: "A resource server it may ask tokens for (RFC 8707). May be repeated.")
    var audiences: [String] = []

    @Option(help: "How it proves itself: client_secret_basic, client_secret_post, none or another method of discovery.")
    var authMethod: String?

    @Option(
        help: ArgumentHelp(
            "Its public keys: a file with a JWK set, or the https address of one.", valueName: "file|url"))
    var jwks: String?

    @Option(help: "Subject of its certificate, for tls_client_auth.")
    var certificateSubjectDn: String?

    @Option(help: "DNS name in its certificate, for tls_client_auth.")
    var certificateSanDns: String?

    @Option(help: "URI in its certificate, for tls_client_auth.")
    var certificateSanUri: String?

    @Option(help: "IP address in its certificate, for tls_client_auth.")
    var certificateSanIp: String?

    @Option(help: "Mail address in its certificate, for tls_client_auth.")
    var certificateSanEmail: String?

    @Option(name: .customLong("protocol"), help: "oidc.")
    var protocolName: String?

    @Option(help: "Signature of its ID tokens: ES256 or RS256.")
    var idTokenAlgorithm: String?

    @Option(help: "Signs userinfo answers with this algorithm.")
    var userinfoAlgorithm: String?

    @Option(help: "Signs authorization responses (JARM) with this algorithm.")
    var authorizationResponseAlgorithm: String?

    @Option(help: "The only algorithm accepted for its request objects.")
    var requestObjectAlgorithm: String?

    @Option(help: "The only algorithm accepted for its assertions.")
    var assertionAlgorithm: String?

    @Option(help: "The least assurance a person needs, L0 to L4; below it stands a step-up.")
    var minAssurance: String?

    @Option(help: "Seconds after which people sign in again unless the request says otherwise.")
    var defaultMaxAge: Int?

    @Option(name: .customLong("default-acr"), help: "A level asked for unless the request names one. May be repeated.")
    var defaultACRValues: [String] = []

    @Option(help: "Id of the software, the same for all its installations.")
    var softwareId: String?

    @Option(help: "Version of the software.")
    var softwareVersion: String?

    @Option(help: "https address of the list that names all redirect URIs of a sector.")
    var sectorIdentifierUri: String?

    @Option(
        name: .customLong("exchange-from"),
        help: ArgumentHelp(
            "A client whose tokens it may exchange. May be repeated.",
            discussion:
                "Narrowed for this pair as in 'portal audience=https://archive.example scope=booking impersonate=no'.")
    )
    var exchangeFrom: [String] = []

    @Option(
        name: .customLong("introspect-audience"),
        help: "A resource server whose tokens it may introspect. May be repeated.")
    var introspectAudiences: [String] = []

    @Option(help: "CIBA delivery: poll or ping.")
    var cibaDelivery: String?

    @Option(help: "Where CIBA pings are sent.")
    var cibaNotificationUri: String?

    @Option(help: "Algorithm with which it signs its CIBA requests; it must sign them then.")
    var cibaRequestAlgorithm: String?

    @Option(help: "Life of access tokens: 30 to 600 seconds.")
    var accessTokenSeconds: Int?

    @Option(help: "Seconds without use after which refresh tokens end.")
    var refreshIdleSeconds: Int?

    @Option(help: "Seconds after which refresh tokens end, used or not.")
    var refreshLifeSeconds: Int?

    @Option(help: "The channel its people come through: web, mobile or hall.")
    var channel: String?

    @Option(help: "The one hall its tokens are good for.")
    var hall: String?

    @Flag(inversion: .prefixedNo, help: "Refuses codes without a proof key; standard: refused.")
    var requirePkce: Bool?

    @Flag(inversion: .prefixedNo, help: "Accepts pushed authorization requests alone.")
    var requirePar: Bool?

    @Flag(inversion: .prefixedNo, help: "Accepts signed request objects alone.")
    var requireSignedRequests: Bool?

    @Flag(inversion: .prefixedNo, help: "Binds its access tokens to a DPoP key.")
    var requireDpop: Bool?

    @Flag(inversion: .prefixedNo, help: "Binds its access tokens to its certificate.")
    var bindToCertificate: Bool?

    @Flag(inversion: .prefixedNo, help: "Wants the session named in logout tokens.")
    var backchannelLogoutSessionRequired: Bool?

    @Flag(inversion: .prefixedNo, help: "Wants the session named at its front-channel logout page.")
    var frontchannelLogoutSessionRequired: Bool?

    @Flag(inversion: .prefixedNo, help: "Wants auth_time in ID tokens, where it always is.")
    var requireAuthTime: Bool?

    @Flag(inversion: .prefixedNo, help: "Turns on everything the FAPI 2.0 Security Profile asks for.")
    var fapi2: Bool?

    @Flag(inversion: .prefixedNo, help: "Asks people before the system gets anything.")
    var consent: Bool?

    @Flag(inversion: .prefixedNo, help: "Subjects differ per sector.")
    var pairwise: Bool?

    @Flag(inversion: .prefixedNo, help: "Access tokens are handles to be introspected instead of JWTs.")
    var opaque: Bool?

    @Flag(inversion: .prefixedNo, help: "DPoP proofs must carry a nonce of the server.")
    var requireDpopNonce: Bool?

    @Flag(inversion: .prefixedNo, help: "A token exchange may leave out that this client acts.")
    var mayImpersonate: Bool?

    /// What was given, by member, in the order of the flags.
    ///
    /// - Throws: `StartupFault` for a key file that cannot be read.
    func members() throws -> [(name: String, value: JSONValue)] {
        var result = texts.compactMap { name, value in value.map { (name: name, value: JSONValue.string($0)) } }
        result += lists.compactMap { name, values in values.isEmpty ? nil : (name, .strings(values)) }
        result += numbers.compactMap { name, value in value.map { (name, .integer(Int64($0))) } }
        result += switches.compactMap { name, value in value.map { (name, .bool($0)) } }
        if let pairwise { result.append(("subject_type", pairwise ? "pairwise" : "public")) }
        if let jwks { result += try ClientFlags.keys(jwks) }
        return result
    }

    private var texts: [(String, String?)] {
        [
            ("client_name", name), ("client_name#en", nameEn), ("department", department),
            ("client_uri", clientUri), ("logo_uri", logoUri), ("policy_uri", policyUri), ("tos_uri", tosUri),
            ("application_type", applicationType),
            ("backchannel_logout_uri", backchannelLogoutURI), ("frontchannel_logout_uri", frontchannelLogoutURI),
            ("initiate_login_uri", initiateLoginUri), ("token_endpoint_auth_method", authMethod),
            ("tls_client_auth_subject_dn", certificateSubjectDn), ("tls_client_auth_san_dns", certificateSanDns),
            ("tls_client_auth_san_uri", certificateSanUri), ("tls_client_auth_san_ip", certificateSanIp),
            ("tls_client_auth_san_email", certificateSanEmail), ("protocol", protocolName),
            ("id_token_signed_response_alg", idTokenAlgorithm), ("userinfo_signed_response_alg", userinfoAlgorithm),
            ("authorization_signed_response_alg", authorizationResponseAlgorithm),
            ("request_object_signing_alg", requestObjectAlgorithm),
            ("token_endpoint_auth_signing_alg", assertionAlgorithm), ("minimum_assurance", minAssurance),
            ("sector_identifier_uri", sectorIdentifierUri), ("backchannel_token_delivery_mode", cibaDelivery),
            ("backchannel_client_notification_endpoint", cibaNotificationUri),
            ("backchannel_authentication_request_signing_alg", cibaRequestAlgorithm), ("channel", channel),
            ("hall", hall),
            ("software_id", softwareId), ("software_version", softwareVersion),
        ]
    }

    private var lists: [(String, [String])] {
        [
            ("contacts", contacts), ("redirect_uris", redirectURIs),
            ("post_logout_redirect_uris", postLogoutRedirectURIs), ("grant_types", grants), ("scopes", scopes),
            ("audiences", audiences), ("exchange_from", exchangeFrom), ("default_acr_values", defaultACRValues),
            ("introspects_audiences", introspectAudiences),
        ]
    }

    private var numbers: [(String, Int?)] {
        [
            ("default_max_age", defaultMaxAge), ("access_token_seconds", accessTokenSeconds),
            ("refresh_idle_seconds", refreshIdleSeconds), ("refresh_life_seconds", refreshLifeSeconds),
        ]
    }

    private var switches: [(String, Bool?)] {
        [
            ("require_pkce", requirePkce), ("require_pushed_authorization_requests", requirePar),
            ("require_signed_request_object", requireSignedRequests), ("dpop_bound_access_tokens", requireDpop),
            ("tls_client_certificate_bound_access_tokens", bindToCertificate), ("fapi2", fapi2),
            ("require_consent", consent), ("opaque_access_tokens", opaque), ("require_auth_time", requireAuthTime),
            ("require_dpop_nonce", requireDpopNonce), ("may_impersonate", mayImpersonate),
            ("backchannel_logout_session_required", backchannelLogoutSessionRequired),
            ("frontchannel_logout_session_required", frontchannelLogoutSessionRequired),
        ]
    }

    /// Keys by address or by value; one takes the place of the other.
    private static func keys(_ source: String) throws -> [(name: String, value: JSONValue)] {
        if source.hasPrefix("https://") || source.hasPrefix("http://") {
            return [("jwks", .null), ("jwks_uri", .string(source))]
        }
        guard let data = FileManager.default.contents(atPath: source), data.count <= 65_536 else {
            throw StartupFault("--jwks \(source): the file cannot be read or is longer than 64 KiB.")
        }
        guard let value = try? JSONParser.parse(Array(data)) else {
            throw StartupFault("--jwks \(source): the file holds no JSON.")
        }
        return [("jwks_uri", .null), ("jwks", value)]
    }

    /// Writes what was given into a registration.
    ///
    /// - Throws: `ClientRegistrationFault`.
    static func apply(
        _ members: [(name: String, value: JSONValue)], to registration: inout ClientRegistration
    ) throws {
        var faults = [ClientFault]()
        for (name, value) in members {
            guard let member = ClientMembers.named[name] else { continue }
            if let reason = member.write(&registration, value) { faults.append(ClientFault(name, reason)) }
        }
        guard faults.isEmpty else { throw ClientRegistrationFault(faults: faults) }
    }
}
