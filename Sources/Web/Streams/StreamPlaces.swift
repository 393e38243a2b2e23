import Core
import Synchronization

/// The event streams open now, counted in all and by address, so that no one caller takes the places of all others.
final class StreamPlaces: Sendable {
    private let limit: Int
    private let limitPerAddress: Int
    private let taken = Mutex(Taken())

    private struct Taken {
        var all = 0
        /// By the caller's key.
        var byAddress: [String: Int] = [:]
    }

    init(limit: Int, limitPerAddress: Int) {
        self.limit = limit
        self.limitPerAddress = limitPerAddress
    }

    var count: Int { taken.withLock { $0.all } }

    /// - Throws: 429 when the address has as many streams as one may have, 503 when all places are taken.
    func take(for address: String) throws -> Place {
        let key = CallerKey.normalise(address)
        try ask(for: key) { taken in
            taken.all += 1
            taken.byAddress[key, default: 0] += 1
        }
        return Place(in: self, key: key)
    }

    /// Whether there is a place, without taking it even for a moment: a stream that comes just then would be refused.
    ///
    /// - Throws: as `take(for:)`.
    func requireFree(for address: String) throws {
        try ask(for: CallerKey.normalise(address)) { _ in }
    }

    private func ask(for key: String, then use: (inout Taken) -> Void) throws {
        let refusal: ProblemKind? = taken.withLock { taken in
            if taken.byAddress[key, default: 0] >= limitPerAddress { return .tooManyRequests }
            if taken.all >= limit { return .busy }
            use(&taken)
            return nil
        }
        if let refusal { throw Problem(refusal, headers: [Problem.Header("Retry-After", "5")]) }
    }

    private func leave(_ key: String) {
        taken.withLock { taken in
            taken.all -= 1
            let left = taken.byAddress[key, default: 1] - 1
            taken.byAddress[key] = left > 0 ? left : nil
        }
    }

    /// One stream's place. It is free again when the stream ends, and also when it never began: an answer whose
    /// client has gone is let go of unwritten.
    final class Place: Sendable {
        private let places: StreamPlaces
        private let key: String
        private let isFree = Atomic(false)

        fileprivate init(in places: StreamPlaces, key: String) {
            self.places = places
            self.key = key
        }

        func leave() {
            guard !isFree.exchange(true, ordering: .relaxed) else { return }
            places.leave(key)
        }

        deinit { leave() }
    }
}
