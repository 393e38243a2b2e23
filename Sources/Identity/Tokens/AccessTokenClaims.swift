import Core

/// The claims of an access token (RFC 9068 §2.2), and the principal they stand for.
struct AccessTokenClaims: Sendable {
    let subject: String
    let clientID: String
    let audience: [String]
    let scopes: [String]
    let acr: AssuranceLevel?
    let authenticatedAt: Instant?
    let roles: Set<Role>
    let hall: String?
    let channel: Channel
    /// The relying session; `nil` for machines and for grants that outlive a session.
    let sid: String?
    /// Names the grant, so that its tokens can be revoked together; `nil` for machines.
    let grantID: String?
    /// Who acts for the subject (RFC 8693 §4.1), as JSON: `sub`, `client_id` and those who acted before.
    var act: JSONValue?
    /// How the person signed in (RFC 8176).
    var methods: [String] = []
    /// The keys whose holder alone may use the token (RFC 7800 §3.1).
    var confirmation: Confirmation?
    /// The person behind a pairwise `sub`, sealed for us; `nil` where `sub` is the person.
    var sealedPerson: String?
    /// The person, to us; `nil` for machines and where it could not be opened.
    var personID: String?
    /// Claims that userinfo adds to those of the scopes (OpenID Connect Core §5.5).
    var requested: [String] = []
    let id: String
    let issuedAt: Instant
    let expiresAt: Instant

    /// Members that are meant for us alone and are not shown in introspection.
    static let internalMembers: Set<String> = ["grant", "person", "userinfo_claims"]

    func json(issuer: String) -> JSONValue {
        .object([
            "iss": .string(issuer), "sub": .string(subject),
            "aud": audience.count == 1 ? .string(audience[0]) : .strings(audience),
            "exp": .integer(expiresAt.seconds), "iat": .integer(issuedAt.seconds), "jti": .string(id),
            "client_id": .string(clientID), "scope": .string(ScopeList.text(scopes)),
            "acr": acr.map { .string($0.rawValue) }, "auth_time": authenticatedAt.map { .integer($0.seconds) },
            "roles": roles.isEmpty ? nil : .strings(roles.map(\.rawValue).sorted()), "hall": hall.map(JSONValue.string),
            "channel": .string(channel.rawValue), "sid": sid.map(JSONValue.string),
            "amr": methods.isEmpty ? nil : .strings(methods), "act": act,
            "grant": grantID.map(JSONValue.string), "cnf": confirmation?.json,
            "person": sealedPerson.map(JSONValue.string),
            "userinfo_claims": requested.isEmpty ? nil : .strings(requested),
        ])
    }

    /// - Returns: `nil` when a claim is missing or of another type, or the issuer is another.
    init?(_ json: JSONValue, issuer: String) {
        guard json["iss"]?.stringValue == issuer, let subject = json["sub"]?.stringValue,
            let clientID = json["client_id"]?.stringValue, let scope = json["scope"]?.stringValue,
            let expires = json["exp"]?.integerValue, let issued = json["iat"]?.integerValue,
            let id = json["jti"]?.stringValue,
            let channel = json["channel"]?.stringValue.flatMap(Channel.init(rawValue:))
        else { return nil }
        switch json["aud"] {
        case .string(let one): audience = [one]
        case .array(let many): audience = many.compactMap(\.stringValue)
        default: return nil
        }
        self.subject = subject
        self.clientID = clientID
        scopes = scope.split(separator: " ").map(String.init)
        acr = json["acr"]?.stringValue.flatMap(AssuranceLevel.init(rawValue:))
        authenticatedAt = json["auth_time"]?.integerValue.map { Instant(seconds: $0) }
        roles = Set((json["roles"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(Role.init(rawValue:)) })
        hall = json["hall"]?.stringValue
        self.channel = channel
        sid = json["sid"]?.stringValue
        grantID = json["grant"]?.stringValue
        act = json["act"]
        methods = (json["amr"]?.arrayValue ?? []).compactMap(\.stringValue)
        confirmation = Confirmation(json["cnf"])
        sealedPerson = json["person"]?.stringValue
        personID = sealedPerson == nil && !subject.hasPrefix(Client.subjectPrefix) ? subject : nil
        requested = (json["userinfo_claims"]?.arrayValue ?? []).compactMap(\.stringValue)
        self.id = id
        issuedAt = Instant(seconds: issued)
        expiresAt = Instant(seconds: expires)
    }

    init(
        subject: String, clientID: String, audience: [String], scopes: [String], acr: AssuranceLevel?,
        authenticatedAt: Instant?, roles: Set<Role>, hall: String?, channel: Channel, sid: String?, grantID: String?,
        id: String, issuedAt: Instant, expiresAt: Instant
    ) {
        self.subject = subject
        self.clientID = clientID
        self.audience = audience
        self.scopes = scopes
        self.acr = acr
        self.authenticatedAt = authenticatedAt
        self.roles = roles
        self.hall = hall
        self.channel = channel
        self.sid = sid
        self.grantID = grantID
        self.id = id
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    var principal: Principal {
        Principal(
            subject: personID ?? subject, clientID: clientID, scopes: Set(scopes), roles: roles, assurance: acr ?? .l0,
            hall: hall,
            channel: channel, sessionID: sid)
    }
}
