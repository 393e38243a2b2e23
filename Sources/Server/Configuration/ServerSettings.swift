import Booking
import Gateway
import Logging
import Web

/// The configuration as values the program uses, with the rules that span several keys checked.
struct ServerSettings: Sendable {
    struct TLSFiles: Sendable, Equatable {
        let certificate: String
        let key: String
    }

    let issuer: String
    let demo: Bool
    let host: String
    let port: Int
    let tls: TLSFiles?
    let asksForCertificates: Bool
    let clientAuthorities: String?
    let trustedProxies: [String]
    let idleTimeout: Duration
    let requestTimeout: Duration
    let maximumConnections: Int
    let streamsPerAddress: Int
    /// How long readiness is 503 before a stopping server accepts no more.
    let drainPause: Duration
    let dataDirectory: String
    let databaseURL: String?
    let databaseConnections: Int
    let seedDirectory: String
    let resourcesDirectory: String?
    let admission: AdmissionSettings
    let outboundNetworks: [String]
    let registrationIsOpen: Bool
    let passwordQueue: Int
    let pushedRequestSeconds: Int
    let booking: BookingSettings
    let spanTarget: SpanTarget?
    /// Of 100 traces, so many are recorded.
    let spanPercent: Int
    let logLevel: Logger.Level
    let logsAsJSON: Bool

    /// Where the keys lie that seal, index and sign.
    var keyDirectory: String { dataDirectory + "/keys" }

    /// - Throws: `ConfigurationFaults` when values contradict one another or are not allowed outside the demo.
    init(_ configuration: ResolvedConfiguration) throws {
        demo = configuration.boolean("demo")
        host = configuration.text("http.host") ?? "127.0.0.1"
        let secure = configuration.boolean("http.tls")
        port = configuration.text("http.port").flatMap { Int($0) } ?? (secure ? 8443 : 8080)
        tls =
            secure
            ? TLSFiles(
                certificate: configuration.text("http.certificate") ?? "certs/server.pem",
                key: configuration.text("http.certificateKey") ?? "certs/server.key") : nil
        issuer = configuration.text("issuer") ?? "\(secure ? "https" : "http")://localhost:\(port)"
        asksForCertificates = configuration.boolean("http.clientCertificates")
        clientAuthorities = configuration.text("http.clientAuthorities")
        trustedProxies = configuration.list("http.trustedProxies")
        idleTimeout = configuration.seconds("http.idleTimeout")
        requestTimeout = configuration.seconds("http.requestTimeout")
        maximumConnections = configuration.integer("http.maximumConnections")
        streamsPerAddress = configuration.integer("http.streamsPerAddress")
        drainPause = configuration.seconds("http.drainSeconds")
        dataDirectory = configuration.text("data.directory") ?? "var"
        databaseURL = configuration.text("database.url")
        databaseConnections = configuration.integer("database.connections")
        seedDirectory = configuration.text("seed.directory") ?? "config/seed"
        resourcesDirectory = configuration.text("resources.directory")
        admission = AdmissionSettings(
            configuration, isEnabled: configuration.text("limits.enabled").map { $0 == "true" } ?? !demo)
        outboundNetworks = configuration.list("outbound.networks")
        registrationIsOpen = configuration.boolean("registration.open")
        passwordQueue = configuration.integer("passwords.queue")
        pushedRequestSeconds = configuration.integer("authorization.pushedRequestSeconds")
        booking = BookingSettings(configuration)
        spanTarget =
            configuration.text("tracing.url").map { .collector($0) }
            ?? configuration.text("tracing.file").map { .file($0) }
        spanPercent = configuration.integer("tracing.percent")
        logLevel = configuration.text("log.level").flatMap(Logger.Level.init(rawValue:)) ?? .info
        logsAsJSON = configuration.text("log.format") == "json"
        let faults = contradictions(configuration)
        guard faults.isEmpty else { throw ConfigurationFaults(faults: faults) }
    }

    private func contradictions(_ configuration: ResolvedConfiguration) -> [ConfigurationFault] {
        func fault(_ key: String, _ message: String) -> ConfigurationFault {
            ConfigurationFault(source: configuration.source(key) ?? "standard", key: key, message: message)
        }
        var faults = [ConfigurationFault]()
        let authority = issuer.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
        if authority.count != 1 || issuer.contains("?") || issuer.contains("#") || issuer.contains("@") {
            faults.append(
                fault("issuer", "= \"\(issuer)\" must be a scheme and a host, without path, query or slash at the end"))
        }
        if !demo, issuer.hasPrefix("http://") {
            faults.append(
                fault(
                    "issuer",
                    "= \"\(issuer)\" must begin with https:// unless demo is true (flag --demo, YIMEN_DEMO=true)"))
        }
        if !demo, !admission.isEnabled {
            faults.append(fault("limits.enabled", "may be false only where demo is true"))
        }
        if configuration.text("tracing.url") != nil, configuration.text("tracing.file") != nil {
            faults.append(fault("tracing.file", "and tracing.url exclude one another"))
        }
        if let path = configuration.text("tracing.file"), let reason = ServerSettings.fault(inTraceFile: path) {
            faults.append(fault("tracing.file", "= \"\(path)\" \(reason)"))
        }
        if asksForCertificates, tls == nil, trustedProxies.isEmpty {
            faults.append(
                fault(
                    "http.clientCertificates",
                    "has no effect without http.tls; behind a proxy that sends Client-Cert set http.trustedProxies"))
        }
        if configuration.text("issuer") == nil, configuration.text("http.port") == "0" {
            faults.append(fault("http.port", "= 0 needs an issuer, which otherwise follows from the port"))
        }
        for key in ["http.trustedProxies", "outbound.networks", "limits.exempt"] {
            for text in configuration.list(key) where AddressRange(text) == nil {
                faults.append(
                    fault(key, "= \"\(text)\" is no address or network; allowed: 10.1.2.3, 10.0.0.0/8, 2001:db8::/32"))
            }
        }
        return faults
    }
}
