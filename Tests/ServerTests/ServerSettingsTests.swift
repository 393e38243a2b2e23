import Testing

@testable import Server

@Suite("Configuration: rules that span keys")
struct ServerSettingsTests {
    private func settings(_ flags: [String: String]) async throws -> ServerSettings {
        try ServerSettings(try await ConfigurationLoader(flags: flags, environment: [:]).load())
    }

    private func faultyKeys(_ flags: [String: String]) async throws -> [String] {
        do {
            _ = try await settings(flags)
            return []
        } catch let error as ConfigurationFaults {
            return error.faults.map(\.key)
        }
    }

    @Test func `the issuer follows from port and TLS`() async throws {
        #expect(try await settings(["demo": "true"]).issuer == "http://localhost:8080")
        #expect(try await settings(["demo": "true", "http.port": "8100"]).issuer == "http://localhost:8100")
        let secure = try await settings(["http.tls": "true"])
        #expect(secure.issuer == "https://localhost:8443")
        #expect(secure.tls?.certificate == "certs/server.pem")
    }

    @Test func `outside the demo an http issuer and switched-off limits are refused`() async throws {
        #expect(try await faultyKeys([:]) == ["issuer"])
        #expect(
            try await faultyKeys(["issuer": "https://yimen.example", "limits.enabled": "false"]) == ["limits.enabled"])
        #expect(try await faultyKeys(["issuer": "https://yimen.example"]) == [])
    }

    @Test(arguments: [
        "https://yimen.example/", "https://yimen.example/path", "https://a@yimen.example", "https://yimen.example?x=1",
    ])
    func `an issuer is a scheme and a host`(issuer: String) async throws {
        #expect(try await faultyKeys(["issuer": issuer]) == ["issuer"])
    }

    @Test func `a free port needs an issuer`() async throws {
        #expect(try await faultyKeys(["demo": "true", "http.port": "0"]) == ["http.port"])
    }
}
