package import Core

/// Why a token is refused; for logs, while callers outside are told only that it is invalid.
package enum TokenFault: Error, Sendable, Hashable {
    case tooLong
    /// Not three parts of canonical base64url.
    case notCompactForm
    case malformedHeader(JSONFault)
    case malformedPayload(JSONFault)
    /// The header or payload is no object, or a member has the wrong type.
    case wrongShape(String)
    /// A member by which the sender would choose how it is judged: `jwk`, `jku`, `x5u`, `crit` …
    case headerMemberRefused(String)
    /// `none`, a symmetric algorithm or one that we do not offer.
    case algorithmRefused
    /// The key exists and belongs to another algorithm than the header says.
    case algorithmOfAnotherKey
    case typeRefused(String?)
    case unknownKey(String?)
    /// The key that the token itself brings cannot be used.
    case keyRefused(KeyFault)
    case signatureInvalid
}
