package import Core

/// What a grant says beyond its scopes. Kept as JSON beside the code and the refresh family; every
/// member is optional, so that a row written before a member existed still reads.
package struct GrantTerms: Sendable, Hashable, Codable {
    /// Resource servers the person granted access to (RFC 8707 §2); empty means Yimen's own.
    package var resources: [String]?
    /// What the `claims` parameter asked for (OpenID Connect Core §5.5), already judged.
    package var claims: RequestedClaims?
    /// `acr` of the ID token where a level was asked for by name; else the one of the session.
    package var statedLevel: AssuranceLevel?
    /// The key every token of this grant is bound to.
    package var confirmation: Confirmation?

    package init() {}

    var isEmpty: Bool { self == GrantTerms() }

    /// - Parameter resources: none leaves the default.
    mutating func limit(to resources: [String]) {
        self.resources = resources.isEmpty ? nil : resources
    }
}

/// Who may use a token: the holder of a DPoP key or of a certificate (RFC 7800 §3.1 `cnf`).
package struct Confirmation: Sendable, Hashable, Codable {
    /// JWK SHA-256 thumbprint (RFC 9449 §6.1), base64url.
    package var jkt: String?
    /// SHA-256 of the DER certificate (RFC 8705 §3.1, `x5t#S256`), base64url.
    package var certificate: String?

    package init(jkt: String? = nil, certificate: String? = nil) {
        self.jkt = jkt
        self.certificate = certificate
    }

    var json: JSONValue {
        .object(["jkt": jkt.map(JSONValue.string), "x5t#S256": certificate.map(JSONValue.string)])
    }

    init?(_ json: JSONValue?) {
        guard let json else { return nil }
        jkt = json["jkt"]?.stringValue
        certificate = json["x5t#S256"]?.stringValue
        guard jkt != nil || certificate != nil else { return nil }
    }
}
