import Core
import Web

/// `acr_values` states wishes in order of preference; the ID token tells what was reached
/// (OpenID Connect Core §3.1.2.1: a voluntary claim). Unknown values are ignored.
struct CheckACRValues: AuthorizeCheck {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let text = parameters.value("acr_values") else { return }
        request.acrValues = text.split(separator: " ").prefix(10).map(String.init).filter {
            AssuranceLevel(rawValue: $0) != nil
        }
    }
}
