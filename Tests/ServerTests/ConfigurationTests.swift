import ArgumentParser
import Foundation
import Testing

@testable import Server

@Suite("Configuration: flags, environment, file")
struct ConfigurationTests {
    private func load(
        _ file: String? = nil, environment: [String: String] = [:], flags: [String: String] = [:]
    ) async throws -> ResolvedConfiguration {
        var loader = ConfigurationLoader(flags: flags, environment: environment)
        if let file {
            let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString + ".yaml").path
            try file.write(toFile: path, atomically: true, encoding: .utf8)
            loader.file = path
        }
        defer { loader.file.map { try? FileManager.default.removeItem(atPath: $0) } ?? () }
        return try await loader.load()
    }

    private func faults(
        _ file: String? = nil, environment: [String: String] = [:], flags: [String: String] = [:]
    ) async -> [ConfigurationFault] {
        do {
            _ = try await load(file, environment: environment, flags: flags)
            return []
        } catch let error as ConfigurationFaults {
            return error.faults
        } catch {
            Issue.record("unexpected \(error)")
            return []
        }
    }

    @Test func `standard values hold without any source`() async throws {
        let configuration = try await load()
        #expect(configuration.text("http.host") == "127.0.0.1")
        #expect(configuration.boolean("demo") == false)
        #expect(configuration.text("database.url") == nil)
    }

    @Test func `flags win over the environment and the environment over the file`() async throws {
        let file = "http:\n  port: 1001\n  host: 127.0.0.3\n"
        let environment = ["YIMEN_HTTP_PORT": "1002"]
        #expect(try await load(file).integer("http.port") == 1001)
        #expect(try await load(file, environment: environment).integer("http.port") == 1002)
        let all = try await load(file, environment: environment, flags: ["http.port": "1003"])
        #expect(all.integer("http.port") == 1003)
        #expect(all.source("http.port") == "flag")
        #expect(all.text("http.host") == "127.0.0.3")
    }

    @Test(arguments: [
        ("data.directory", "YIMEN_DATA_DIRECTORY"), ("database.url", "YIMEN_DATABASE_URL"),
        ("http.host", "YIMEN_HTTP_HOST"), ("http.port", "YIMEN_HTTP_PORT"), ("issuer", "YIMEN_ISSUER"),
        ("demo", "YIMEN_DEMO"), ("http.idleTimeout", "YIMEN_HTTP_IDLE_TIMEOUT"),
    ])
    func `scripts may rely on the environment names`(key: String, variable: String) throws {
        #expect(try #require(ConfigurationKeys.named[key]).environmentName == variable)
    }

    @Test func `a two-word variable reaches its key`() async throws {
        let configuration = try await load(environment: ["YIMEN_HTTP_IDLE_TIMEOUT": "7"])
        #expect(configuration.integer("http.idleTimeout") == 7)
    }

    @Test func `a list comes from each source`() async throws {
        let file = "http:\n  trustedProxies: [10.0.0.1, 10.1.0.0/16]\n"
        #expect(try await load(file).list("http.trustedProxies") == ["10.0.0.1", "10.1.0.0/16"])
        let variable = ["YIMEN_HTTP_TRUSTED_PROXIES": "10.0.0.1,10.0.0.2"]
        #expect(try await load(environment: variable).list("http.trustedProxies") == ["10.0.0.1", "10.0.0.2"])
        let flag = ["http.trustedProxies": "10.0.0.9, 10.0.0.8"]
        #expect(try await load(flags: flag).list("http.trustedProxies") == ["10.0.0.9", "10.0.0.8"])
    }

    @Test func `a wrong value names file, line, key and the allowed values`() async throws {
        let found = await faults("demo: true\nhttp:\n  port: eighty\n")
        let fault = try #require(found.first)
        #expect(found.count == 1)
        #expect(fault.source.hasSuffix(".yaml:3"))
        #expect(fault.key == "http.port")
        #expect(fault.message.contains("\"eighty\""))
        #expect(fault.message.components(separatedBy: "0 to 65535").count == 2)
    }

    @Test func `every fault is told at once`() async throws {
        let found = await faults(
            "http:\n  prot: 80\nlog:\n  level: loud\n", environment: ["YIMEN_NOPE": "1"], flags: ["nope.nope": "1"])
        #expect(Set(found.map(\.key)) == ["http.prot", "log.level", "YIMEN_NOPE", "nope.nope"])
        #expect(found.first { $0.key == "http.prot" }?.message.contains("http.port") == true)
    }

    @Test(arguments: [
        ("booking.limits", "is a group; its keys: booking.limits.active, booking.limits.perItemAndDay"),
        ("http", "is a group; its keys: http.host, http.port"), ("http.prot", "known here: http.host, http.port"),
        ("wibble.a", "known here: issuer, demo, http.…, data.…"), ("wibble", "known here: issuer, demo, http.…"),
        ("booking.nope", "booking.limits.…"),
    ])
    func `a key that is none is told with those that are`(key: String, words: String) async throws {
        let flag = try #require(await faults(flags: [key: "3"]).first)
        #expect(flag.key == key && flag.message.contains(words), "\(flag)")
    }

    @Test func `a group with a value in the file is told with its line`() async throws {
        let fault = try #require(await faults("booking:\n  limits: 3\n").first)
        #expect(fault.source.hasSuffix(":2") && fault.message.hasPrefix("is a group"))
    }

    @Test(arguments: [
        ("YIMEN_HTTP_PORTT", "did you mean YIMEN_HTTP_PORT?"), ("YIMEN_HTP_HOST", "did you mean YIMEN_HTTP_HOST?"),
        ("YIMEN_SOMETHING_ELSE", "yimen configuration example"),
    ])
    func `a misspelt variable is told with the one that is near`(name: String, words: String) async throws {
        let fault = try #require(await faults(environment: [name: "1"]).first)
        #expect(fault.key == name && fault.message.contains(words), "\(fault)")
    }

    @Test(arguments: ["=1", "=", "log.level"])
    func `a setting without a key or a value is wrong usage`(text: String) {
        #expect(throws: (any Error).self) { try ConfigurationOptions.parse(["--set", text]) }
    }

    @Test(arguments: [(NSTemporaryDirectory(), "is a directory"), ("/nosuch/yimen.yaml", "is not there")])
    func `a path that is no file is told as what it is`(path: String, words: String) async throws {
        let refused = await #expect(throws: ConfigurationFaults.self) {
            try await ConfigurationLoader(file: path, environment: [:]).load()
        }
        let fault = try #require(refused?.faults.first)
        #expect(fault.source == path && fault.message.contains(words), "\(fault)")
    }

    @Test func `a secret is not printed in a fault`() async throws {
        let found = await faults(environment: ["YIMEN_DATABASE_URL": "mysql://someone:hidden@host/db"])
        #expect(found.count == 1)
        #expect(found.allSatisfy { !$0.description.contains("hidden") })
    }

    @Test(arguments: ["", "\n", "# nothing but a comment\n"])
    func `a file without settings sets nothing`(text: String) async throws {
        #expect(await faults(text).isEmpty)
    }

    @Test(arguments: ["- a\n- b\n", "http: [unclosed\n", "just text"])
    func `a file that is no mapping is refused`(text: String) async throws {
        let found = await faults(text)
        #expect(found.count == 1)
    }

    @Test(arguments: [
        ("config/yimen.example.yaml", ConfigurationReference.exampleFile()),
        ("docs/configuration.md", ConfigurationReference.markdown()),
    ])
    func `the reference equals the program`(path: String, expected: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        #expect(try String(contentsOf: root.appending(path: path), encoding: .utf8) == expected)
    }
}
