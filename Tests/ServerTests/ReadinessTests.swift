import ArgumentParser
import Cryptography
import Foundation
import Storage
import TestKit
import Testing
import Web

@testable import Server

@Suite("Readiness: what must hold before requests may come")
struct ReadinessTests {
    private func failing(_ groundwork: Groundwork, _ state: ServingState) async -> [String] {
        var failing = [String]()
        for check in Readiness(groundwork: groundwork, state: state).checks {
            do { try await check.check() } catch { failing.append(check.name) }
        }
        return failing
    }

    @Test(arguments: Backend.available)
    func `a process is ready until it stops`(backend: Backend) async throws {
        try await Installation.run(backend) { installation in
            try await installation.open { groundwork in
                let state = ServingState()
                #expect(await failing(groundwork, state) == [])
                state.drain()
                #expect(await failing(groundwork, state) == ["serving"])
            }
        }
    }

    @Test func `missing migrations and lost keys are named`() async throws {
        try await Installation.run(.sqlite) { installation in
            try await installation.open { groundwork in
                _ = try await groundwork.database.transaction { transaction in
                    try transaction.execute("DELETE FROM storage_migration WHERE id LIKE 'server/%'")
                }
                try FileManager.default.removeItem(atPath: installation.settings.keyDirectory)
                #expect(await failing(groundwork, ServingState()) == ["schema", "keys"])
            }
        }
    }

    @Test func `exit codes tell a script what kind of trouble it is`() {
        #expect(ExitStatus.of(ConfigurationFaults(faults: [])).rawValue == 78)
        #expect(ExitStatus.of(PageFault("x")).rawValue == 78)
        #expect(ExitStatus.of(StorageError.unavailable("x")).rawValue == 69)
        #expect(ExitStatus.of(StorageError.busy).rawValue == 75)
        #expect(ExitStatus.of(KeyRingFault.permissions("x")).rawValue == 77)
        #expect(ExitStatus.of(StartupFault("x")).rawValue == 1)
    }
}
