import Core
import Logging
import Metrics
import ServiceLifecycle
import Storage

/// Keeps the gauges of database and outbox up to date.
struct StorageWatch: Service {
    let database: any Database
    let clock: any WallClock
    let logger: Logger
    var pace = Duration.seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var topics = Set<String>()
            repeat {
                load()
                do {
                    topics.formUnion(try await outbox(known: topics))
                } catch {
                    logger.debug("outbox gauges stay as they are", metadata: ["error": "\(error)"])
                }
            } while (try? await Task.sleep(for: pace)) != nil
        }
    }

    private func load() {
        let load = database.load
        for (queue, waiting) in load.waiting { set("storage_waiting_calls", waiting, ("queue", queue)) }
        set("storage_workers_busy", load.working)
        set("storage_workers", load.workers)
    }

    /// - Parameter known: topics whose gauges were set before; one that has emptied goes to zero.
    private func outbox(known: Set<String>) async throws -> Set<String> {
        let backlog = try await database.read { try Outbox.backlog($0) }
        let now = clock.now()
        for topic in backlog {
            let lag = topic.oldestWaiting.map { max(0, (now - $0).milliseconds) } ?? 0
            set("outbox_waiting", topic.waiting, ("topic", topic.topic))
            set("outbox_dead_letters", topic.givenUp, ("topic", topic.topic))
            Gauge(label: "outbox_lag_seconds", dimensions: [("topic", topic.topic)]).record(Double(lag) / 1000)
        }
        for gone in known.subtracting(backlog.map(\.topic)) {
            for name in ["outbox_waiting", "outbox_dead_letters", "outbox_lag_seconds"] {
                set(name, 0, ("topic", gone))
            }
        }
        return Set(backlog.map(\.topic))
    }

    private func set(_ name: String, _ value: Int, _ dimensions: (String, String)...) {
        Gauge(label: name, dimensions: dimensions).record(value)
    }
}
