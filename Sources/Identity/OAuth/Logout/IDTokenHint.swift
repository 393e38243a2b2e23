import Core

/// An ID token of ours that somebody brings back to say who or what is meant.
struct IDTokenHint: Sendable, Hashable {
    /// The person, whatever `sub` calls them to the client.
    let subject: String
    let clientID: String
    let sid: String?
}

/// Reads ID tokens brought back as hints.
protocol IDTokenHintReader: Sendable {
    /// Signature, type and issuer must be ours; the token may have expired, as hints usually have
    /// (OpenID Connect RP-Initiated Logout §2, §4). `auth_time` tells it from signed userinfo, which is no hint.
    ///
    /// - Returns: `nil` for anything else.
    func read(_ token: String) -> IDTokenHint?
}

struct SignedIDTokenHints: IDTokenHintReader {
    let keys: SigningKeys
    let subjects: Subjects
    let issuer: String

    func read(_ token: String) -> IDTokenHint? {
        guard token.utf8.count <= 8192, let claims = keys.verify(token, types: ["JWT"]),
            claims["iss"]?.stringValue == issuer, let subject = claims["sub"]?.stringValue,
            let audience = claims["aud"]?.stringValue, claims["exp"]?.integerValue != nil,
            claims["auth_time"]?.integerValue != nil
        else { return nil }
        if let sealed = claims["person"]?.stringValue {
            guard let person = subjects.reveal(sealed, of: audience) else { return nil }
            return IDTokenHint(subject: person, clientID: audience, sid: claims["sid"]?.stringValue)
        }
        return IDTokenHint(subject: subject, clientID: audience, sid: claims["sid"]?.stringValue)
    }
}
