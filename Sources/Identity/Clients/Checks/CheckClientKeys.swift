import Core
import Cryptography

/// The client's public keys (RFC 7591 §2).
///
/// 1. by value or by address, never both;
/// 2. by value: at least one key that can verify a signature here, no private or symmetric member, 20 keys at most;
/// 3. by address: https;
/// 4. there are some where the method or signed requests need them.
struct CheckClientKeys: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        let keys = input.keys
        if keys.jwks != nil, keys.jwksURI != nil {
            faults.append(ClientFault("jwks", "give the keys by value or by address, not both (RFC 7591 §2)"))
        }
        if let jwks = keys.jwks, let reason = Self.fault(in: jwks) { faults.append(ClientFault("jwks", reason)) }
        if let uri = keys.jwksURI, let reason = PublicURI.fault(uri, loopbackAllowed: true) {
            faults.append(ClientFault("jwks_uri", uri, reason))
        }
        if terms.authMethod.usesKeys, keys.isEmpty {
            faults.append(
                ClientFault(
                    "jwks",
                    "the method \(terms.authMethod.rawValue) needs the client's public keys, by value or address"))
        }
        if input.policy.mustSignRequests, keys.isEmpty {
            faults.append(ClientFault("jwks", "signed requests are required, so the keys that sign them are needed"))
        }
    }

    private static func fault(in text: String) -> String? {
        guard let value = try? JSONParser.parse(Array(text.utf8)), let members = value["keys"]?.arrayValue else {
            return "must be a JWK set, an object with the member keys (RFC 7517 §5)"
        }
        guard (1...20).contains(members.count) else { return "must hold 1 to 20 keys" }
        do {
            let keys = try VerificationKeys(jwks: value)
            return keys.isEmpty
                ? "holds no key that is known here; use EC P-256, Ed25519 or RSA of 2,048 bits or more" : nil
        } catch {
            switch error {
            case .privateKeyGiven:
                return "holds a private key; replace it, since it is known now, and send the public half"
            case .wrongSize(let bits): return "holds an RSA key of \(bits) bits; 2,048 to 8,192 are accepted"
            case .malformed(let what): return "holds a malformed key (\(what))"
            case .unsupported(let what): return "holds a key that is not known here (\(what))"
            }
        }
    }
}
