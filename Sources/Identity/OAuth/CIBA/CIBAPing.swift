package import Core
import Cryptography
import Logging
package import Storage
package import Web

/// Tells a system in ping mode that it may collect (CIBA Core §10.2). One message, no retry after an
/// answer: a system that misses it still polls.
package struct CIBAPing: Sendable {
    package static let topic = "identity.ciba-ping"

    let database: any Database
    let clients: ClientDirectory
    let crypto: any CryptoProvider
    let calls: any OutboundNotices
    let surroundings: Surroundings

    private static func context(_ approval: String) -> String { "identity_approval.notification:" + approval }

    static func seal(authReqID: String, token: String, approval: String, by crypto: any CryptoProvider) throws -> String
    {
        let payload = JSONValue.object(["auth_req_id": .string(authReqID), "token": .string(token)])
        return try crypto.seal(payload.encoded(), context: context(approval))
    }

    static func enqueue(
        _ approval: Approval, for client: Client, at now: Instant, _ surroundings: Surroundings,
        in transaction: any Transaction
    ) throws {
        guard approval.kind == .ciba, client.policy.cibaNotificationURI != nil else { return }
        let payload = JSONValue.object(["client": .string(client.id), "approval": .string(approval.id)])
        try Outbox.enqueue(
            in: transaction, topic: topic, payload: String(decoding: payload.encoded(), as: UTF8.self),
            id: surroundings.newID(), availableAt: now)
    }

    /// The outbox handler. Any answer ends it, redirects included, which are not followed; only silence
    /// is tried again.
    package func deliver(_ message: OutboxMessage) async throws {
        let payload = try JSONParser.parse(Array(message.payload.utf8))
        let now = surroundings.now()
        guard let id = payload["client"]?.stringValue, let approval = payload["approval"]?.stringValue,
            let uri = try await clients.find(id)?.policy.cibaNotificationURI,
            let sealed = try await database.read({ try ApprovalStore.notification(of: approval, at: now, in: $0) })
        else { return }
        let opened = try JSONParser.parse(try crypto.open(sealed, context: Self.context(approval)))
        guard let authReqID = opened["auth_req_id"]?.stringValue, let token = opened["token"]?.stringValue else {
            return
        }
        let body = JSONValue.object(["auth_req_id": .string(authReqID)])
        _ = try await calls.post(body, bearer: Secret(token), to: uri)
    }
}

/// Posts JSON with a bearer token to systems outside, under the same guard as `OutboundForms`.
package protocol OutboundNotices: Sendable {
    /// - Returns: the status of the answer.
    /// - Throws: when there was no answer.
    func post(_ body: JSONValue, bearer: Secret<String>, to uri: String) async throws -> Int
}

extension OutboundClient: OutboundNotices {}
