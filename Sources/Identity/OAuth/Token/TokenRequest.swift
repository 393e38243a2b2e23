import Web

/// One request to the token endpoint, parsed once.
struct TokenRequest: Sendable {
    let form: ParameterList
    /// The `Authorization` header as sent.
    let authorization: String?

    init(form: ParameterList, authorization: String?) {
        self.form = form
        self.authorization = authorization
    }

    /// A parameter that must be there.
    func required(_ name: String) throws(OAuthError) -> String {
        guard let value = form.value(name) else { throw OAuthError(.invalidRequest, "\(name) is missing") }
        return value
    }
}
