import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL

/// The one way these sites speak to the identity provider: bounded in time and size, never following a redirect.
struct ProviderClient: Sendable {
    /// - Parameter certificateAuthority: a PEM file to trust in place of the system's authorities.
    static func configuration(certificateAuthority: String?) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(3), read: .seconds(10)))
        // A provider that refuses connections should be reported at once; trying again is ours to do.
        configuration.connectionPool.retryConnectionEstablishment = false
        if let certificateAuthority {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(certificateAuthority)
            configuration.tlsConfiguration = tls
        }
        return configuration
    }

    private static let largestAnswer = 256 * 1024
    private let client: HTTPClient

    init(_ client: HTTPClient) {
        self.client = client
    }

    /// Fetches a JSON document.
    /// - Throws: ``SignInFault/providerUnavailable(_:)`` when nobody answers, ``SignInFault/notTrusted(_:)`` when the
    ///   answer is no 200, or a `DecodingError`.
    func get<Document: Decodable>(_ url: String, as: Document.Type, bearer: String? = nil) async throws -> Document {
        try JSONDecoder().decode(Document.self, from: try await getData(url, bearer: bearer))
    }

    /// Fetches a document's bytes, see ``get(_:as:bearer:)``.
    func getData(_ url: String, bearer: String? = nil) async throws -> Data {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "accept", value: "application/json")
        if let bearer { request.headers.add(name: "authorization", value: "Bearer \(bearer)") }
        let (status, body) = try await send(request)
        guard status == 200 else { throw SignInFault.notTrusted("GET \(url) answered \(status)") }
        return body
    }

    /// Posts a form with HTTP Basic client authentication (RFC 6749 §2.3.1: both parts are form-encoded first).
    /// - Returns: the status and the body, whatever the status.
    func post(_ url: String, form: [(String, String)], clientID: String, secret: String) async throws -> (Int, Data) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        let credentials = "\(FormEncoding.encode(clientID)):\(FormEncoding.encode(secret))"
        request.headers.add(name: "authorization", value: "Basic \(Data(credentials.utf8).base64EncodedString())")
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: FormEncoding.encode(form)))
        return try await send(request)
    }

    private func send(_ request: HTTPClientRequest) async throws -> (Int, Data) {
        do {
            let response = try await client.execute(request, timeout: .seconds(10))
            let body = try await response.body.collect(upTo: Self.largestAnswer)
            if response.status.code >= 500 {
                throw SignInFault.providerUnavailable("\(request.url) answered \(response.status.code)")
            }
            return (Int(response.status.code), Data(body.readableBytesView))
        } catch let fault as SignInFault {
            throw fault
        } catch {
            throw SignInFault.providerUnavailable("\(request.url): \(error)")
        }
    }
}
