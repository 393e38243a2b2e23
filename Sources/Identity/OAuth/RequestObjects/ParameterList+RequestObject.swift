import Core
import Web

extension ParameterList {
    /// Claims about the object itself, which are no parameters (RFC 7519 §4.1).
    private static let ownClaims: Set<String> = ["iss", "aud", "exp", "nbf", "iat", "jti", "sub"]

    /// Parameters that mean something here: of another type than theirs they are refused, as what is left out unsaid
    /// could be the wish for a new sign-in.
    private static let known: Set<String> = [
        "response_type", "response_mode", "client_id", "redirect_uri", "scope", "state", "nonce", "display", "prompt",
        "max_age", "ui_locales", "claims_locales", "id_token_hint", "login_hint", "acr_values", "claims", "resource",
        "code_challenge", "code_challenge_method", "dpop_jkt", "registration", "login_hint_token", "binding_message",
        "user_code", "requested_expiry", "client_notification_token",
    ]

    /// The members of a verified request object as parameters: strings as they are, whole numbers as text, `claims` as
    /// JSON, `resource` perhaps several (RFC 9101 §4, CIBA Core §7.1.1).
    ///
    /// - Throws: `OAuthError` `invalid_request_object` for an object inside the object, and for a parameter of a type
    ///   that is not its own.
    init(requestObject claims: JSONValue) throws(OAuthError) {
        self.init()
        for member in claims.objectMembers ?? [] where !Self.ownClaims.contains(member.name) {
            guard member.name != "request", member.name != "request_uri" else {
                throw OAuthError(.invalidRequestObject, "a request object must not hold another one")
            }
            switch member.value {
            case .string(let text): append(member.name, text)
            case .integer(let number): append(member.name, String(number))
            case .object where member.name == "claims" || member.name == "registration":
                append(member.name, String(decoding: member.value.encoded(), as: UTF8.self))
            case .array(let values) where member.name == ResourceIndicators.parameter:
                for value in values {
                    guard let text = value.stringValue else {
                        throw OAuthError(.invalidRequestObject, "resource holds no URI")
                    }
                    append(member.name, text)
                }
            case .number(let number) where abs(number) < 1e12 && number == number.rounded():
                append(member.name, String(Int64(number)))
            case .null: continue
            case .bool, .number, .array, .object:
                // Extensions this server does not know are ignored (RFC 6749 §3.1).
                guard !Self.known.contains(member.name) else {
                    throw OAuthError(.invalidRequestObject, "\(member.name) of the request object has the wrong type")
                }
            }
        }
    }
}
