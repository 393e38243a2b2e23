import Foundation
import JWTKit

/// The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 §2.4).
struct LogoutTokenClaims: JWTPayload {
    let iss: String
    let aud: OneOrMany
    let iat: Double
    let exp: Double?
    let jti: String
    let sub: String?
    let sid: String?
    let nonce: String?
    let events: [String: Event]

    struct Event: Codable, Sendable {}

    /// Claims are checked by ``LogoutToken``, which knows what to expect.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

/// The ordered checks of Back-Channel Logout §2.6.
enum LogoutToken {
    private static let event = "http://schemas.openid.net/event/backchannel-logout"
    /// A token older than this is refused, and its `jti` need not be remembered longer.
    static let longestAge: TimeInterval = 300

    static func check(_ token: SignedToken<LogoutTokenClaims>, issuer: String, clientID: String, now: Date) throws {
        let claims = token.claims
        let instant = now.timeIntervalSince1970
        try require(token.type == "logout+jwt", "typ is \(token.type ?? "missing")")
        try require(claims.iss == issuer, "iss is \(claims.iss)")
        try require(claims.aud.values.contains(clientID), "aud is \(claims.aud.values)")
        try require(abs(claims.iat - instant) < longestAge, "iat is too far from now")
        try require(claims.exp.map { $0 > instant - 60 } ?? true, "it has expired")
        try require(claims.sub != nil || claims.sid != nil, "neither sub nor sid")
        try require(claims.events[event] != nil, "no logout event")
        try require(claims.nonce == nil, "a nonce is forbidden here")
        try require(!claims.jti.isEmpty, "jti is empty")
    }

    private static func require(_ holds: Bool, _ why: @autoclosure () -> String) throws {
        if !holds { throw SignInFault.notTrusted("logout token: \(why())") }
    }
}
