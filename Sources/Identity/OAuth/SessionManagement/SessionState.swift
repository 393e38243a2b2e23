import Core
import Cryptography
import Foundation
import Hummingbird
import Web

/// `session_state` of OpenID Connect Session Management 1.0 §2: by it a system's page can ask the frame of
/// `CheckSessionEndpoint`, without a request to the server, whether the person's session is still the same.
///
/// It is a salted digest over the client, the system's origin and a value that belongs to the browser's
/// session; that value alone lies in a cookie which scripts of this origin can read. It is keyed and tells
/// nothing about the session's id.
struct SessionState: Sendable {
    private static let noun = "browser"

    let crypto: any CryptoProvider
    let cookies: CookiePolicy
    let surroundings: Surroundings

    /// - Returns: `nil` for native systems, which have no origin to ask from, and without `openid`.
    func state(for request: AuthorizationRequest, _ session: SSOSession) -> String? {
        guard request.scopes.contains("openid"), let origin = Self.origin(of: request.redirectURI) else { return nil }
        let salt = Base64URL.encode(surroundings.random.bytes(12))
        let text = [request.clientID, origin, browserState(session), salt].joined(separator: " ")
        return crypto.digest(text) + "." + salt
    }

    func keep(_ session: SSOSession, on response: inout Response) {
        cookies.setReadable(Self.noun, to: browserState(session), on: &response)
    }

    static func forget(_ cookies: CookiePolicy, on response: inout Response) {
        cookies.setReadable(noun, to: "", lifetime: .zero, on: &response)
    }

    private func browserState(_ session: SSOSession) -> String {
        crypto.blindIndex(session.id, domain: "identity_sso_session.browser-state")
    }

    /// The origin as browsers write it (RFC 6454 §6.2): lower case, without a default port.
    static func origin(of uri: String) -> String? {
        guard let url = URL(string: uri), let scheme = url.scheme?.lowercased(), let host = url.host?.lowercased(),
            scheme == "https" || scheme == "http"
        else { return nil }
        let isDefault = url.port == nil || url.port == (scheme == "https" ? 443 : 80)
        let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[" + host + "]" : host
        return scheme + "://" + bracketed + (isDefault ? "" : ":\(url.port ?? 0)")
    }
}
