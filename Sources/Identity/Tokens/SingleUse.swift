package import Core
import Cryptography
import Storage

/// Ids that count once: of any number of presentations on any number of processes, one is the first.
package struct SingleUse: Sendable {
    package enum Kind: String, Sendable {
        /// `jti` of a client assertion (RFC 7523 §3).
        case assertion
        /// `jti` of a DPoP proof (RFC 9449 §11.1).
        case proof
        /// `jti` of a request object (RFC 9101 §10.8) or a signed backchannel request.
        case requestObject = "request-object"
    }

    private let database: any Database
    private let crypto: any CryptoProvider

    init(database: any Database, crypto: any CryptoProvider) {
        self.database = database
        self.crypto = crypto
    }

    /// - Parameters:
    ///   - owner: whose id it is: ids of different owners do not meet.
    ///   - expires: from when on the thing would be refused for its age anyway.
    /// - Returns: false for a repetition.
    package func isFirst(_ kind: Kind, _ id: String, of owner: String, until expires: Instant) async throws -> Bool {
        let hash = crypto.digest("\(kind.rawValue):\(owner.utf8.count):\(owner)\(id)")
        return try await database.transaction { try SingleUseStore.claim(kind, hash, until: expires, in: $0) }
    }
}
