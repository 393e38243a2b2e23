import Storage
import TestKit
import Testing

@Suite("Database conformance") struct ConformanceTests {
    @Test(arguments: Backend.available) func `values come back as they went in`(_ backend: Backend) async throws {
        try await withDatabase(backend, ConformanceTables.all) { try await roundTripConformance($0) }
    }

    @Test(arguments: Backend.available) func `parameters stand in any order`(_ backend: Backend) async throws {
        try await withDatabase(backend, ConformanceTables.all) { try await parameterConformance($0) }
    }

    @Test(arguments: Backend.available) func `bad values and statements are refused`(_ backend: Backend) async throws {
        try await withDatabase(backend, ConformanceTables.all) { try await refusalConformance($0) }
    }

    @Test(arguments: Backend.available, [nil, "c"])
    func `a call that throws is undone alone`(_ backend: Backend, _ key: String?) async throws {
        try await withDatabase(backend, ConformanceTables.all) { try await rollbackConformance($0, key: key) }
    }

    @Test(arguments: Backend.available, [nil, "c"])
    func `a row that is refused at the end undoes its call alone`(_ backend: Backend, _ key: String?) async throws {
        try await withDatabase(backend, ConformanceTables.all) { try await insertionConformance($0, key: key) }
    }

    @Test(arguments: Backend.available, [nil, "c"])
    func `what others end is there for them, also in the same commit`(_ backend: Backend, _ key: String?) async throws {
        try await withDatabase(backend, ConformanceTables.all) {
            try await insertionSeenByOthersConformance($0, key: key)
        }
    }

    @Test(arguments: Backend.available) func `rows at the end stand before those that refer to them`(_ backend: Backend)
        async throws
    {
        try await withDatabase(backend, ConformanceTables.all) { try await insertionOrderConformance($0) }
    }

    @Test(arguments: Backend.available) func `writes sent together are counted apart`(_ backend: Backend) async throws {
        try await withDatabase(backend, ConformanceTables.all) { try await executeAllConformance($0) }
    }

    @Test(arguments: Backend.available) func `a caught fault still undoes the call`(_ backend: Backend) async throws {
        try await withDatabase(backend, ConformanceTables.all) { try await swallowedErrorConformance($0) }
    }

    @Test(arguments: Backend.available) func `a read sees one state`(_ backend: Backend) async throws {
        try await withDatabase(backend, ConformanceTables.all) { try await snapshotConformance($0) }
    }

    @Test(arguments: Backend.available, [nil, "hot"])
    func `as many win as there are places`(_ backend: Backend, _ key: String?) async throws {
        for capacity in [1, 50] {
            try await withDatabase(backend, ConformanceTables.all) {
                try await contentionConformance($0, key: key, capacity: capacity)
            }
        }
    }

    @Test(arguments: Backend.available) func `what commits is announced once`(_ backend: Backend) async throws {
        try await withDatabase(backend, ConformanceTables.all) { try await changeFeedConformance($0) }
    }

    @Test(.timeLimit(.minutes(10)), arguments: Backend.available)
    func `two relays share the outbox`(_ backend: Backend) async throws {
        try await withDatabase(backend) { try await outboxConformance($0) }
    }

    @Test(.enabled(if: Backend.postgresURL != nil, "set YIMEN_TEST_POSTGRES to run on PostgreSQL too"))
    func `PostgreSQL takes part`() {
        #expect(Backend.available.contains(.postgres))
    }
}
