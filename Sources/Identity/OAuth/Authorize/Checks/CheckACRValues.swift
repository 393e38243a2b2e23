import Core
import Web

/// `acr_values` states wishes in order of preference; the ID token tells what was reached
/// (OpenID Connect Core §3.1.2.1: a voluntary claim). Unknown values are ignored. Without any, the
/// wishes of the registration count (`default_acr_values`, OpenID Connect Registration §2).
struct CheckACRValues: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        let sent = parameters.value("acr_values")?.split(separator: " ").map(String.init)
        request.acrValues = (sent ?? client.policy.defaultACRValues ?? []).prefix(10).compactMap {
            AssuranceLevel(rawValue: $0)
        }
    }
}
