import Synchronization

/// The catalogue as the rest of the product sees it: one current snapshot, replaced as a whole.
package final class Catalogue: Sendable {
    private let snapshot: Mutex<CatalogueSnapshot>

    package init(_ snapshot: CatalogueSnapshot = CatalogueSnapshot(content: CatalogueContent())) {
        self.snapshot = Mutex(snapshot)
    }

    package var current: CatalogueSnapshot { snapshot.withLock { $0 } }

    /// Replaces the snapshot; an older revision never displaces a newer one.
    func replace(with next: CatalogueSnapshot) {
        snapshot.withLock { if next.revision >= $0.revision { $0 = next } }
    }
}
