import Core

/// What a system says about itself (RFC 7591 §2, OpenID Connect Registration §2), read into a registration with the
/// terms that strangers get: consent is asked, the channel is the web, and only scopes that concern the person.
///
/// 1. members that nobody here knows are passed over (RFC 7591 §2); those for operators are, too;
/// 2. what would change the protection of a token and is not offered is refused rather than passed over: encryption,
///    `none`, other response types;
/// 3. a software statement is refused, since nobody's is trusted here (§2.3).
struct RegistrationRequest: Sendable {
    /// Scopes that a system which registers itself may have.
    static let openScopes = ValidateRegistration.knownScopes.subtracting(Scope.ofAPI)

    private(set) var registration: ClientRegistration
    /// `client_id` and `client_secret` as sent back in an update (RFC 7592 §2.2); empty, which is nobody's, when they
    /// are no texts.
    let statedID: String?
    let statedSecret: Secret<String>?

    /// - Parameters:
    ///   - granted: grants that an administrator gave the client; it may name them, as it is told of them.
    ///   - answers: how answers are signed where the body does not say: as JARM §3 has it, or as the client has it.
    /// - Throws: `RegistrationError`, every fault at once.
    init(
        _ body: JSONValue, id: String, requirePKCE: Bool, granted: Set<Client.GrantType> = [],
        answers: String? = Client.IDTokenAlgorithm.rs256.rawValue
    ) throws {
        guard let members = body.objectMembers else {
            throw RegistrationError(.invalidClientMetadata, "the body must be an object")
        }
        try Self.refuseStatement(body["software_statement"])
        registration = ClientRegistration(id: id)
        registration.requirePKCE = requirePKCE
        registration.policy.requireConsent = true
        // The defaults of the specification, which differ from those of an operator.
        registration.grants = [Client.GrantType.authorizationCode.rawValue]
        registration.idTokenAlgorithm = Client.IDTokenAlgorithm.rs256.rawValue
        registration.policy.authorizationResponseAlgorithm = answers
        var faults = [ClientFault]()
        for member in members where member.value != .null {
            if Self.isEncryption(member.name) {
                faults.append(ClientFault(member.name, "tokens are not encrypted here; leave it out"))
            }
            guard let known = ClientMembers.named[member.name], known.isOpen, known.name != "scopes" else { continue }
            if let reason = known.write(&registration, member.value) { faults.append(ClientFault(known.name, reason)) }
        }
        if registration.authMethod == nil { registration.authMethod = Client.AuthMethod.basic.rawValue }
        if registration.profile.applicationType == nil { registration.profile.applicationType = "web" }
        if registration.grants.isEmpty { registration.grants = [Client.GrantType.authorizationCode.rawValue] }
        registration.scopes = Self.scopes(body["scope"], &faults)
        if registration.scopes.contains("offline_access"), !registration.grants.contains("refresh_token") {
            registration.scopes.removeAll { $0 == "offline_access" }
        }
        CheckStranger(granted: granted).check(registration, RegistrationTerms(registration, &faults), &faults)
        statedID = Self.stated(body["client_id"])
        statedSecret = Self.stated(body["client_secret"]).map { Secret($0) }
        guard faults.isEmpty else { throw RegistrationError(ClientRegistrationFault(faults: faults)) }
    }

    /// The server decides the scope (RFC 7591 §2): what is not for strangers falls away. Who names none, as OpenID
    /// Connect Registration knows no such member, may ask people for everything that is for strangers.
    private static func scopes(_ value: JSONValue?, _ faults: inout [ClientFault]) -> [String] {
        guard let value, value != .null else { return openScopes.sorted() }
        guard let text = value.stringValue else {
            faults.append(ClientFault("scope", "must be a text, names with spaces between them"))
            return []
        }
        let granted = text.split(separator: " ").map(String.init).filter(openScopes.contains)
        return granted.isEmpty ? ["openid", "profile"] : Array(Set(granted)).sorted()
    }

    private static func stated(_ value: JSONValue?) -> String? {
        guard let value, value != .null else { return nil }
        return value.stringValue ?? ""
    }

    private static func isEncryption(_ name: String) -> Bool {
        name.hasSuffix("_encrypted_response_alg") || name.hasSuffix("_encrypted_response_enc")
            || name == "request_object_encryption_alg" || name == "request_object_encryption_enc"
    }

    private static func refuseStatement(_ value: JSONValue?) throws {
        guard let value, value != .null else { return }
        let parts = value.stringValue?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard parts.count == 3, parts.allSatisfy({ Base64URL.decode($0) != nil }), !parts[1].isEmpty else {
            throw RegistrationError(.invalidSoftwareStatement, "the software statement is no signed token")
        }
        throw RegistrationError(.unapprovedSoftwareStatement, "no issuer of software statements is trusted here")
    }
}
