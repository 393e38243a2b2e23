import NIOCore
import Synchronization

/// Answers given lately, ready to be sent again while the catalogue stays the same.
///
/// Two generations bound it without bookkeeping on the hot path: when the young one is full it
/// becomes the old one, and what nobody asked for meanwhile is dropped.
final class RecentAnswers: Sendable {
    struct Answer: Sendable {
        let body: ByteBuffer
        /// A strong entity tag with its quotes (RFC 9110 §8.8.3).
        let tag: String
    }

    private struct Generations {
        /// Held, so that no later edition can be mistaken for it.
        var edition: CatalogueSnapshot.Edition?
        var young: [String: Answer] = [:]
        var old: [String: Answer] = [:]
    }

    private let generations = Mutex(Generations())
    private let capacity: Int
    private let longestKey: Int

    /// - Parameter capacity: answers of one generation; twice as many are kept at most.
    init(capacity: Int = 512, longestKey: Int = 256) {
        self.capacity = capacity
        self.longestKey = longestKey
    }

    /// - Parameter edition: what the answer was made from; another one empties the cache.
    func answer(for key: String, edition: CatalogueSnapshot.Edition) -> Answer? {
        generations.withLock { generations in
            guard generations.edition === edition else { return nil }
            if let answer = generations.young[key] { return answer }
            guard let answer = generations.old[key] else { return nil }
            generations.young[key] = answer
            return answer
        }
    }

    func keep(_ answer: Answer, for key: String, edition: CatalogueSnapshot.Edition) {
        guard key.utf8.count <= longestKey else { return }
        generations.withLock { generations in
            if generations.edition !== edition {
                generations = Generations(edition: edition)
            } else if generations.young.count >= capacity {
                generations.old = generations.young
                generations.young = [:]
            }
            generations.young[key] = answer
        }
    }
}
