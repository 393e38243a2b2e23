package import Core

/// Signed tokens in JWS compact form (RFC 7515 §7.1, RFC 7519).
///
/// Reading keeps to RFC 8725: the algorithm belongs to the key and not to the token, no header member may bring or
/// name a key, and each text has one meaning (no duplicate members, no second spelling of base64url). Claims are the
/// caller's to judge.
package enum TokenSigner {
    /// Access tokens with many scopes stay below 2 KiB; more is an attack on the parser.
    private static let longestToken = 16_384
    private static let refusedMembers = ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip", "enc"]

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
    package static func verify(
        _ token: String, keys: VerificationKeys, expectedTypes: [String], typeMayBeAbsent: Bool = false
    ) throws(TokenFault) -> JSONValue {
        guard token.utf8.count <= longestToken else { throw .tooLong }
        let parts = token.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let headerBytes = Base64URL.decode(parts[0]),
            let payloadBytes = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2])
        else { throw .notCompactForm }
        let header = try TokenHeader(headerBytes, refusing: refusedMembers)
        try header.requireType(expectedTypes, mayBeAbsent: typeMayBeAbsent)
        guard let key = keys.key(id: header.keyID, algorithm: header.algorithm) else { throw .unknownKey(header.keyID) }
        guard key.algorithm == header.algorithm else { throw .algorithmOfAnotherKey }
        let message = Array(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
        guard key.isValid(signature, over: message) else { throw .signatureInvalid }
        let payload: JSONValue
        do throws(JSONFault) {
            payload = try JSONParser.parse(payloadBytes, limits: .init(bytes: longestToken, depth: 16, values: 1000))
        } catch {
            throw .malformedPayload(error)
        }
        guard payload.objectMembers != nil else { throw .wrongShape("payload") }
        return payload
    }

    /// `kid` and `alg` of a token that is not verified yet, to fetch the keys by which it will be.
    package static func peek(_ token: String) throws(TokenFault) -> (keyID: String?, algorithm: SignatureAlgorithm) {
        guard token.utf8.count <= longestToken else { throw .tooLong }
        guard let bytes = Base64URL.decode(token.prefix { $0 != "." }) else { throw .notCompactForm }
        let header = try TokenHeader(bytes, refusing: refusedMembers)
        return (header.keyID, header.algorithm)
    }
}

/// The members of a JOSE header that count here.
private struct TokenHeader {
    let algorithm: SignatureAlgorithm
    let keyID: String?
    let type: String?

    init(_ bytes: [UInt8], refusing refused: [String]) throws(TokenFault) {
        let header: JSONValue
        do throws(JSONFault) {
            header = try JSONParser.parse(bytes, limits: .init(bytes: 2048, depth: 3, values: 32))
        } catch {
            throw .malformedHeader(error)
        }
        guard let members = header.objectMembers else { throw .wrongShape("header") }
        for member in members where refused.contains(member.name) { throw .headerMemberRefused(member.name) }
        guard let name = header["alg"]?.stringValue, let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw .algorithmRefused
        }
        self.algorithm = algorithm
        keyID = try TokenHeader.text(header, "kid")
        type = try TokenHeader.text(header, "typ")
    }

    func requireType(_ expected: [String], mayBeAbsent: Bool) throws(TokenFault) {
        guard !expected.isEmpty else { return }
        guard let type else {
            if mayBeAbsent { return }
            throw .typeRefused(nil)
        }
        var name = type.lowercased()
        if name.hasPrefix("application/") { name.removeFirst("application/".count) }
        guard expected.contains(where: { $0.lowercased() == name }) else { throw .typeRefused(type) }
    }

    private static func text(_ header: JSONValue, _ name: String) throws(TokenFault) -> String? {
        guard let value = header[name] else { return nil }
        guard let text = value.stringValue, text.utf8.count <= 256 else { throw .wrongShape(name) }
        return text
    }
}
