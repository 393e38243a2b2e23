import Foundation
import HTTPTypes
package import Hummingbird
package import NIOCore

/// Finds the certificate by which the client of a machine endpoint identified itself: of our own TLS connection, or, where
/// a trusted proxy ends TLS, as it states it in `Client-Cert` (RFC 9440 §2.2). From anybody else the header means nothing.
package struct ClientCertificates: RouterMiddleware {
    /// DER bytes of the certificate of a connection; `nil` without one.
    package typealias OfConnection = @Sendable (any NIOCore.Channel) async -> [UInt8]?

    let proxies: [AddressRange]
    let ofConnection: OfConnection?

    package func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if let peer = context.connectionAddress, proxies.contains(where: { $0.contains(peer) }) {
            context.clientCertificate = Self.stated(in: request.headers[values: .clientCert])
        } else if let ofConnection, let connection = context.connection {
            context.clientCertificate = await ofConnection(connection)
        }
        return try await next(request, context)
    }

    /// A byte sequence between colons (RFC 8941 §3.3.5), once.
    static func stated(in headers: [String]) -> [UInt8]? {
        guard headers.count == 1, let header = headers.first, header.utf8.count <= 16_384, header.utf8.count > 2,
            header.hasPrefix(":"), header.hasSuffix(":"),
            let der = Data(base64Encoded: String(header.dropFirst().dropLast()))
        else { return nil }
        return Array(der)
    }
}

extension HTTPField.Name {
    /// RFC 9440 §2.2.
    static let clientCert = HTTPField.Name("client-cert") ?? .authorization
}
