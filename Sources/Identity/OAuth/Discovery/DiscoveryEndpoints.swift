import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Web

/// `/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server` and
/// `/oauth2/jwks`; public, cacheable, answered from memory.
struct DiscoveryEndpoints: Sendable {
    private let document: ByteBuffer
    private let keys: SigningKeys

    init(_ discovery: Discovery, keys: SigningKeys) {
        document = ByteBuffer(bytes: discovery.document.encoded())
        self.keys = keys
    }

    func configuration(_ request: Request, _ context: WebContext) -> Response {
        cacheable(Response.json(buffer: document), seconds: 3600)
    }

    /// A short life, since a relying party that meets a new `kid` asks again (RFC 7517 §5).
    func jwks(_ request: Request, _ context: WebContext) -> Response {
        cacheable(Response.json(bytes: keys.published), seconds: 300)
    }

    private func cacheable(_ response: Response, seconds: Int) -> Response {
        var response = response
        response.headers[.cacheControl] = "public, max-age=\(seconds)"
        return response
    }
}
