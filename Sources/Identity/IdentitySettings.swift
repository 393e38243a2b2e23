import Core
package import Cryptography

/// Everything about Identity that an operator may set; `Server` fills it from the configuration.
package struct IdentitySettings: Sendable {
    /// The issuer: scheme, host and port without a trailing slash (`https://id.example.gov.cn`).
    package var issuer: String
    /// Systems may register themselves without a token; they work once an administrator has approved them.
    package var registrationIsOpen = false
    /// Whether certificates of clients can reach the server (RFC 8705); discovery promises it or not.
    package var offersCertificates = true
    /// Allows demo data and demo identity numbers.
    package var demo: Bool
    /// Life of an authorization code: 10…60 s (RFC 6749 §4.1.2 allows ten minutes; rule 5 says 60 s).
    package var codeLife: Duration = .seconds(60)
    /// Life of a device code, 60…900 s (RFC 8628 §5.1; identity rule 19).
    package var deviceCodeLife: Duration = .minutes(10)
    /// Life of an ID token, 60…3,600 s.
    package var idTokenLife: Duration = .seconds(600)
    /// How long a sign-in page may stay open before the request behind it is forgotten.
    package var signInRequestLife: Duration = .minutes(30)
    /// Life of a pushed authorization request until a browser opens it: 5…599 s (RFC 9126 §2.2; FAPI 2.0 wants
    /// less than 600).
    package var pushedRequestLife: Duration = .seconds(60)
    /// A browser's session ends after this long without use.
    package var sessionIdle: Duration = .hours(2)
    /// A browser's session ends this long after sign-in, used or not.
    package var sessionLife: Duration = .hours(12)
    /// How long ago a person may have signed in to change what they sign in with (rule 32).
    package var freshSignIn: Duration = .minutes(5)
    /// A replay of a refresh token inside this time gets the same successor; later it is theft.
    package var refreshGrace: Duration = .seconds(10)
    /// Age at which a signing key is replaced.
    package var keyLife: Duration = .days(30)
    /// How long a key is published before it signs, so that no relying party meets an unknown `kid`.
    package var keyLead: Duration = .days(1)
    /// How long a replaced key stays published; longer than any token lives.
    package var keyRetirement: Duration = .days(2)
    /// PEM of the authorities whose certificates clients may authenticate with (RFC 8705 §2.1); `nil` for none.
    package var clientAuthorities: CertificateAuthorities?
    package var throttle = SignInThrottle.Limits()
    /// Ended sessions, spent codes and expired requests are kept this long before clean-up.
    package var retention: Duration = .days(7)

    package init(issuer: String, demo: Bool) {
        self.issuer = issuer
        self.demo = demo
    }

    /// `aud` of access tokens for Yimen's own API.
    package var apiAudience: String { issuer + "/api/v1" }
    /// `aud` of access tokens that may read userinfo.
    package var userInfoAudience: String { issuer + "/oauth2/userinfo" }
    /// Cookies carry `__Host-` and `Secure` unless the public scheme is plain http.
    package var secureCookies: Bool { issuer.hasPrefix("https://") }
}
