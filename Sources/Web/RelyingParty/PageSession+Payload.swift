import Core

extension PageSession {
    /// What a store keeps.
    var record: PageSessionRecord {
        PageSessionRecord(
            key: key, sid: sid, subject: principal.subject, expiresAt: endsAt,
            payload: Secret(String(decoding: payload.encoded(), as: UTF8.self)), version: version)
    }

    private var payload: JSONValue {
        let renewal: JSONValue =
            switch renewal {
            case .none: .null
            case .refreshToken(let token): .object(["refreshToken": .string(token.reveal())])
            case .clientCredentials(let clientID, let secret):
                .object(["clientID": .string(clientID), "secret": .string(secret.reveal())])
            }
        return .object([
            "principal": principal.json,
            "accessToken": .string(accessToken.reveal()),
            "accessExpiresAt": .integer(accessExpiresAt.milliseconds),
            "renewal": renewal,
            "idToken": idToken.map { .string($0.reveal()) },
            "signedInAt": .integer(signedInAt.milliseconds),
            "seenAt": .integer(seenAt.milliseconds),
            "endsAt": .integer(endsAt.milliseconds),
        ])
    }

    /// `nil` for a payload of another version, which counts as signed out.
    init?(_ record: PageSessionRecord) {
        guard let value = try? JSONParser.parse(record.payload.reveal()),
            let principal = value["principal"].flatMap(Principal.init(json:)),
            case .string(let accessToken)? = value["accessToken"],
            case .integer(let accessExpires)? = value["accessExpiresAt"],
            case .integer(let signedIn)? = value["signedInAt"],
            case .integer(let seen)? = value["seenAt"], case .integer(let ends)? = value["endsAt"]
        else { return nil }
        key = record.key
        version = record.version
        self.principal = principal
        self.accessToken = Secret(accessToken)
        accessExpiresAt = Instant(milliseconds: accessExpires)
        signedInAt = Instant(milliseconds: signedIn)
        seenAt = Instant(milliseconds: seen)
        endsAt = Instant(milliseconds: ends)
        if case .string(let token)? = value["idToken"] { idToken = Secret(token) } else { idToken = nil }
        renewal = PageSession.renewal(value["renewal"])
    }

    private static func renewal(_ value: JSONValue?) -> Renewal {
        if case .string(let token)? = value?["refreshToken"] { return .refreshToken(Secret(token)) }
        if case .string(let clientID)? = value?["clientID"], case .string(let secret)? = value?["secret"] {
            return .clientCredentials(clientID: clientID, secret: Secret(secret))
        }
        return .none
    }
}

extension Principal {
    fileprivate var json: JSONValue {
        .object([
            "subject": .string(subject), "clientID": .string(clientID), "scopes": .strings(scopes.sorted()),
            "roles": .strings(roles.map(\.rawValue).sorted()), "assurance": .string(assurance.rawValue),
            "hall": hall.map(JSONValue.string), "channel": .string(channel.rawValue),
            "sessionID": sessionID.map(JSONValue.string), "displayName": displayName.map(JSONValue.string),
        ])
    }

    fileprivate init?(json: JSONValue) {
        guard case .string(let subject)? = json["subject"], case .string(let clientID)? = json["clientID"],
            let assurance = json["assurance"]?.text.flatMap(AssuranceLevel.init(rawValue:)),
            let channel = json["channel"]?.text.flatMap(Channel.init(rawValue:))
        else { return nil }
        self.init(
            subject: subject, clientID: clientID, scopes: Set(json["scopes"]?.texts ?? []),
            roles: Set((json["roles"]?.texts ?? []).compactMap(Role.init(rawValue:))), assurance: assurance,
            hall: json["hall"]?.text, channel: channel, sessionID: json["sessionID"]?.text,
            displayName: json["displayName"]?.text)
    }
}

extension JSONValue {
    /// The text of a string; `nil` for other values.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number of a whole number; `nil` for other values.
    package var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// The strings of a list, without its other elements.
    package var texts: [String] {
        if case .array(let values) = self { values.compactMap(\.text) } else { [] }
    }
}
