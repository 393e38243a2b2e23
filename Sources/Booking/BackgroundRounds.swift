import Core
import Logging
import ServiceLifecycle

/// Work that is done again and again until shutdown. A round that fails is told to the operator and tried again with
/// the next; nothing depends on one.
struct BackgroundRounds: Sendable {
    let name: String
    let pause: Duration

    func run(_ round: @escaping @Sendable () async throws -> Void) async {
        let logger = Logger(label: "yimen.booking")
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await round()
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("a background round failed", metadata: ["round": "\(name)", "error": "\(error)"])
                }
                do { try await Task.sleep(for: pause) } catch { return }
            }
        }
    }
}
