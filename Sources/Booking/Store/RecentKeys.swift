import Synchronization

/// Request keys that this process has answered lately; bounded, and forgetful where it must be.
///
/// It only spares a repeated request the way through a transaction that would be refused: the database
/// decides, and what is forgotten here is still found there.
final class RecentKeys: Sendable {
    private static let half = 16_384

    private struct Generations {
        var young = Set<Int>()
        var old = Set<Int>()
    }

    private let generations = Mutex(Generations())

    func contains(_ key: RequestKey) -> Bool {
        let hash = key.hashValue
        return generations.withLock { $0.young.contains(hash) || $0.old.contains(hash) }
    }

    func insert(_ key: RequestKey) {
        let hash = key.hashValue
        generations.withLock { generations in
            if generations.young.count >= RecentKeys.half {
                generations.old = generations.young
                generations.young.removeAll(keepingCapacity: true)
            }
            generations.young.insert(hash)
        }
    }
}
