package import Core

/// Signed tokens in JWS compact form (RFC 7515 §7.1, RFC 7519).
///
/// Reading keeps to RFC 8725: the algorithm belongs to the key and not to the token, no header member may bring or
/// name a key, and each text has one meaning (no duplicate members, no second spelling of base64url). Claims are the
/// caller's to judge.
package enum TokenSigner {
    private static let refusedMembers = ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip", "enc"]
    /// A certificate of the key that signs, or its digest (RFC 7515 §4.1.6 to §4.1.8).
    private static let certificateMembers: Set = ["x5c", "x5t", "x5t#S256"]

    /// - Parameter type: `typ`, without the prefix `application/` (RFC 7515 §4.1.9).
    package static func sign(payload: JSONValue, type: String, with key: SigningKey) throws -> String {
        let header: JSONValue = .object([
            "alg": .string(key.algorithm.rawValue), "typ": .string(type), "kid": .string(key.id),
        ])
        let message = Base64URL.encode(header.encoded()) + "." + Base64URL.encode(payload.encoded())
        return message + "." + Base64URL.encode(try key.signature(over: Array(message.utf8)))
    }

    /// The payload of a token whose form, type, algorithm and signature are right.
    /// - Parameters:
    ///   - expectedTypes: the accepted values of `typ`, compared without case and `application/`; empty accepts any.
    ///   - typeMayBeAbsent: for tokens made by others, such as client assertions.
    ///   - algorithms: the accepted values of `alg` (RFC 8725 §3.1), narrower than what the keys could do.
    ///   - certificatesArePassedOver: for tokens made by others, whose libraries name a certificate of their key. It is
    ///     never read, so it can bring no key; without this the token is refused.
    package static func verify(
        _ token: String, keys: VerificationKeys, expectedTypes: [String], typeMayBeAbsent: Bool = false,
        algorithms: Set<SignatureAlgorithm>? = nil, certificatesArePassedOver: Bool = false
    ) throws(TokenFault) -> JSONValue {
        let parts = try CompactToken(token)
        let refused =
            certificatesArePassedOver ? refusedMembers.filter { !certificateMembers.contains($0) } : refusedMembers
        let header = try TokenHeader(parts.header, refusing: refused)
        try header.requireType(expectedTypes, mayBeAbsent: typeMayBeAbsent)
        if let algorithms, !algorithms.contains(header.algorithm) { throw .algorithmRefused }
        guard let key = keys.key(id: header.keyID, algorithm: header.algorithm) else { throw .unknownKey(header.keyID) }
        guard key.serves(header.algorithm) else { throw .algorithmOfAnotherKey }
        guard key.isValid(parts.signature, over: parts.message, by: header.algorithm) else { throw .signatureInvalid }
        return try parts.payload()
    }

    /// A token that brings its own public key in `jwk`: a proof of possession (RFC 9449 §4.2). It says who may use what
    /// is bound to the key and nothing about who made it.
    /// - Returns: the payload and the key's thumbprint.
    package static func verifyWithOwnKey(
        _ token: String, type: String, algorithms: Set<SignatureAlgorithm>
    ) throws(TokenFault) -> (payload: JSONValue, thumbprint: String) {
        let parts = try CompactToken(token)
        let header = try TokenHeader(parts.header, refusing: refusedMembers.filter { $0 != "jwk" })
        try header.requireType([type], mayBeAbsent: false)
        guard algorithms.contains(header.algorithm) else { throw .algorithmRefused }
        guard let jwk = header.ownKey else { throw .wrongShape("jwk") }
        let key: VerificationKey
        do throws(KeyFault) {
            key = try VerificationKey(jwk: jwk)
        } catch {
            throw .keyRefused(error)
        }
        guard key.serves(header.algorithm) else { throw .algorithmOfAnotherKey }
        guard key.isValid(parts.signature, over: parts.message, by: header.algorithm) else { throw .signatureInvalid }
        return (try parts.payload(), key.thumbprint)
    }

    /// What a token says before anybody has checked it: only to find the keys by which it will be.
    package static func unverifiedPayload(_ token: String) throws(TokenFault) -> JSONValue {
        try CompactToken(token).payload()
    }

    /// `kid` and `alg` of a token that is not verified yet, to fetch the keys by which it will be.
    package static func peek(_ token: String) throws(TokenFault) -> (keyID: String?, algorithm: SignatureAlgorithm) {
        guard token.utf8.count <= CompactToken.longest else { throw .tooLong }
        guard let bytes = Base64URL.decode(token.prefix { $0 != "." }) else { throw .notCompactForm }
        let header = try TokenHeader(bytes, refusing: refusedMembers)
        return (header.keyID, header.algorithm)
    }
}
