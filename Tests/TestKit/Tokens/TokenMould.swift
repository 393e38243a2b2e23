package import Core
package import Cryptography

/// A token that its reader takes, from which hostile ones are made: each differs from it in what it is about and in
/// nothing else, so that it can be refused for that reason alone.
package struct TokenMould: Sendable {
    /// A key pair that signs anything it is told to.
    package struct Signer: Sendable {
        package let key: VerificationKey
        package let sign: @Sendable ([UInt8]) throws -> [UInt8]

        package init(_ key: VerificationKey, sign: @Sendable @escaping ([UInt8]) throws -> [UInt8]) {
            self.key = key
            self.sign = sign
        }
    }

    /// ES256, one of those the reader trusts.
    package let key: Signer
    /// RS256, trusted as well; `nil` where the reader takes no such keys.
    package let rsa: Signer?
    /// ES256, of somebody whom the reader does not know.
    package let stranger: Signer
    /// What a shared secret would be, where there is one.
    package var secret: String?
    /// The header of a token signed by `key`.
    package let header: [JSONValue.Member]
    /// Asked for anew for each token, as some are good once.
    package let claims: @Sendable () -> [JSONValue.Member]
    /// The values of `typ` that the reader takes, in small letters.
    package let types: Set<String>
    /// Which of `exp` and `iat` the reader judges.
    package let judged: Set<String>

    package init(
        key: Signer, rsa: Signer?, stranger: Signer, header: [JSONValue.Member], types: Set<String>,
        judged: Set<String> = ["exp", "iat"], claims: @Sendable @escaping () -> [JSONValue.Member]
    ) {
        self.key = key
        self.rsa = rsa
        self.stranger = stranger
        self.header = header
        self.types = types
        self.judged = judged
        self.claims = claims
    }

    /// The token that is taken.
    package func good() throws -> String { try token() }

    /// - Parameters:
    ///   - header: the text of the header, `header` unless given.
    ///   - payload: the text of the payload, `claims` unless given.
    ///   - signer: `key` unless given.
    package func token(header: [UInt8]? = nil, payload: [UInt8]? = nil, by signer: Signer? = nil) throws -> String {
        let message = self.message(header: header, payload: payload)
        return message + "." + Base64URL.encode(try (signer ?? key).sign(Array(message.utf8)))
    }

    /// The two parts that a signature is over.
    package func message(header: [UInt8]? = nil, payload: [UInt8]? = nil) -> String {
        Base64URL.encode(header ?? self.header()) + "." + Base64URL.encode(payload ?? self.payload())
    }

    /// - Parameter changes: members to set; `nil` takes one out.
    package func header(_ changes: (String, JSONValue?)...) -> [UInt8] { Self.text(header, changes) }

    package func payload(_ changes: (String, JSONValue?)...) -> [UInt8] { Self.text(claims(), changes) }

    /// `header` with something more inside its braces, as written.
    func header(and text: String) -> [UInt8] { header().dropLast() + Array((text + "}").utf8) }

    /// `payload` with something more inside its braces, as written.
    func payload(and text: [UInt8]) -> [UInt8] { payload().dropLast() + text + Array("}".utf8) }

    func payload(and text: String) -> [UInt8] { payload(and: Array(text.utf8)) }

    private static func text(_ members: [JSONValue.Member], _ changes: [(String, JSONValue?)]) -> [UInt8] {
        var members = members
        for (name, value) in changes {
            members.removeAll { $0.name == name }
            if let value { members.append(.init(name, value)) }
        }
        return JSONValue.object(members).encoded()
    }
}
