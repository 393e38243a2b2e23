import Foundation

/// What the discovery document says (OpenID Connect Discovery 1.0 §3), as far as these sites use it.
struct ProviderMetadata: Decodable, Sendable {
    let issuer: String
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let userinfoEndpoint: String
    let jwksURI: String
    let endSessionEndpoint: String?
    /// RFC 9207 §3: every authorization response carries `iss`.
    let sendsIssuer: Bool?

    enum CodingKeys: String, CodingKey {
        case issuer
        case authorizationEndpoint = "authorization_endpoint"
        case tokenEndpoint = "token_endpoint"
        case userinfoEndpoint = "userinfo_endpoint"
        case jwksURI = "jwks_uri"
        case endSessionEndpoint = "end_session_endpoint"
        case sendsIssuer = "authorization_response_iss_parameter_supported"
    }

    /// Refuses a document that names another issuer (Discovery §4.3) or an endpoint that would carry secrets in the
    /// clear over a network.
    func check(expectedIssuer: String) throws {
        guard issuer == expectedIssuer else {
            throw SignInFault.notTrusted("discovery names issuer \(issuer), expected \(expectedIssuer)")
        }
        for endpoint in [
            authorizationEndpoint, tokenEndpoint, userinfoEndpoint, jwksURI, endSessionEndpoint ?? jwksURI,
        ] {
            guard let url = URL(string: endpoint), let host = url.host else {
                throw SignInFault.notTrusted("discovery names no valid URL: \(endpoint)")
            }
            guard url.scheme == "https" || ["localhost", "127.0.0.1", "::1"].contains(host) else {
                throw SignInFault.notTrusted("discovery names an endpoint without TLS: \(endpoint)")
            }
        }
    }
}
