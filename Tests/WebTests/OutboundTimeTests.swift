import Foundation
import Testing
import Web

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite("Identity rule 17: a slow system holds up nobody", .timeLimit(.minutes(10)))
struct OutboundTimeTests {
    private func policy() throws -> OutboundPolicy {
        var policy = OutboundPolicy(allowedRanges: AddressRange.loopback, allowsPlainHTTP: true)
        policy.timeout = .milliseconds(500)
        return policy
    }

    @Test func `the head is the answer, though the body never comes to its end`() async throws {
        let server = try SlowServer(
            first: "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", then: "x", every: .milliseconds(50))
        defer { server.stop() }
        let status = try await OutboundClient(policy: try policy()).post(
            ParameterList(["logout_token": "t"]), to: server.address)
        #expect(status == 200)
    }

    @Test func `a head that trickles in is no answer`() async throws {
        let server = try SlowServer(first: "HTTP/1.1 200 OK\r\n", then: "X-More: 1\r\n", every: .milliseconds(50))
        defer { server.stop() }
        await #expect(throws: OutboundFault.self) {
            _ = try await OutboundClient(policy: try policy()).post(
                ParameterList(["logout_token": "t"]), to: server.address)
        }
    }

    @Test func `silence is no answer`() async throws {
        let server = try SlowServer(first: "", then: "", every: .milliseconds(50))
        defer { server.stop() }
        await #expect(throws: OutboundFault.self) {
            _ = try await OutboundClient(policy: try policy()).post(
                ParameterList(["logout_token": "t"]), to: server.address)
        }
    }
}

/// Takes connections on a loopback port, answers with `first` and then with `then` again and again until it is stopped
/// or the other side goes.
private final class SlowServer: Sendable {
    let address: String
    private let listener: Int32

    struct Unavailable: Error {}

    init(first: String, then: String, every pace: Duration) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                bind(listener, general, length) == 0 && listen(listener, 8) == 0
                    && getsockname(listener, general, &length) == 0
            }
        }
        guard isListening else { throw Unavailable() }
        let port = UInt16(bigEndian: name.sin_port)
        self.listener = listener
        address = "http://127.0.0.1:\(port)/backchannel"
        let microseconds = UInt32(pace.components.attoseconds / 1_000_000_000_000)
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread { Self.answer(connection, first, then, microseconds) }
            }
        }
    }

    /// Ends with the connection: a write after the other side has gone fails.
    private static func answer(_ connection: Int32, _ first: String, _ then: String, _ microseconds: UInt32) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        _ = recv(connection, &buffer, buffer.count, 0)
        _ = send(connection, first, first.utf8.count, Int32(MSG_NOSIGNAL))
        while true {
            usleep(microseconds)
            if then.isEmpty {
                if recv(connection, &buffer, buffer.count, Int32(MSG_DONTWAIT)) == 0 { break }
            } else if send(connection, then, then.utf8.count, Int32(MSG_NOSIGNAL)) < 0 {
                break
            }
        }
        close(connection)
    }

    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
