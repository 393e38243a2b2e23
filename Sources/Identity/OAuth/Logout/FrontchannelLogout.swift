import Core
import Web

/// OpenID Connect Front-Channel Logout 1.0: addresses that the signing-out browser loads in frames.
struct FrontchannelLogout: Sendable {
    let issuer: String

    /// `iss` and `sid` go with every one, as a system that did not ask for them ignores them (§3).
    func frames(of ended: EndedSessions) -> [String] {
        ended.systems.compactMap { system in
            guard let uri = system.frontchannelURI else { return nil }
            let parameters = ParameterList(["iss": issuer, "sid": system.sid])
            return uri + (uri.contains("?") ? "&" : "?") + parameters.encoded
        }
    }
}
