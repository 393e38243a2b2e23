package import Core
package import Storage

/// Brings the catalogue's tables to what the seed files say; running it again changes nothing.
package struct CatalogueSeeder: Sendable {
    private let store: CatalogueStore
    private let surroundings: Surroundings

    package init(database: any Database, surroundings: Surroundings) {
        store = CatalogueStore(database: database)
        self.surroundings = surroundings
    }

    /// - Parameter directory: holds `departments.json`, `items.json`, `halls.json` and `calendar.json`.
    /// - Returns: the number of rows changed.
    /// - Throws: `CatalogueSeedRefused` with file, member and reason of every fault; nothing is written then.
    @discardableResult
    package func seed(directory: String) async throws -> Int {
        try await store.apply(SeedFiles.read(directory: directory), at: surroundings.now())
    }
}
