import JWTKit

/// The provider's published keys (RFC 7517 §5). Entries of a kind that is not understood are left out, as the RFC
/// asks, instead of making the whole set useless.
struct KeySet: Decodable, Sendable {
    /// One signature key and the only algorithm it may be used with.
    struct Key: Sendable {
        let id: String
        let algorithm: String
        let jwk: JWK
    }

    private let keys: [String: Key]

    func key(id: String) -> Key? { keys[id] }

    init(from decoder: any Decoder) throws {
        let entries = try decoder.container(keyedBy: CodingKeys.self).decode([Entry].self, forKey: .keys)
        keys = Dictionary(entries.compactMap { $0.key.map { ($0.id, $0) } }, uniquingKeysWith: { first, _ in first })
    }

    private enum CodingKeys: String, CodingKey { case keys }

    private struct Entry: Decodable {
        let key: Key?

        private enum CodingKeys: String, CodingKey { case kid, kty, crv, alg, use }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            let id = try? fields.decode(String.self, forKey: .kid)
            let use = try? fields.decode(String.self, forKey: .use)
            let algorithm = Self.algorithm(
                type: try? fields.decode(String.self, forKey: .kty),
                curve: try? fields.decode(String.self, forKey: .crv),
                declared: try? fields.decode(String.self, forKey: .alg))
            guard let id, let algorithm, use ?? "sig" == "sig", let jwk = try? JWK(from: decoder) else {
                key = nil
                return
            }
            key = Key(id: id, algorithm: algorithm, jwk: jwk)
        }

        /// The key's type decides the algorithm, never the token's header (RFC 8725 §3.1).
        private static func algorithm(type: String?, curve: String?, declared: String?) -> String? {
            let fitting: String? =
                switch (type, curve) {
                case ("EC", "P-256"): "ES256"
                case ("OKP", "Ed25519"): "EdDSA"
                case ("RSA", _): "RS256"
                default: nil
                }
            return declared == nil || declared == fitting ? fitting : nil
        }
    }
}
