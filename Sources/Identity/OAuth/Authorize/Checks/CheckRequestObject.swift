import Web

/// Request objects are refused with their own errors and never ignored: what they hold would
/// differ from what is beside them (OpenID Connect Core §6, §3.1.2.6; RFC 9101 §6).
struct CheckRequestObject: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        if parameters.contains("request") {
            throw OAuthError(.requestNotSupported, "request objects are not offered")
        }
        if parameters.contains("request_uri") {
            throw OAuthError(.requestURINotSupported, "request_uri is not offered")
        }
        if parameters.contains("registration") {
            throw OAuthError(.registrationNotSupported, "registration inside a request is not offered")
        }
    }
}
