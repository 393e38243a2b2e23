import Core

/// The members of a JOSE header that count here.
struct TokenHeader {
    let algorithm: SignatureAlgorithm
    let keyID: String?
    let type: String?
    /// `jwk`, where the reader does not refuse it.
    let ownKey: JSONValue?

    init(_ bytes: [UInt8], refusing refused: [String]) throws(TokenFault) {
        let header: JSONValue
        do throws(JSONFault) {
            // A chain of certificates, which others add, is most of it.
            header = try JSONParser.parse(bytes, limits: .init(bytes: 8192, depth: 3, values: 32))
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
        ownKey = header["jwk"]
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
