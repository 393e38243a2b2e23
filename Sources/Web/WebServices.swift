package import Core

/// What other rooms hand in; everything but the first two may be absent in tests and partial roles.
package struct WebServices: Sendable {
    package var surroundings: Surroundings
    package var secrets: any WebSecrets
    package var accessTokens: (any AccessTokenVerifier)?
    package var tokenGrants: (any TokenGrants)?
    package var idTokens: (any IDTokenVerifier)?
    package var pageSessions: (any PageSessionStore)?
    package var rateLimiter: (any RateLimiter)?
    /// Where TLS ends here: the certificate by which the client of a connection identified itself.
    package var certificateOfConnection: ClientCertificates.OfConnection?
    /// Turns errors that Web does not know into problems: storage busy or unavailable → 503.
    package var translate: @Sendable (any Error) -> Problem?
    /// Named checks of readiness; each answers within two seconds or counts as failed.
    package var readiness: [ReadinessCheck]
    /// Where request lines go; `nil` writes them with the request's logger.
    package var logSink: LogSink?
    package var metrics: MetricsRegistry?
    /// Records spans; `nil` switches tracing off.
    package var tracing: SpanRecorder?

    package init(
        surroundings: Surroundings = Surroundings(), secrets: any WebSecrets,
        accessTokens: (any AccessTokenVerifier)? = nil, tokenGrants: (any TokenGrants)? = nil,
        idTokens: (any IDTokenVerifier)? = nil, pageSessions: (any PageSessionStore)? = nil,
        rateLimiter: (any RateLimiter)? = nil, readiness: [ReadinessCheck] = [], logSink: LogSink? = nil,
        metrics: MetricsRegistry? = nil, tracing: SpanRecorder? = nil,
        translate: @escaping @Sendable (any Error) -> Problem? = { _ in nil }
    ) {
        self.surroundings = surroundings
        self.secrets = secrets
        self.accessTokens = accessTokens
        self.tokenGrants = tokenGrants
        self.idTokens = idTokens
        self.pageSessions = pageSessions
        self.rateLimiter = rateLimiter
        self.readiness = readiness
        self.logSink = logSink
        self.metrics = metrics
        self.tracing = tracing
        self.translate = translate
    }
}
