import Web

/// Ways of handing over a request that are refused with their own errors and never ignored: what they
/// hold would differ from what is beside them (OpenID Connect Core §6, §3.1.2.6; RFC 9101 §6). A
/// `request_uri` of our own making and a signed `request` have been resolved before this.
struct CheckRequestObject: AuthorizeCheck {
    /// A `request_uri` elsewhere is never fetched (identity rule 17). The endpoint says so before it looks for a
    /// redirect URI, since the one of such a request stands inside it (RFC 9101 §5).
    static let elsewhere = OAuthError(
        .requestURINotSupported, "only a request_uri of the pushed authorization endpoint is taken")

    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        if parameters.value("registration") != nil {
            throw OAuthError(.registrationNotSupported, "registration inside a request is not offered")
        }
    }
}
