import Gateway
import Testing
import Web

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

    @Test func `every class of requests has its limits from the configuration`() async throws {
        let standard = try await settings(["demo": "true"]).admission
        for rate in RateClass.all {
            #expect(AdmissionSettings.standardLimits[rate] != nil, "\(rate.rawValue)")
            #expect(standard.limits[rate] == AdmissionSettings.standardLimits[rate], "\(rate.rawValue)")
            let set = try await settings([
                "demo": "true", "limits.\(rate.rawValue).perMinute": "7", "limits.\(rate.rawValue).burst": "3",
            ]).admission
            #expect(set.limits[rate] == RateLimit(perMinute: 7, burst: 3), "\(rate.rawValue)")
        }
        #expect(standard.isEnabled == false)
        #expect(try await settings(["issuer": "https://yimen.example"]).admission.isEnabled)
    }

    @Test(arguments: [
        ("limits.signIn.perMinute", "0"), ("limits.page.burst", "many"), ("limits.read.perMinute", "1000001"),
        ("limits.exempt", "hall"), ("http.trustedProxies", "10.0.0.0/40"), ("outbound.networks", "localhost"),
    ])
    func `a wrong limit or network stops the start with its key`(key: String, value: String) async throws {
        #expect(try await faultyKeys(["demo": "true", key: value]) == [key])
    }

    @Test func `exempt networks are not counted and others are`() async throws {
        let admission = AdmissionControl(
            settings: try await settings([
                "demo": "true", "limits.enabled": "true", "limits.signIn.perMinute": "1", "limits.signIn.burst": "1",
                "limits.exempt": "10.0.0.0/8",
            ]).admission)
        #expect(admission.admit(.signIn, key: "192.0.2.1") == nil)
        #expect(admission.admit(.signIn, key: "192.0.2.1") != nil)
        for _ in 0..<5 { #expect(admission.admit(.signIn, key: "10.9.9.9") == nil) }
    }

    @Test(arguments: [("/nosuch/spans.json", ["tracing.file"]), ("/", ["tracing.file"]), ("spans.json", [])])
    func `a file that spans cannot be appended to stops the start`(path: String, keys: [String]) async throws {
        #expect(try await faultyKeys(["demo": "true", "tracing.file": path]) == keys)
    }

    @Test func `certificates are asked for where TLS or a proxy can bring them`() async throws {
        let asking = ["demo": "true", "http.clientCertificates": "true"]
        #expect(try await faultyKeys(asking) == ["http.clientCertificates"])
        for (key, value) in [("http.tls", "true"), ("http.trustedProxies", "127.0.0.1")] {
            #expect(try await faultyKeys(asking.merging([key: value]) { own, _ in own }) == [], "\(key)")
        }
    }

    @Test func `a free port needs an issuer`() async throws {
        #expect(try await faultyKeys(["demo": "true", "http.port": "0"]) == ["http.port"])
    }
}
