import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A fixed number of threads for work that keeps a core busy for long, with a bounded queue before them.
///
/// The threads run at a lower priority than the rest of the server: while they wait for a core, short requests pass,
/// and on an idle machine they lose nothing.
final class HashingThreads: Sendable {
    private let shared: Shared
    private let count: Int

    /// - Parameter queueLimit: jobs that may wait while every thread is busy.
    init(count: Int, queueLimit: Int) {
        self.count = count
        let shared = Shared(capacity: count + queueLimit)
        self.shared = shared
        for number in 1...count {
            let thread = Thread { shared.run() }
            thread.name = "password-\(number)"
            thread.stackSize = 512 * 1024
            thread.start()
        }
    }

    deinit { shared.stop(threads: count) }

    /// Runs a job, or gives `nil` at once, without waiting, when the queue is full.
    /// - Throws: `CancellationError` when the calling task is cancelled before the job has begun.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws -> Value? {
        let ticket = Ticket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isAccepted = shared.submit {
                    if ticket.isCancelled.load(ordering: .relaxed) {
                        continuation.resume(throwing: CancellationError())
                    } else {
                        continuation.resume(returning: work())
                    }
                }
                if !isAccepted { continuation.resume(returning: nil) }
            }
        } onCancel: {
            ticket.isCancelled.store(true, ordering: .relaxed)
        }
    }

    /// Jobs waiting or running.
    var load: Int { shared.load }
}

/// Remembers that nobody waits for a job's result any more.
private final class Ticket: Sendable {
    let isCancelled = Atomic(false)
}

/// What the threads and their callers hold in common; outlives the pool until the last thread has left.
private final class Shared: Sendable {
    private struct State {
        var jobs = [@Sendable () -> Void]()
        /// Index of the next job; the array is cut when it has been emptied.
        var next = 0
        var unfinished = 0
        var isStopped = false
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    var load: Int { state.withLock { $0.unfinished } }

    func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isAccepted = state.withLock { state in
            guard state.unfinished < capacity else { return false }
            state.unfinished += 1
            state.jobs.append(job)
            return true
        }
        if isAccepted { available.signal() }
        return isAccepted
    }

    /// Waiting jobs are still done, so that no caller is left without an answer.
    func stop(threads: Int) {
        state.withLock { $0.isStopped = true }
        for _ in 0..<threads { available.signal() }
    }

    func run() {
        #if canImport(Glibc)
        // On Linux this lowers the calling thread alone.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        #endif
        while true {
            available.wait()
            let (job, isStopped) = state.withLock { state in (take(from: &state), state.isStopped) }
            if let job {
                job()
                state.withLock { $0.unfinished -= 1 }
            } else if isStopped {
                return
            }
        }
    }

    private func take(from state: inout State) -> (@Sendable () -> Void)? {
        guard state.next < state.jobs.count else { return nil }
        let job = state.jobs[state.next]
        state.next += 1
        if state.next == state.jobs.count {
            state.jobs.removeAll(keepingCapacity: true)
            state.next = 0
        }
        return job
    }
}
