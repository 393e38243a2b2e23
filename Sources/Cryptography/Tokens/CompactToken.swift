import Core

/// The three parts of a JWS in compact form (RFC 7515 §7.1), each in its one spelling of base64url.
struct CompactToken {
    /// Access tokens with many scopes stay below 2 KiB; more is an attack on the parser.
    static let longest = 16_384

    let header: [UInt8]
    let signature: [UInt8]
    /// What the signature is over.
    let message: [UInt8]
    private let body: [UInt8]

    init(_ token: String) throws(TokenFault) {
        guard token.utf8.count <= Self.longest else { throw .tooLong }
        let parts = token.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(parts[0]), let body = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw .notCompactForm }
        self.header = header
        self.body = body
        self.signature = signature
        message = Array(token.utf8.prefix(parts[0].utf8.count + 1 + parts[1].utf8.count))
    }

    /// - Throws: for a payload that is no JSON object with one meaning.
    func payload() throws(TokenFault) -> JSONValue {
        let payload: JSONValue
        do throws(JSONFault) {
            payload = try JSONParser.parse(body, limits: .init(bytes: Self.longest, depth: 16, values: 1000))
        } catch {
            throw .malformedPayload(error)
        }
        guard payload.objectMembers != nil else { throw .wrongShape("payload") }
        return payload
    }
}
