import Foundation
import NIOCore
import Testing

@testable import Server

@Suite("Listening: an address that cannot be had is told with its key")
struct ListeningTests {
    private func listener() async throws -> HTTPListener {
        let flags = ["demo": "true", "http.host": "203.0.113.9", "http.port": "80"]
        return HTTPListener(
            settings: try ServerSettings(try await ConfigurationLoader(flags: flags, environment: [:]).load()))
    }

    @Test(arguments: [
        (EADDRINUSE, ["Port 80 on 203.0.113.9 is taken", "http.port", "YIMEN_HTTP_PORT", "--port"]),
        (EADDRNOTAVAIL, ["203.0.113.9 is no address of this machine", "http.host", "YIMEN_HTTP_HOST", "--host"]),
        (EACCES, ["Port 80 is not open to this user", "http.port", "YIMEN_HTTP_PORT", "--port"]),
    ])
    func `what the kernel refuses is told in words`(code: Int32, words: [String]) async throws {
        let fault = try #require(try await listener().fault(for: IOError(errnoCode: code, reason: "bind")))
        for word in words { #expect(fault.description.contains(word), "\(fault)") }
    }

    @Test func `an unknown host is told in words and other errors are left alone`() async throws {
        let unknown = try #require(throws: SocketAddressError.UnknownHost.self) {
            try SocketAddress.makeAddressResolvingHost("nosuch.invalid", port: 80)
        }
        let fault = try #require(try await listener().fault(for: unknown))
        for word in ["not known", "http.host", "YIMEN_HTTP_HOST", "--host"] {
            #expect(fault.description.contains(word), "\(fault)")
        }
        #expect(try await listener().fault(for: IOError(errnoCode: EPIPE, reason: "write")) == nil)
        #expect(try await listener().fault(for: StartupFault("x")) == nil)
    }
}
