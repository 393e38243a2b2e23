import Core
import Web

extension ParameterList {
    /// Claims about the object itself, which are no parameters (RFC 7519 §4.1).
    private static let ownClaims: Set<String> = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"]

    /// The members of a verified request object as parameters: strings as they are, numbers as text, `claims` as
    /// JSON, `resource` perhaps several (RFC 9101 §4, CIBA Core §7.1.1).
    ///
    /// - Throws: `OAuthError` `invalid_request_object` for an object inside the object.
    init(requestObject claims: JSONValue) throws(OAuthError) {
        self.init()
        for member in claims.objectMembers ?? [] where !Self.ownClaims.contains(member.name) {
            guard member.name != "request", member.name != "request_uri" else {
                throw OAuthError(.invalidRequestObject, "a request object must not hold another one")
            }
            switch member.value {
            case .string(let text): append(member.name, text)
            case .integer(let number): append(member.name, String(number))
            case .object: append(member.name, String(decoding: member.value.encoded(), as: UTF8.self))
            case .array(let values) where member.name == ResourceIndicators.parameter:
                for value in values {
                    guard let text = value.stringValue else {
                        throw OAuthError(.invalidRequestObject, "resource holds no URI")
                    }
                    append(member.name, text)
                }
            case .null: continue
            // Extensions this server does not know are ignored (RFC 6749 §3.1).
            case .bool, .number, .array: continue
            }
        }
    }
}
