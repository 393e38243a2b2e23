import Dispatch
import Logging
import ServiceLifecycle
import Storage
import Synchronization
import TestKit
import Testing

@testable import Server

@Suite("Stopping: what is called off is no failure")
struct StoppingTests {
    private struct RecordedLog: LogHandler {
        final class Lines: Sendable {
            let all = Mutex<[String]>([])
        }

        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.notice

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.message) \(event.metadata ?? [:])"
            lines.all.withLock { $0.append(line) }
        }
    }

    private func wait(until condition: () -> Bool) async throws {
        for _ in 0..<2000 where !condition() { try await Task.sleep(for: .milliseconds(5)) }
        #expect(condition())
    }

    /// As when the port turns out to be taken while everything beside the listener has begun its work.
    @Test func `services that are cancelled while they wait for the database log nothing`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { groundwork in
                let database = groundwork.database
                let lines = RecordedLog.Lines()
                let logger = Logger(label: "test", factory: { _ in RecordedLog(lines: lines) })
                let house = try await House(groundwork, instruments: .init(logger: logger, sink: nil, metrics: nil))
                let services = house.services.filter { !($0 is DatabaseService) }
                lines.all.withLock { $0 = [] }

                let gate = DispatchSemaphore(value: 0)
                let readers = database.load.workers - 1
                let blocked = (0..<readers).map { _ in Task { try await database.read { _ in gate.wait() } } }
                try await wait { database.load.working >= readers }
                let running = Task {
                    await withTaskGroup(of: Void.self) { group in
                        for service in services { group.addTask { try? await service.run() } }
                    }
                }
                try await wait { (database.load.waiting["read"] ?? 0) >= 5 }
                running.cancel()
                for _ in 0..<readers { gate.signal() }
                await running.value
                for task in blocked { try await task.value }
                #expect(lines.all.withLock { $0 } == [])
            }
        }
    }
}
