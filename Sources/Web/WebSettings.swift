package import Core

/// What an operator can set about the web side.
package struct WebSettings: Sendable {
    /// The public origin without a slash at the end: `https://yimen.example`. Also the issuer.
    package var publicURL: String
    /// Shows the demo banner.
    package var demo = false
    /// Reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    package var trustedProxies: [AddressRange] = []
    /// Addresses that may read `/metrics`.
    package var metricsReaders: [AddressRange] = AddressRange.loopback
    /// Origins whose scripts may call the API and the protocol endpoints; `*` allows all, which is
    /// safe there because neither looks at cookies.
    package var allowedOrigins: [String] = ["*"]
    /// A request that takes longer is answered with 503 (408 while its body still arrives).
    package var requestTimeout: Duration = .seconds(20)
    /// Longest path and query, in bytes.
    package var maximumURILength = 8192
    /// Event streams open at once; one more is answered with 503.
    package var maximumStreams = 4096
    /// Event streams open at once from one address; one more is answered with 429.
    package var streamsPerAddress = 512
    /// A client that takes in nothing of its stream for this long is cut.
    package var streamWriteTimeout: Duration = .seconds(30)
    /// Time between two `beat` events on a stream.
    package var heartbeat: Duration = .seconds(15)
    /// Where `Templates`, `Locales` and `Static` lie; `nil` means beside the program.
    package var resourcesDirectory: String?
    /// The client as which our own pages sign people in.
    package var portalClientID = "yimen-portal"
    /// Set for a confidential client.
    package var portalClientSecret: Secret<String>?
    /// Asked for at sign-in; the identity provider narrows them to what the person may have.
    package var portalScopes = "openid profile phone booking hall.window admin.clients admin.sessions"
    /// A page session ends after this long without a request.
    package var sessionIdle: Duration = .hours(1)
    /// A person's page session ends after this long in any case.
    package var sessionLifetime: Duration = .hours(12)
    /// The page session of an enrolled kiosk or board.
    package var deviceSessionLifetime: Duration = .days(90)

    package init(publicURL: String) {
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
    }

    /// Cookies are `Secure`.
    package var isHTTPS: Bool { publicURL.hasPrefix("https://") }

    /// HSTS is sent: over https, but not for localhost, where it would also turn every other program's plain http
    /// on this machine into https.
    package var wantsStrictTransport: Bool {
        let host = publicURL.dropFirst("https://".count).prefix { $0 != ":" && $0 != "/" }
        return isHTTPS && host != "localhost"
    }
}
