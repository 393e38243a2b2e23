package import Core
import Dispatch
import Foundation
import ServiceLifecycle
import Synchronization

/// Collects log lines and writes them in large pieces from a thread of its own, so that a request
/// never waits for a terminal or a disk. Lines of level error do not wait for the next piece.
package final class LogSink: Service {
    private let descriptor: Int32
    private let pending = Mutex([UInt8]())
    private let writing = Mutex(())
    private let clock: any WallClock
    /// Bytes held when the reader of the log is slower than we are; beyond them lines are dropped
    /// and counted.
    private static let capacity = 8 << 20
    private let dropped = Atomic(0)
    /// Whether the thread writes; before and after it, whoever logs an error writes it.
    private let isRunning = Atomic(false)
    private let urgent = DispatchSemaphore(value: 0)

    package init(descriptor: Int32 = 1, clock: any WallClock = SystemClock()) {
        self.descriptor = descriptor
        self.clock = clock
    }

    /// Writes what is pending every tenth of a second until shutdown, and the rest then.
    package func run() async throws {
        let thread = Thread { [self] in
            while !Thread.current.isCancelled {
                _ = urgent.wait(timeout: .now() + .milliseconds(100))
                flush()
            }
        }
        thread.name = "log"
        isRunning.store(true, ordering: .sequentiallyConsistent)
        thread.start()
        try? await gracefulShutdown()
        isRunning.store(false, ordering: .sequentiallyConsistent)
        thread.cancel()
        flush()
    }

    /// - Parameter atOnce: wakes the thread. The caller does not wait for it: behind a disk that stands still, every
    ///   error would hold a thread that answers requests.
    package func write(_ line: [UInt8], atOnce: Bool = false) {
        pending.withLock { pending in
            guard pending.count < LogSink.capacity else {
                dropped.add(1, ordering: .relaxed)
                return
            }
            pending.append(contentsOf: line)
        }
        guard atOnce else { return }
        if isRunning.load(ordering: .sequentiallyConsistent) {
            urgent.signal()
        } else {
            flush()
        }
    }

    /// Writes what is pending, one caller at a time and without holding up who only adds a line.
    package func flush() {
        writing.withLock { _ in
            var bytes = pending.withLock { pending in
                let bytes = pending
                pending = []
                return bytes
            }
            let lost = dropped.exchange(0, ordering: .relaxed)
            if lost > 0 {
                bytes += Array("{\"level\":\"warning\",\"message\":\"log lines dropped\",\"count\":\(lost)}\n".utf8)
            }
            guard !bytes.isEmpty else { return }
            try? FileHandle(fileDescriptor: descriptor).write(contentsOf: bytes)
        }
    }

    /// The line of a request, built without the logger's dictionaries: it is the hottest of all.
    func request(id: String, trace: String?, method: String, route: String, status: Int, took: Duration) {
        var line = JSONLine(level: "info", message: "request", at: clock.now())
        line.add("id", id)
        if let trace { line.add("trace", trace) }
        line.add("method", method)
        line.add("route", route)
        line.add("status", status)
        line.add("us", Int(took.microseconds))
        write(line.finished())
    }
}

extension Duration {
    var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
