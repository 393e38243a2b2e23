import ArgumentParser
import Foundation
import Hummingbird
import Logging
import Metrics
import NIOCore
import Web

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves everything until it is told to stop (SIGTERM or Ctrl-C).",
        discussion: "Requests in flight are finished. Any number of processes may serve one PostgreSQL database.")

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Address to listen on.")
    var host: String?

    @Option(help: "Port to listen on.")
    var port: Int?

    @Option(help: "Public base URL, the issuer of every token.")
    var issuer: String?

    @Flag(help: "Serve HTTPS with the configured or the development certificate.")
    var tls = false

    func run() async throws {
        try await reporting {
            let flags = [
                "http.host": host, "http.port": port.map(String.init), "issuer": issuer, "http.tls": tls ? "true" : nil,
            ]
            let settings = try ServerSettings(try await options.load(adding: flags))
            let instruments = bootstrap(settings)
            let groundwork = try Groundwork(settings, logger: instruments.logger)
            try await groundwork.requireCurrentSchema()
            try await DemoMark(database: groundwork.database).requireHarmless(demo: settings.demo)
            let house = try await House(groundwork, instruments: instruments)
            let logger = instruments.logger
            let application = try house.application(settings, logger: logger) { port in
                logger.notice(
                    "serving", metadata: ["issuer": "\(settings.issuer)", "port": "\(port ?? settings.port)"])
            }
            do {
                try await application.runService()
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                throw StartupFault(
                    "Port \(settings.port) on \(settings.host) is taken by another program; stop that one, or choose "
                        + "another port by http.port, YIMEN_HTTP_PORT or --port.")
            }
        }
    }

    /// Logging and metrics are process-wide and set once.
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
        let metrics = MetricsRegistry()
        MetricsSystem.bootstrap(metrics)
        return House.Instruments(logger: Logger(label: "yimen"), sink: sink, metrics: metrics)
    }
}
