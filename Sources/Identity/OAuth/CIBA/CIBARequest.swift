import Core
import Web

/// A backchannel authentication request that has passed its checks (CIBA Core §7.1, §7.2).
struct CIBARequest: Sendable {
    enum Hint: Sendable {
        /// A phone or sign-in name.
        case login(String)
        case idToken(IDTokenHint)
    }

    let scopes: [String]
    let hint: Hint
    let bindingMessage: String?
    let life: Duration
    /// `client_notification_token`, in ping mode.
    let notificationToken: String?

    static let longestLife = Duration.minutes(10)
    /// Time enough to find one's phone.
    private static let shortestLife = Duration.seconds(30)
    private static let standardLife = Duration.minutes(2)
    /// What fits on a phone's screen and can be compared at a glance.
    static let longestMessage = 60

    /// 1. `openid` is among the scopes; 2. exactly one hint, and of a kind that is offered;
    /// 3. the binding message is short and plain, and there is one under FAPI 2.0, since nothing else in a request
    /// tells it from another of the same system (FAPI-CIBA §5.2.2); 4. no user code is used here;
    /// 5. `requested_expiry` is a positive number; 6. in ping mode a notification token of 128 bits or more.
    ///
    /// - Throws: `OAuthError` of CIBA Core §13.
    static func parse(_ form: ParameterList, from client: Client, hints: any IDTokenHintReader) throws(OAuthError)
        -> CIBARequest
    {
        guard form.value("scope") != nil else { throw OAuthError(.invalidRequest, "scope is missing") }
        let scopes = try CheckScope.scopes(form.value("scope"), for: client)
        guard scopes.contains("openid") else { throw OAuthError(.invalidScope, "scope must hold openid") }
        return CIBARequest(
            scopes: scopes, hint: try hint(form, hints, client), bindingMessage: try message(form, client),
            life: try life(form), notificationToken: try notificationToken(form, client))
    }

    private static func hint(_ form: ParameterList, _ hints: any IDTokenHintReader, _ client: Client)
        throws(OAuthError) -> Hint
    {
        let present = ["login_hint", "id_token_hint", "login_hint_token"].filter { form.value($0) != nil }
        guard present.count == 1 else {
            throw OAuthError(.invalidRequest, "exactly one of login_hint and id_token_hint must be sent")
        }
        if let name = form.value("login_hint") { return .login(name) }
        guard let token = form.value("id_token_hint") else {
            throw OAuthError(.invalidRequest, "login_hint_token is not offered")
        }
        guard let read = hints.read(token), read.clientID == client.id else {
            throw OAuthError(.invalidRequest, "id_token_hint is not an ID token of this issuer for this client")
        }
        return .idToken(read)
    }

    private static func message(_ form: ParameterList, _ client: Client) throws(OAuthError) -> String? {
        guard let text = form.value("binding_message") else {
            guard !client.policy.isFAPI2 else { throw OAuthError(.invalidRequest, "binding_message is missing") }
            return nil
        }
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        guard isPlain, text.count <= longestMessage else {
            throw OAuthError(
                .invalidBindingMessage, "binding_message must be plain text of at most \(longestMessage) characters")
        }
        return text
    }

    private static func life(_ form: ParameterList) throws(OAuthError) -> Duration {
        guard let text = form.value("requested_expiry") else { return standardLife }
        guard text.utf8.count <= 9, let seconds = Int(text), seconds > 0 else {
            throw OAuthError(.invalidRequest, "requested_expiry must be a positive number of seconds")
        }
        return max(shortestLife, min(.seconds(seconds), longestLife))
    }

    private static func notificationToken(_ form: ParameterList, _ client: Client) throws(OAuthError) -> String? {
        guard client.policy.cibaDelivery == "ping" else { return nil }
        guard let token = form.value("client_notification_token") else {
            throw OAuthError(.invalidRequest, "client_notification_token is missing")
        }
        let isToken = token.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F, 0x7E, 0x2B, 0x2F, 0x3D].contains(byte)
        }
        guard isToken, (22...1024).contains(token.utf8.count) else {
            throw OAuthError(
                .invalidRequest, "client_notification_token must be a bearer token of 22 to 1024 characters")
        }
        return token
    }
}
