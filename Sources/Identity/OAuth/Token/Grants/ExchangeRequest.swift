import Core
import Web

/// The parameters of a token exchange (RFC 8693 §2.1), parsed once.
struct ExchangeRequest: Sendable {
    static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
    private static let readable: Set<String> = [accessToken, "urn:ietf:params:oauth:token-type:jwt"]

    let subjectToken: String
    let actorToken: String?
    /// `nil` where nothing was asked for.
    let scopes: [String]?
    /// `audience` and `resource` together: here both name resource servers by their URI.
    let audiences: [String]

    /// - Throws: `invalid_request` for a missing parameter, a type that does not belong to its token, or a type that
    ///   is not read or issued here; `invalid_scope` for characters that no scope has.
    init(_ form: ParameterList) throws(OAuthError) {
        guard let subject = form.value("subject_token") else { throw Self.refuse("subject_token is missing") }
        guard let type = form.value("subject_token_type") else { throw Self.refuse("subject_token_type is missing") }
        guard Self.readable.contains(type) else { throw Self.refuse("subject_token_type is not accepted") }
        subjectToken = subject
        actorToken = form.value("actor_token")
        switch (actorToken, form.value("actor_token_type")) {
        case (nil, nil): break
        case (.some, .some(let type)):
            guard Self.readable.contains(type) else { throw Self.refuse("actor_token_type is not accepted") }
        default: throw Self.refuse("actor_token and actor_token_type belong together")
        }
        if let wanted = form.value("requested_token_type"), wanted != Self.accessToken {
            throw Self.refuse("only access tokens are issued")
        }
        if let text = form.value("scope") {
            guard let scopes = ScopeList.parse(text), !scopes.isEmpty else {
                throw OAuthError(.invalidScope, "scope is malformed")
            }
            self.scopes = scopes
        } else {
            scopes = nil
        }
        var audiences = [String]()
        for value in form.all("audience") + form.all("resource") where !value.isEmpty && !audiences.contains(value) {
            audiences.append(value)
        }
        self.audiences = audiences
    }

    static func refuse(_ description: String) -> OAuthError { OAuthError(.invalidRequest, description) }
}
