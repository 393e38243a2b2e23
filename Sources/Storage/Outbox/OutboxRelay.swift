package import Core
package import Logging
import ServiceLifecycle

/// Delivers the messages of the outbox: every topic has its own lane, so that a receiver that
/// hangs delays nobody but itself.
///
/// Delivery is at least once: a process that dies between delivering and removing leaves the
/// message to the next relay once its lease has ended. Messages of one topic may overtake
/// one another. The clocks of several machines must agree within a few seconds.
package final class OutboxRelay: Service {
    package typealias Handler = @Sendable (OutboxMessage) async throws -> Void

    package struct Settings: Sendable {
        /// How long a message belongs to the relay that took it; a handler is cancelled before.
        package var lease = Duration.seconds(60)
        /// Deliveries of one topic that run at the same time.
        package var concurrency = 8
        /// Pause after the first failure; it doubles with each further one.
        package var firstPause = Duration.seconds(1)
        package var longestPause = Duration.minutes(10)
        /// After so many attempts a message is given up and kept for the operator.
        package var attempts = 25
        /// How often to look for messages that became due, or were left by a dead relay.
        package var poll = Duration.seconds(1)

        package init() {}
    }

    private let lanes: [OutboxLane]
    private let database: any Database

    /// - Parameter handlers: by topic; messages of other topics are left to other relays.
    package init(
        database: any Database, handlers: [String: Handler], surroundings: Surroundings = Surroundings(),
        settings: Settings = Settings(), logger: Logger
    ) {
        self.database = database
        lanes = handlers.map { topic, handler in
            OutboxLane(topic, handler, OutboxStore(database: database), surroundings, settings, logger)
        }
    }

    /// Runs until shutdown; deliveries in progress are finished.
    package func run() async throws {
        let lanes = lanes
        let changes = database.listen(Outbox.channel)
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await change in changes {
                        for lane in lanes where change == .missed || change == .payload(lane.topic) { lane.wake() }
                    }
                }
                await withTaskGroup(of: Void.self) { inner in
                    for lane in lanes { inner.addTask { await lane.run() } }
                }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            for lane in lanes { lane.stop() }
        }
    }
}
