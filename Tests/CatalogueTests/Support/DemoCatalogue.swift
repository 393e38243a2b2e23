import Catalogue
import Foundation

/// The catalogue of `config/seed`, read from its files without a database.
enum DemoCatalogue {
    static let directory: String = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        return tests.appending(path: "../../../config/seed").standardizedFileURL.path(percentEncoded: false)
    }()

    static let snapshot: CatalogueSnapshot = {
        do {
            return CatalogueSnapshot(content: try SeedFiles.read(directory: directory), revision: 1)
        } catch {
            preconditionFailure("\(error)")
        }
    }()
}
