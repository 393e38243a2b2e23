import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity
@testable import Storage

/// Pictures and their way into the database.
enum LogoSamples {
    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)

    /// Delivers what waits in the outbox, as the relay would.
    static func deliver(_ house: House) async throws {
        let waiting = try await house.database.read { statements in
            try statements.query(
                "SELECT id, payload FROM storage_outbox WHERE topic = $1 ORDER BY id", ClientLogos.topic
            )
            .map {
                OutboxMessage(
                    id: try $0.text("id"), topic: ClientLogos.topic, payload: try $0.text("payload"), attempt: 1)
            }
        }
        for message in waiting {
            try await house.provider.clientLogos.deliver(message)
            try await house.database.transaction {
                _ = try $0.execute("DELETE FROM storage_outbox WHERE id = $1", message.id)
            }
        }
    }
}

@Suite("OpenID identity rule 23: logos are copies of our own")
struct LogoTests {
    private static let uri = "https://department.example/logo"

    @Test(arguments: Backend.available)
    func `a picture is copied once, served under the name of its content, and replaced when the address changes`(
        backend: Backend
    ) async throws {
        try await House.run(backend) { house in
            house.outbound.publish(bytes: LogoSamples.png, at: Self.uri)
            let client = try await house.addClient { $0.profile.logoURI = Self.uri }
            try await LogoSamples.deliver(house)
            let digest = try #require(try await house.provider.clientLogos.digest(of: client))
            let answer = try await house.client.get("/client-logos/" + digest)
            #expect(answer.status == .ok && answer.headers[.contentType] == "image/png")
            #expect(answer.headers[.cacheControl]?.contains("immutable") == true)
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            let other = Self.uri + "2"
            house.outbound.publish(bytes: [0xFF, 0xD8, 0xFF, 0xE0], at: other)
            let changed = try await house.provider.registry.update("department") { $0.profile.logoURI = other }.record
            #expect(try await house.provider.clientLogos.digest(of: changed.client) == nil)
            try await LogoSamples.deliver(house)
            let second = try #require(try await house.provider.clientLogos.digest(of: changed.client))
            #expect(second != digest)
            #expect(try await house.client.get("/client-logos/" + digest).status == .notFound)
            #expect(house.outbound.reads == [Self.uri, other])
        }
    }

    @Test(arguments: [
        Array("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>1</script></svg>".utf8), Array("<html>".utf8),
        Array("GIF89a".utf8), [UInt8](), Array("RIFF____WAVE".utf8),
    ])
    func `what is no plain picture is never shown`(bytes: [UInt8]) async throws {
        try await House.run { house in
            house.outbound.publish(bytes: bytes, at: Self.uri)
            let client = try await house.addClient { $0.profile.logoURI = Self.uri }
            await #expect(throws: OutboxRejection.self) { try await LogoSamples.deliver(house) }
            #expect(try await house.provider.clientLogos.digest(of: client) == nil)
            var browser = Browser()
            let page = try #require(try await house.authorize(Attempt(), &browser).page)
            #expect(!page.text.contains("client-logos") && !page.text.contains(Self.uri))
        }
    }

    @Test func `whoever is asked to allow something sees the copy of the picture that is registered now`() async throws
    {
        try await House.run { house in
            try await house.addCitizen()
            house.outbound.publish(bytes: LogoSamples.png, at: Self.uri)
            try await house.addClient {
                $0.profile.logoURI = Self.uri
                $0.policy.requireConsent = true
            }
            func consent() async throws -> TestResponse {
                var browser = Browser()
                let end = try await house.signIn(try await house.authorize(Attempt(), &browser), &browser)
                #expect(end.path?.hasPrefix("/consent") == true)
                return try #require(end.page)
            }
            #expect(!(try await consent()).text.contains("client-logos"))
            try await LogoSamples.deliver(house)
            let shown = try #require(
                try await consent().text.firstMatch(of: /src="(\/client-logos\/[A-Za-z0-9_-]+)"/)?.1)
            #expect(try await house.client.get(String(shown)).headers[.contentType] == "image/png")
            let other = Self.uri + "2"
            house.outbound.publish(bytes: [0xFF, 0xD8, 0xFF, 0xE0], at: other)
            _ = try await house.provider.registry.update("department") { $0.profile.logoURI = other }
            try await house.provider.clients.refresh()
            try await LogoSamples.deliver(house)
            let second = try #require(
                try await consent().text.firstMatch(of: /src="(\/client-logos\/[A-Za-z0-9_-]+)"/)?.1)
            #expect(second != shown)
            #expect(try await house.client.get(String(second)).headers[.contentType] == "image/jpeg")
        }
    }

    @Test func `a picture that is too large is not read`() async throws {
        try await House.run { house in
            house.outbound.publish(
                bytes: LogoSamples.png + [UInt8](repeating: 0, count: ClientLogos.limit), at: Self.uri)
            try await house.addClient { $0.profile.logoURI = Self.uri }
            await #expect(throws: (any Error).self) { try await LogoSamples.deliver(house) }
        }
    }
}
