package import Logging
import ServiceLifecycle
package import Storage
import Synchronization

/// The catalogue as the rest of the product sees it: one current snapshot, replaced as a whole when
/// the tables change.
///
/// Within one process the change feed tells of a change at once. Another process, or a hand at the
/// database, is noticed by its revision, asked for twice a second.
package final class Catalogue: Sendable {
    private let snapshot: Mutex<CatalogueSnapshot>
    private let pinyin = Mutex<PinyinTable?>(nil)

    package init(_ snapshot: CatalogueSnapshot = CatalogueSnapshot(content: CatalogueContent())) {
        self.snapshot = Mutex(snapshot)
    }

    /// Reads the tables; the catalogue is ready to answer afterwards.
    package convenience init(loading database: any Database) async throws {
        let (content, revision) = try await CatalogueStore(database: database).load()
        self.init(CatalogueSnapshot(content: content, revision: revision))
    }

    package var current: CatalogueSnapshot { snapshot.withLock { $0 } }

    /// Reads the tables again when their revision is newer than the current one's.
    package func refresh(from store: CatalogueStore) async throws {
        guard try await store.revision() > current.revision else { return }
        let (content, revision) = try await store.load()
        replace(with: CatalogueSnapshot(content: content, revision: revision, pinyin: pinyin.withLock { $0 }))
    }

    /// Learns the readings of all characters, so that homophones and traditional characters in a query
    /// are understood too. Takes some 300 ms of one core, so it is done once, after the start.
    package func learnAllReadings() async {
        let table = await PinyinTable.complete()
        pinyin.withLock { $0 = table }
        let old = current
        let next = CatalogueSnapshot(content: old.content, revision: old.revision, pinyin: table)
        snapshot.withLock { if $0.revision == next.revision { $0 = next } }
    }

    /// An older revision never displaces a newer one.
    private func replace(with next: CatalogueSnapshot) {
        snapshot.withLock { if next.revision > $0.revision { $0 = next } }
    }
}

/// Keeps a `Catalogue` no more than a second behind its tables.
package struct CatalogueRefresh: Service {
    private static let pollInterval = Duration.milliseconds(500)

    private let catalogue: Catalogue
    private let database: any Database
    private let logger: Logger

    package init(catalogue: Catalogue, database: any Database, logger: Logger) {
        self.catalogue = catalogue
        self.database = database
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { await catalogue.learnAllReadings() }
                group.addTask {
                    for await _ in database.listen(CatalogueStore.channel) { await refresh() }
                }
                group.addTask {
                    while !Task.isCancelled {
                        await refresh()
                        try? await Task.sleep(for: CatalogueRefresh.pollInterval)
                    }
                }
                await group.waitForAll()
            }
        }
    }

    /// A database that cannot be reached now leaves the snapshot as it is; the next round tries again.
    private func refresh() async {
        do {
            try await catalogue.refresh(from: CatalogueStore(database: database))
        } catch is CancellationError {
        } catch {
            logger.warning("the catalogue could not be read", metadata: ["error": "\(error)"])
        }
    }
}
