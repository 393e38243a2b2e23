import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The one way to call a system outside: resolved first, judged by address, connected to exactly the
/// address that was judged, no redirects, bounded in time. Of the answer only the status counts; the body is not read.
package struct OutboundClient: Sendable {
    private let policy: OutboundPolicy

    package init(policy: OutboundPolicy) {
        self.policy = policy
    }

    /// Posts a form.
    ///
    /// - Returns: the status of the answer.
    /// - Throws: `OutboundFault`.
    package func post(_ form: ParameterList, to uri: String) async throws -> Int {
        guard let url = URL(string: uri), let host = url.host, let scheme = url.scheme?.lowercased(),
            scheme == "https" || scheme == "http"
        else { throw OutboundFault.malformedURL }
        let address = try await admittedAddress(of: host, isSecure: scheme == "https")
        var request = HTTPClientRequest(url: uri)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.headers.add(name: "user-agent", value: "Yimen")
        request.body = .bytes(ByteBuffer(string: form.encoded))
        return try await send(request, host: host, address: address)
    }

    /// Every address must be admitted: a name that also points inside is refused as a whole.
    private func admittedAddress(of host: String, isSecure: Bool) async throws -> String {
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let addresses = try await HostResolution.addresses(of: bare)
        guard let first = addresses.first(where: { !$0.contains(":") }) ?? addresses.first else {
            throw OutboundFault.unknownHost
        }
        guard addresses.allSatisfy({ policy.admits(address: $0, isSecure: isSecure) }) else {
            throw OutboundFault.addressNotAllowed
        }
        return first
    }

    private func send(_ request: HTTPClientRequest, host: String, address: String) async throws -> Int {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.dnsOverride = [host: address]
        configuration.timeout.connect = .nanoseconds(policy.timeout.nanoseconds)
        configuration.timeout.read = .nanoseconds(policy.timeout.nanoseconds)
        // One client a call: the judged address is part of its configuration, and calls are few.
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let outcome: Result<Int, any Error>
        do {
            let response = try await client.execute(request, timeout: .nanoseconds(policy.timeout.nanoseconds))
            outcome = .success(Int(response.status.code))
        } catch {
            outcome = .failure(OutboundFault.noAnswer("\(error)"))
        }
        try await client.shutdown()
        return try outcome.get()
    }
}

extension Duration {
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
