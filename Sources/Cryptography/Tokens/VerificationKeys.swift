package import Core

/// The public keys of one issuer.
package struct VerificationKeys: Sendable {
    private let keys: [String: VerificationKey]
    private let order: [String]

    /// Of two keys with one `kid` the first counts.
    package init(_ keys: [VerificationKey]) {
        self.keys = Dictionary(keys.map { ($0.id, $0) }) { first, _ in first }
        var seen = Set<String>()
        order = keys.map(\.id).filter { seen.insert($0).inserted }
    }

    package init(_ keys: [SigningKey]) {
        self.init(keys.map(\.verificationKey))
    }

    /// Reads a JWK Set (RFC 7517 §5). Keys of unknown types, of a size that is not accepted or without a required
    /// member are passed over, as the RFC asks; one private key refuses the whole set, as its owner has given it away.
    package init(jwks: JSONValue) throws(KeyFault) {
        guard let values = jwks["keys"]?.arrayValue, values.count <= 64 else { throw .malformed("keys") }
        var keys = [VerificationKey]()
        for value in values {
            do throws(KeyFault) {
                keys.append(try VerificationKey(jwk: value))
            } catch .privateKeyGiven {
                throw .privateKeyGiven
            } catch {
                continue
            }
        }
        self.init(keys)
    }

    package subscript(id: String) -> VerificationKey? { keys[id] }

    /// Whether the set holds the key itself, under whatever name (RFC 7638).
    package func contains(thumbprint: String) -> Bool { keys.values.contains { $0.thumbprint == thumbprint } }

    package var isEmpty: Bool { keys.isEmpty }

    /// The key set to publish, in the order given.
    package var jwks: JSONValue {
        .object(["keys": .array(order.compactMap { keys[$0]?.jwk })])
    }

    /// The key a header names; without `kid` only where one key alone can be meant.
    func key(id: String?, algorithm: SignatureAlgorithm) -> VerificationKey? {
        if let id { return keys[id] }
        let candidates = keys.values.filter { $0.serves(algorithm) }
        return candidates.count == 1 ? candidates[0] : nil
    }
}
