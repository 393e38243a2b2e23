import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import TestKit
import Testing

@testable import Web

@Suite("Static files: precompressed, with a tag for each form")
struct StaticFilesTests {
    private func path(_ name: String) throws -> String {
        try WebFixture.renderer.get().files.prefix + "/" + name
    }

    @Test func `a style sheet comes in gzip to those who take it`() async throws {
        let path = try path("css/base.css")
        try await WebFixture().run { client in
            let plain = try await client.get(path)
            let small = try await client.get(path, [.acceptEncoding: "gzip, deflate, br"])
            #expect(plain.status == .ok && small.status == .ok)
            #expect(plain.headers[.contentEncoding] == nil)
            #expect(small.headers[.contentEncoding] == "gzip")
            for answer in [plain, small] {
                #expect(answer.headers[.vary] == "Accept-Encoding")
                #expect(answer.headers[.contentType] == "text/css; charset=utf-8")
                #expect(answer.headers[.cacheControl]?.contains("immutable") == true)
            }
            #expect(small.body.readableBytes < plain.body.readableBytes / 2)
            #expect(small.headers[.eTag] != plain.headers[.eTag])
            #expect(Array(small.body.readableBytesView.prefix(2)) == [0x1F, 0x8B])
        }
    }

    @Test func `the parts of a style sheet are served as one, in the order of their names`() async throws {
        let path = try path("css/components.css")
        let folder = WebResources.directory + "/Static/css/components"
        let parts = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(parts.count > 1)
        let texts = try parts.map { try String(contentsOfFile: folder + "/" + $0, encoding: .utf8) }
        let part = try self.path("css/components/\(parts[0])")
        try await WebFixture().run { client in
            let sheet = try await client.get(path)
            let alone = try await client.get(part)
            #expect(sheet.text == texts.joined(separator: "\n"))
            #expect(alone.status == .notFound)
        }
    }

    @Test func `each form is confirmed by its own tag only`() async throws {
        let path = try path("css/base.css")
        try await WebFixture().run { client in
            let plain = try #require(try await client.get(path).headers[.eTag])
            let gzip: HTTPFields = [.acceptEncoding: "gzip"]
            let small = try #require(try await client.get(path, gzip).headers[.eTag])
            let same = try await client.get(path, [.acceptEncoding: "gzip", .ifNoneMatch: small])
            #expect(same.status == .notModified && same.body.readableBytes == 0)
            #expect(same.headers[.vary] == "Accept-Encoding" && same.headers[.contentEncoding] == nil)
            #expect(try await client.get(path, [.acceptEncoding: "gzip", .ifNoneMatch: plain]).status == .ok)
            #expect(try await client.get(path, [.ifNoneMatch: small]).status == .ok)
            #expect(try await client.get(path, [.ifNoneMatch: "W/" + plain]).status == .notModified)
        }
    }

    @Test(arguments: [
        (nil, false), ("", false), ("identity", false), ("gzip", true), ("GZIP", true), ("br, gzip;q=0.5", true),
        ("gzip;q=0", false), ("gzip; q=0.000", false), ("*", true), ("*;q=0", false), ("gzip;q=0, *", false),
        ("deflate", false), ("x-gzip", true),
    ])
    func `who takes gzip is told by RFC 9110`(header: String?, isAllowed: Bool) {
        #expect(AcceptedEncoding.allowsGzip(header) == isAllowed)
    }

    @Test func `what does not get smaller stays as it is`() {
        #expect(Gzip.compress([]) == nil)
        #expect(Gzip.compress([1, 2, 3]) == nil)
        #expect(Gzip.compress((0..<5000).map { _ in UInt8.random(in: 0...255) }) == nil)
        #expect((Gzip.compress([UInt8](repeating: 65, count: 5000))?.count ?? 5000) < 100)
    }
}
