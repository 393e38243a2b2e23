import Hummingbird
package import HummingbirdTesting
package import Web

/// Where a chain of redirects came to rest.
package enum FlowEnd: Sendable {
    /// A page of the server under test.
    case page(TestResponse, path: String)
    /// An address outside the server, where a relying party would take over.
    case left(to: String)

    package var page: TestResponse? { if case .page(let response, _) = self { response } else { nil } }
    package var address: String? { if case .left(let address) = self { address } else { nil } }

    /// The parameters that a relying party would read.
    package var answer: ParameterList? {
        address.flatMap { address in try? ParameterList(query: address.split(separator: "?").last.map(String.init)) }
    }
}

extension Browser {
    /// Opens an address and walks its redirects, as a browser does, until a page or an address that
    /// is not the server's own.
    package mutating func followFlow(
        _ uri: String, origin: String, _ client: some TestClientProtocol
    ) async throws -> FlowEnd {
        let response = try await get(uri, client)
        return try await follow(response, at: uri, origin: origin, client)
    }

    /// Walks on from an answer, for instance that of a posted form.
    package mutating func follow(
        _ response: TestResponse, at uri: String, origin: String, _ client: some TestClientProtocol
    ) async throws -> FlowEnd {
        var response = response
        var path = uri
        for _ in 0..<10 {
            guard (301...303).contains(response.status.code), let location = response.headers[.location] else { break }
            if location.hasPrefix(origin + "/") {
                path = String(location.dropFirst(origin.count))
            } else if location.hasPrefix("/") {
                path = location
            } else {
                return .left(to: location)
            }
            response = try await get(path, client)
        }
        return .page(response, path: path)
    }
}
