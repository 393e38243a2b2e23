import Core
import ServiceLifecycle
import Storage

/// Repeats an action after each announcement on a channel and at a steady pace, until shutdown.
enum Watch {
    /// - Parameter action: must not throw; a failure is logged by it and the next round tries again.
    static func run(
        _ database: any Database, channel: String, every pace: Duration,
        _ action: @escaping @Sendable () async -> Void
    ) async throws {
        let changes = database.listen(channel)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in changes { await action() }
                }
                group.addTask {
                    while !Task.isCancelled {
                        await action()
                        try? await Task.sleep(for: pace)
                    }
                }
                await group.waitForAll()
            }
        }
    }
}
