import ArgumentParser
import Hummingbird
import Logging

/// `yimen rehearsal-listener`, for `make bench`: the framework with nothing of ours around it, answering
/// `/health/live` as the server does.
struct RehearsalListenerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearsal-listener", abstract: "A bare listener to measure the server against.",
        shouldDisplay: false)

    @Option(help: "The port on 127.0.0.1, 1 to 65535.")
    var port: Int

    func validate() throws {
        guard (1...65_535).contains(port) else { throw ValidationError("--port must be between 1 and 65535.") }
    }

    func run() async throws {
        let router = Router(context: BasicRequestContext.self)
        router.get("/health/live") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "{\"status\":\"ok\"}")))
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)),
            logger: Logger(label: "bare") { _ in SwiftLogNoOpLogHandler() })
        try await application.runService()
    }
}
