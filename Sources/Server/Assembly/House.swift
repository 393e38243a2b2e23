import Booking
import Catalogue
import Core
import Cryptography
import Gateway
import Hummingbird
import Identity
import Logging
import ServiceLifecycle
import Storage
import Web

/// The whole product in one process: every room built once and joined to the others.
struct House {
    let router: WebRouter
    let identity: IdentityProvider
    let booking: Booking
    /// To be run beside the HTTP server, in the order in which they stop last.
    let services: [any Service]

    /// What the process writes to: made before anything else, since logging starts here.
    struct Instruments: Sendable {
        let logger: Logger
        let sink: LogSink?
        let metrics: MetricsRegistry?
        var spans: SpanRecorder?
    }

    /// Reads what must be in memory before the first request.
    ///
    /// - Throws: `StorageError`, `PageFault`, faults of keys and settings.
    init(_ groundwork: Groundwork, instruments: Instruments, state: ServingState = ServingState()) async throws {
        let settings = groundwork.settings
        let database = groundwork.database
        let provider = groundwork.provider
        let surroundings = groundwork.surroundings
        let logger = instruments.logger

        let pageSessions = PageSessionTable(database: database, provider: provider, surroundings: surroundings)
        let catalogue = try await Catalogue(loading: database)
        var identitySettings = settings.identity
        identitySettings.clientAuthorities = try settings.certificateAuthorities()
        identity = IdentityProvider(
            database: database, crypto: provider, passwords: groundwork.passwords, settings: identitySettings,
            surroundings: surroundings, outbound: OutboundClient(policy: settings.outbound, tracer: instruments.spans),
            listener: PageSessionListener(table: pageSessions, logger: logger), catalogue: catalogue, logger: logger)
        try await identity.prepare()
        booking = Booking(
            database: database, catalogue: catalogue, crypto: provider,
            tickets: try HallTicketCodec(keys: groundwork.keys), persons: KnownPersons(registry: identity.people),
            settings: settings.booking, surroundings: surroundings)

        let web = settings.web
        let admission = AdmissionControl(settings: settings.admission, clock: surroundings.clock)
        var services = WebServices(
            surroundings: surroundings, secrets: ProviderSecrets(provider: provider),
            accessTokens: identity.accessTokens,
            tokenGrants: identity.tokens, idTokens: identity.idTokens, pageSessions: pageSessions,
            rateLimiter: admission, readiness: Readiness(groundwork: groundwork, state: state).checks,
            logSink: instruments.sink, metrics: instruments.metrics, tracing: instruments.spans,
            translate: StorageProblems.translate)
        if settings.tls != nil, settings.asksForCertificates {
            services.certificateOfConnection = HTTPListener.certificate
        }
        router = WebRouter(settings: web, services: services, renderer: try PageRenderer.load(web))
        IdentityRoutes(identity).addRoutes(to: router)
        CatalogueRoutes(catalogue: catalogue, surroundings: surroundings).addRoutes(to: router)
        BookingRoutes(booking: booking).addRoutes(to: router)
        BookingPages(booking: booking, surroundings: surroundings, demo: settings.demo).addRoutes(to: router)

        // Outside the demo text messages wait in the outbox for a relay that can send them.
        let handlers = (settings.demo ? booking.outboxHandlers : [:]).merging(
            [
                BackchannelLogout.topic: identity.backchannelLogout.deliver,
                CIBAPing.topic: identity.cibaPing.deliver,
                ClientLogos.topic: identity.clientLogos.deliver,
            ], uniquingKeysWith: { first, _ in first })
        let relay = OutboxRelay(database: database, handlers: handlers, surroundings: surroundings, logger: logger)
        var sinks: [any Service] = instruments.sink.map { [$0] } ?? []
        if let spans = instruments.spans,
            let export = settings.spanExport(spans, surroundings: surroundings, logger: logger)
        {
            sinks.append(export)
        }
        let background: [any Service] = [
            DatabaseService(database), KeyRingWatch(keys: groundwork.keys, logger: logger), relay,
            CatalogueRefresh(catalogue: catalogue, database: database, logger: logger),
            PageSessionCleanUp(table: pageSessions, logger: logger),
            StorageWatch(database: database, clock: surroundings.clock, logger: logger),
        ]
        self.services = sinks + background + identity.services + booking.services + router.services
    }

    /// The server with everything that runs beside it.
    ///
    /// - Throws: `StartupFault` for a certificate that cannot be used.
    func application(
        _ settings: ServerSettings, logger: Logger, onRunning: @escaping @Sendable (Int?) async -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        let listener = HTTPListener(settings: settings)
        return Application(
            responder: router.buildResponder(), server: try listener.server(), configuration: listener.application,
            services: services, onServerRunning: { channel in await onRunning(channel.localAddress?.port) },
            logger: logger)
    }
}
