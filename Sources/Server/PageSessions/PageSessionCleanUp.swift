import Logging
import ServiceLifecycle

/// Removes expired page sessions in small batches, so that no request waits for a large delete.
struct PageSessionCleanUp: Service {
    let table: PageSessionTable
    let logger: Logger
    var interval: Duration = .seconds(60)
    var batch = 500

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await table.removeExpired(limit: batch) == batch {}
                } catch {
                    // Being told to stop is no failure.
                    guard !Task.isCancelled else { return }
                    logger.warning("page sessions were not cleaned up", metadata: ["error": "\(error)"])
                }
                do { try await Task.sleep(for: interval) } catch { return }
            }
        }
    }
}
