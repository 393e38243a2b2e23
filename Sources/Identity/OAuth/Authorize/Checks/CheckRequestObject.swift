import Web

/// Ways of handing over a request that are refused with their own errors and never ignored: what they
/// hold would differ from what is beside them (OpenID Connect Core §6, §3.1.2.6; RFC 9101 §6). A
/// `request_uri` of our own making and a signed `request` have been resolved before this; a
/// `request_uri` elsewhere is never fetched (identity rule 17).
struct CheckRequestObject: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        if parameters.value("request_uri") != nil {
            throw OAuthError(
                .requestURINotSupported, "only a request_uri of the pushed authorization endpoint is taken")
        }
        if parameters.value("registration") != nil {
            throw OAuthError(.registrationNotSupported, "registration inside a request is not offered")
        }
    }
}
