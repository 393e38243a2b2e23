import ArgumentParser
import AsyncHTTPClient
import Foundation
import Hummingbird
import Logging

/// The department sites of the demo and the tests.
///
/// A program of its own on purpose: it knows Yimen by its issuer URL only, and joins as any relying party would, by
/// discovery, authorization code with PKCE, ID token verification, userinfo, and the two logouts.
@main
struct DepartmentSamples: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "department-samples",
        abstract: "Two sample department sites that hand their sign-in to Yimen.",
        discussion: """
            Client secrets are read from SAMPLE_SOCIAL_SECURITY_SECRET and SAMPLE_REAL_ESTATE_SECRET; without them the \
            secrets of the demo seed are used.
            """)

    @Option(help: "The identity provider's issuer URL.")
    var issuer = "http://localhost:8080"

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on.")
    var port = 8090

    @Option(help: "The URL browsers reach these sites at (default: http://localhost:PORT).")
    var publicURL: String?

    @Option(help: "A PEM file with the authority to trust when the issuer's certificate is of a development CA.")
    var caFile: String?

    func validate() throws {
        if let caFile, !FileManager.default.isReadableFile(atPath: caFile) {
            throw ValidationError("--ca-file '\(caFile)' cannot be read.")
        }
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be between 0 and 65535.") }
        for (name, value) in [("--issuer", issuer), ("--public-url", publicURL ?? "http://localhost")] {
            guard let url = URL(string: value), ["http", "https"].contains(url.scheme), url.host != nil,
                url.query == nil, url.fragment == nil
            else { throw ValidationError("\(name) must be an http or https URL without query, not '\(value)'.") }
        }
    }

    func run() async throws {
        let logger = Logger(label: "department-samples")
        let client = HTTPClient(configuration: ProviderClient.configuration(certificateAuthority: caFile))
        do {
            try await serve(client: client, logger: logger)
        } catch {
            try? await client.shutdown()
            throw error
        }
        try await client.shutdown()
    }

    private func serve(client: HTTPClient, logger: Logger) async throws {
        let provider = IdentityProvider(
            issuer: withoutTrailingSlash(issuer), client: ProviderClient(client), logger: logger)
        let site = withoutTrailingSlash(publicURL ?? "http://localhost:\(port)")
        let environment = ProcessInfo.processInfo.environment
        let offices = Department.all.map { department in
            let secret = environment[department.secretVariable] ?? department.demoSecret
            return RelyingParty(department: department, siteURL: site, secret: secret, provider: provider)
        }
        var application = Application(
            responder: SampleRoutes(offices: offices, provider: provider, logger: logger).buildResponder(),
            configuration: .init(address: .hostname(host, port: port), serverName: "department-samples"),
            onServerRunning: { _ in logger.info("department samples at \(site), issuer \(provider.issuer)") },
            logger: logger)
        application.addServices(ProviderWatch(provider: provider, logger: logger))
        try await application.runService()
    }

    private func withoutTrailingSlash(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }
}
