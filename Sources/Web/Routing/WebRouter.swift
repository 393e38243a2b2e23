import Core
package import Hummingbird
package import ServiceLifecycle

/// The router with one group per kind of caller; a route is added to the group whose rules it wants.
///
/// Order on the way in: span → request log → metrics → security headers → CORS → errors →
/// address of the client → rate limit → language; then by group the token or page session, the form
/// check and, innermost, errors again with all that is known by then.
package struct WebRouter {
    /// JSON for programs: bearer token → `context.principal`, RFC 9457 errors, no cookies.
    package let api: RouterGroup<WebContext>
    /// HTML for people: page session → `context.principal`, CSRF on every POST, error pages.
    package let pages: RouterGroup<WebContext>
    /// OAuth machine endpoints: no session, no CSRF, `no-store`, unknown errors → `server_error`.
    package let protocols: RouterGroup<WebContext>
    /// Pages of the identity provider: language, CSRF on POST, error pages, no page session.
    package let browser: RouterGroup<WebContext>
    /// As `browser`, for endpoints that other sites send people to with POST (authorization,
    /// logout): no CSRF check by itself, see `forms.check`.
    package let crossSite: RouterGroup<WebContext>
    /// Health, metrics, static files: no limits, no session.
    package let infrastructure: RouterGroup<WebContext>

    package let renderer: PageRenderer
    package let forms: FormGuard
    package let cookies: CookiePolicy
    package let streams: ServerSentEvents
    package let settings: WebSettings
    /// Every route, for the comparison with the API document.
    package let table: RouteTable
    /// To be run beside the server: request deadlines.
    package let services: [any Service]

    private let router: Router<WebContext>

    package init(settings: WebSettings, services: WebServices, renderer: PageRenderer) {
        let router = Router(context: WebContext.self, options: [.autoGenerateHeadEndpoints])
        let table = RouteTable()
        let cookies = CookiePolicy(isSecure: settings.isHTTPS)
        let forms = FormGuard(
            cookies: cookies, secrets: services.secrets, surroundings: services.surroundings,
            publicOrigin: settings.publicURL)
        let renderer = renderer.bound(to: settings, forms: forms)
        let preferences = Preferences(cookies: cookies)
        let certificates = ClientCertificates(
            proxies: settings.trustedProxies, ofConnection: services.certificateOfConnection)
        let errors = ErrorResponder(
            renderer: renderer, preferences: preferences, table: table, forms: forms, translate: services.translate)
        router.addMiddleware {
            RequestTracing(recorder: services.tracing, table: table)
            RequestLog(sink: services.logSink, table: table)
            RequestMetrics(registry: services.metrics)
            SecurityHeaders(strictTransport: settings.wantsStrictTransport)
            CrossOrigin(allowed: settings.allowedOrigins)
            errors
            AddressLength(limit: settings.maximumURILength)
            TrustedAddress(proxies: settings.trustedProxies, isHTTPS: settings.isHTTPS)
            RateLimiting(limiter: services.rateLimiter)
            PreferencesReading(preferences: preferences, forms: forms)
        }
        let deadlines = RequestDeadlines(limit: settings.requestTimeout)
        func group(_ surface: Surface) -> RouterGroup<WebContext> {
            SurfaceRoutes(router: router, table: table, surface: surface, deadlines: deadlines).group()
        }
        api = group(.api).add(middleware: certificates).add(
            middleware: TokenAuthentication(verifier: services.accessTokens)
        ).add(middleware: errors)
        pages = group(.page)
            .add(middleware: PageSessions(settings: settings, services: services, cookies: cookies))
            .add(middleware: FormChecking(forms: forms))
            .add(middleware: errors)
        browser = group(.browser).add(middleware: FormChecking(forms: forms)).add(middleware: errors)
        crossSite = group(.browser).add(middleware: errors)
        protocols = group(.protocol).add(middleware: certificates).add(middleware: errors)
        infrastructure = group(.infrastructure).add(middleware: errors)
        streams = ServerSentEvents(settings)
        self.services = [deadlines]
        self.router = router
        self.table = table
        self.cookies = cookies
        self.forms = forms
        self.renderer = renderer
        self.settings = settings
        addOwnRoutes(services: services, preferences: preferences)
    }

    private func addOwnRoutes(services: WebServices, preferences: Preferences) {
        StaticFiles(files: renderer.files).addRoutes(to: self)
        PreferencesRoutes(cookies: cookies).addRoutes(to: self)
        OperationsRoutes(services: services, readers: settings.metricsReaders).addRoutes(to: self)
        RelyingParty(settings: settings, services: services, cookies: cookies, renderer: renderer)?
            .addRoutes(to: self)
    }

    package func buildResponder() -> some HTTPResponder<WebContext> {
        router.buildResponder()
    }
}
