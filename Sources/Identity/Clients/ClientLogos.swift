import Core
import Cryptography
package import Storage

/// Copies of the logos that systems register. The sign-in page shows a picture of ours or none: a picture from another
/// site would tell that site who signs in where, and could change after approval (identity rule 23).
package struct ClientLogos: Sendable {
    package static let topic = "identity.client-logo"
    /// Bytes of a picture.
    static let limit = 64 * 1024

    let database: any Database
    let documents: any OutboundDocuments
    let crypto: any CryptoProvider
    let surroundings: Surroundings

    /// Has the logo fetched after the transaction. Several changes in a row are one fetch.
    static func enqueue(_ client: Client, at now: Instant, in transaction: any Transaction) throws {
        guard client.profile.logoURI != nil else { return }
        try Outbox.enqueue(
            in: transaction, topic: topic,
            payload: String(decoding: JSONValue.string(client.id).encoded(), as: UTF8.self),
            id: "logo:" + client.id, availableAt: now)
    }

    /// The name of our copy; `nil` where there is none yet.
    func digest(of client: Client) async throws -> String? {
        guard client.profile.logoURI != nil else { return nil }
        return try await database.read { try ClientLogoStore.digest(of: client, in: $0) }
    }

    /// The outbox handler: reads the picture under the rules for outbound calls and keeps it when it is one.
    package func deliver(_ message: OutboxMessage) async throws {
        guard let id = try? JSONParser.parse(Array(message.payload.utf8)).stringValue,
            let client = try await database.read({ try ClientStore.find(id, in: $0) }),
            let uri = client.profile.logoURI
        else { return }
        let known = try await database.read { try ClientLogoStore.find(client: id, in: $0) }
        guard known?.uri != uri else { return }
        let bytes = try await documents.document(at: uri, limit: Self.limit)
        guard let type = PictureType.of(bytes) else {
            throw OutboxRejection("the logo of \(id) is no PNG, JPEG or WebP", isFinal: true)
        }
        let text = Base64URL.encode(bytes)
        let logo = ClientLogo(client: id, uri: uri, digest: crypto.digest(text), mediaType: type, bytes: bytes)
        let now = surroundings.now()
        try await database.transaction { try ClientLogoStore.put(logo, encoded: text, at: now, in: $0) }
    }
}

/// A picture as it is served.
struct ClientLogo: Sendable {
    let client: String
    /// Where it was read.
    let uri: String
    let digest: String
    let mediaType: String
    let bytes: [UInt8]
}

/// Kinds of pictures told by their first bytes, whatever the sender calls them. SVG is not among them: it can hold
/// scripts.
enum PictureType {
    static func of(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return "image/png" }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if bytes.count > 12, bytes.starts(with: Array("RIFF".utf8)), bytes[8..<12].elementsEqual("WEBP".utf8) {
            return "image/webp"
        }
        return nil
    }
}
