import Foundation
import Testing

/// The databases that a test runs on: `@Test(arguments: Backend.available)`.
package enum Backend: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite, postgres

    /// PostgreSQL joins in when `YIMEN_TEST_POSTGRES` holds a libpq URL or connection string.
    package static var available: [Backend] {
        postgresURL == nil ? [.sqlite] : [.sqlite, .postgres]
    }

    package static var postgresURL: String? {
        guard let url = ProcessInfo.processInfo.environment["YIMEN_TEST_POSTGRES"], !url.isEmpty else { return nil }
        return url
    }

    package var testDescription: String { rawValue }
}
