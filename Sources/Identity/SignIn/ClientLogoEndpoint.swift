import Core
import HTTPTypes
import Hummingbird
import NIOCore
import Storage
import Web

/// `GET /client-logos/{digest}`: a copy of a picture, under a name that changes with its content.
struct ClientLogoEndpoint: Sendable {
    let database: any Database

    /// Another picture is another address, so that no cache shows an old one.
    static func path(_ digest: String) -> String { "/client-logos/" + digest }

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        let digest = try context.pathParameter("digest", max: 64)
        guard let logo = try await database.read({ try ClientLogoStore.find(digest: digest, in: $0) }) else {
            throw Problem(.notFound)
        }
        return Response(
            status: .ok,
            headers: [.contentType: logo.mediaType, .cacheControl: "public, max-age=31536000, immutable"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: logo.bytes)))
    }
}
