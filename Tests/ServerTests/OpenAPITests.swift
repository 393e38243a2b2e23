import Core
import Foundation
import Identity
import Logging
import Storage
import Testing
import Web

@testable import Server

@Suite("OpenAPI: the document and the router agree")
struct OpenAPITests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Method and path of every operation in the document.
    private func documented() throws -> Set<String> {
        let bytes = try Data(contentsOf: Self.root.appending(path: "docs/api/openapi.json"))
        let document = try JSONParser.parse(Array(bytes))
        guard case .object(let paths)? = document["paths"] else { return [] }
        return Set(
            paths.flatMap { path -> [String] in
                guard case .object(let operations) = path.value else { return [] }
                return operations.map { $0.name.uppercased() + " " + path.name }
            })
    }

    private func routed() async throws -> Set<String> {
        let directory = FileManager.default.temporaryDirectory.appending(path: "yimen-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let flags = ["demo": "true", "data.directory": directory]
        let settings = try ServerSettings(try await ConfigurationLoader(flags: flags, environment: [:]).load())
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let groundwork = try await Groundwork.open(settings, schema: .asFound, logger: logger)
        _ = try await groundwork.migrator.migrate(Schema.all)
        let house = try await House(groundwork, instruments: .init(logger: logger, sink: nil, metrics: nil))
        let routes = house.router.table.all
            .filter { $0.path.hasPrefix("/api/v1/") || $0.path.hasPrefix("/admin/api/") }
            .filter { $0.method != "HEAD" }
            .map { $0.method + " " + $0.path }
        await groundwork.database.close()
        return Set(routes)
    }

    @Test func `the members of a client in the document are those of the product`() throws {
        let bytes = try Data(contentsOf: Self.root.appending(path: "docs/api/openapi.json"))
        let schema = try JSONParser.parse(Array(bytes))["components"]?["schemas"]?["ClientMembers"]?["properties"]
        let documented = Set(try #require(schema?.objectMembers).map(\.name))
        #expect(documented == Set(ClientMembers.all.map(\.camelName)))
    }

    /// What the middleware may answer stands at every operation, and what reading a body may at each that has one.
    @Test func `every operation lists what any call may answer`() throws {
        let bytes = try Data(contentsOf: Self.root.appending(path: "docs/api/openapi.json"))
        for path in try #require(try JSONParser.parse(Array(bytes))["paths"]?.objectMembers) {
            for operation in try #require(path.value.objectMembers) {
                let listed = Set((operation.value["responses"]?.objectMembers ?? []).map(\.name))
                var expected: Set<String> = ["401", "429", "503", "default"]
                if operation.value["requestBody"] != nil { expected.formUnion(["400", "413", "415"]) }
                if operation.value["security"]?.arrayValue?.isEmpty == false { expected.insert("403") }
                let missing = expected.subtracting(listed)
                #expect(missing.isEmpty, "\(operation.name) \(path.name) does not list \(missing.sorted())")
            }
        }
    }

    @Test func `every route of the API is documented and every documented call is routed`() async throws {
        let documented = try documented()
        let routed = try await routed()
        #expect(documented.count > 20)
        #expect(documented.subtracting(routed) == [], "documented, not routed")
        #expect(routed.subtracting(documented) == [], "routed, not documented")
    }
}
