import Foundation
import Storage
import TestKit
import Testing

@testable import Server

@Suite("yimen migrate --dry-run: looks and makes nothing")
struct MigrateCommandTests {
    @Test func `in an empty place everything is listed and nothing is made`() async throws {
        try await withTemporaryDirectory { directory in
            let place = directory + "/data"
            let flags = ["demo": "true", "data.directory": place]
            let settings = try ServerSettings(try await ConfigurationLoader(flags: flags, environment: [:]).load())
            let listed = try await MigrateCommand.pending(settings)
            #expect(!FileManager.default.fileExists(atPath: place))
            let applied = try await Installation(settings: settings).open { try await $0.migrator.migrate(Schema.all) }
            #expect(listed == applied)
            #expect(try await MigrateCommand.pending(settings).isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func `beside a database no key is made`(backend: Backend) async throws {
        try await Installation.run(backend) { installation in
            try FileManager.default.removeItem(atPath: installation.settings.keyDirectory)
            #expect(try await MigrateCommand.pending(installation.settings).isEmpty)
            #expect(!FileManager.default.fileExists(atPath: installation.settings.keyDirectory))
        }
    }
}
