import Core
import Synchronization

/// The ring of a running process, read anew when its directory has changed: a key that is added, made current or
/// retired takes effect without a restart.
package final class LiveKeyRing: Sendable {
    private struct State {
        var ring: KeyRing
        var generation = 0
        /// What the directory's time was when it was read; `nil` when it was so fresh that a change just after might
        /// have got the same time.
        var readAt: Int64?
    }

    private let directory: String?
    private let state: Mutex<State>
    private let generation = Atomic(0)

    /// - Parameter directory: where the ring was loaded from; `nil` for one that never changes.
    package init(_ ring: KeyRing, directory: String? = nil) {
        self.directory = directory
        state = Mutex(State(ring: ring))
    }

    package var ring: KeyRing { state.withLock { $0.ring } }

    /// Longer than a file system takes for one tick of its times.
    private static let tick: Int64 = 100_000_000

    /// Reads the directory if it has changed; otherwise this is one look at its time, so that texts with made-up key
    /// numbers, which anybody can put into a cookie, cost nothing more.
    ///
    /// - Returns: whether the ring is another one than before.
    /// - Throws: `KeyRingFault`; the ring in memory stays in force then.
    @discardableResult
    package func refresh() throws(KeyRingFault) -> Bool {
        guard let directory else { return false }
        let changedAt = try KeyDirectory(path: directory).changedAt()
        if state.withLock({ $0.readAt == changedAt }) { return false }
        let isSettled = Int64(SystemClock().now().milliseconds) * 1_000_000 - changedAt > LiveKeyRing.tick
        let fresh = try KeyRing.load(directory: directory)
        return state.withLock { state in
            state.readAt = isSettled ? changedAt : nil
            guard !state.ring.isSame(as: fresh) else { return false }
            state.ring = fresh
            state.generation += 1
            generation.store(state.generation, ordering: .releasing)
            return true
        }
    }

    fileprivate var currentGeneration: Int { generation.load(ordering: .acquiring) }

    fileprivate func snapshot() -> (ring: KeyRing, generation: Int) {
        state.withLock { ($0.ring, $0.generation) }
    }
}

extension KeyRing {
    /// Key files are written once, so their numbers and places tell everything.
    fileprivate func isSame(as other: KeyRing) -> Bool {
        currentNumber == other.currentNumber && nextNumber == other.nextNumber && numbers == other.numbers
            && retiredNumbers == other.retiredNumbers
    }
}

/// What one use derives from the ring, derived anew only when the ring has changed.
final class Derivation<Value: Sendable>: Sendable {
    private let keys: LiveKeyRing
    private let derive: @Sendable (KeyRing) throws -> Value
    private let cache: Mutex<(generation: Int, value: Value)>

    init(_ keys: LiveKeyRing, _ derive: @escaping @Sendable (KeyRing) throws -> Value) rethrows {
        self.keys = keys
        self.derive = derive
        let (ring, generation) = keys.snapshot()
        cache = Mutex((generation, try derive(ring)))
    }

    /// Should the derivation of a changed ring fail, the former one stays in force.
    var value: Value {
        cache.withLock { cache in
            guard cache.generation != keys.currentGeneration else { return cache.value }
            let (ring, generation) = keys.snapshot()
            if let value = try? derive(ring) { cache = (generation, value) }
            return cache.value
        }
    }
}
