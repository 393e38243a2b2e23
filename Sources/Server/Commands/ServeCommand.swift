import ArgumentParser
import Hummingbird
import Identity
import Logging
import Metrics
import ServiceLifecycle
import Storage
import Tracing
import UnixSignals
import Web

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves everything until it is told to stop (SIGTERM or Ctrl-C).",
        discussion: """
            The first signal lets requests in flight finish and ends with exit code 0; event streams are closed and come \
            back elsewhere. Any number of processes may serve one PostgreSQL database.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Address to listen on.")
    var host: String?

    @Option(help: "Port to listen on.")
    var port: Int?

    @Option(help: "Public base URL, the issuer of every token.")
    var issuer: String?

    @Flag(help: "Serve HTTPS with the configured or the development certificate.")
    var tls = false

    @Flag(help: "Wait for database and schema, alive but not ready, instead of ending with an error.")
    var wait = false

    func run() async throws {
        try await reporting {
            let flags = [
                "http.host": host, "http.port": port.map(String.init), "issuer": issuer, "http.tls": tls ? "true" : nil,
            ]
            let settings = try ServerSettings(try await options.load(adding: flags))
            let instruments = bootstrap(settings)
            do {
                try await serve(settings, instruments)
            } catch {
                throw HTTPListener(settings: settings).fault(for: error) ?? error
            }
        }
    }

    private func serve(_ settings: ServerSettings, _ instruments: House.Instruments) async throws {
        let logger = instruments.logger
        let opened =
            wait
            ? try await StandIn(settings: settings, logger: logger).serve { try await open(settings, instruments) }
            : try await open(settings, instruments)
        guard let groundwork = opened else { return }
        let state = ServingState()
        let house = try await House(groundwork, instruments: instruments, state: state)
        let application = try house.application(settings, logger: logger) { port in
            logger.notice("serving", metadata: ["issuer": "\(settings.issuer)", "port": "\(port ?? settings.port)"])
        }
        // The last one is the first to be told to stop.
        let services: [any Service] = [
            application, Draining(state: state, pause: settings.drainPause, logger: logger),
        ]
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        // A reader that has stopped reading must not keep the process from ending.
        configuration.maximumGracefulShutdownDuration = settings.drainPause + .seconds(30)
        try await ServiceGroup(configuration: configuration).run()
    }

    private func open(_ settings: ServerSettings, _ instruments: House.Instruments) async throws -> Groundwork {
        let groundwork = try await Groundwork.open(
            settings, schema: .current, logger: instruments.logger, recorder: instruments.spans)
        do {
            try await DemoMark(database: groundwork.database).requireHarmless(demo: settings.demo)
            return groundwork
        } catch {
            await groundwork.database.close()
            throw error
        }
    }

    /// Logging, metrics and tracing are process-wide and set once.
    private func bootstrap(_ settings: ServerSettings) -> House.Instruments {
        let sink = settings.logsAsJSON ? LogSink() : nil
        let level = settings.logLevel
        LoggingSystem.bootstrap { label in
            guard let sink else {
                var handler = StreamLogHandler.standardError(label: label)
                handler.logLevel = level
                return handler
            }
            return JSONLogHandler(label: label, sink: sink, level: level)
        }
        let metrics = MetricsRegistry(slow: [LogoutTimes.label])
        MetricsSystem.bootstrap(metrics)
        let spans = settings.spanRecorder()
        if let spans { InstrumentationSystem.bootstrap(spans) }
        return House.Instruments(logger: Logger(label: "yimen"), sink: sink, metrics: metrics, spans: spans)
    }
}
