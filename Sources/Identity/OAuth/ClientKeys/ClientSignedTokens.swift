package import Core
package import Cryptography
import Synchronization

/// Why a token that a client signed is refused; for logs, the client is told that it is not valid.
package enum ClientTokenFault: Error, Sendable, Hashable {
    /// The client registered no keys, or its key set cannot be read.
    case noKeys
    case refused(TokenFault)

    /// For the client's developer: what to look at, in words of ours alone.
    var advice: String {
        switch self {
        case .noKeys: "has no keys that can be read"
        case .refused(let fault):
            switch fault {
            case .algorithmRefused, .algorithmOfAnotherKey: "may not use this alg"
            case .unknownKey: "has no key of this kid"
            case .typeRefused: "must send another typ, or none"
            case .signatureInvalid: "has not signed this with its key"
            case .headerMemberRefused: "must leave out of the header what would choose the key"
            case .tooLong, .notCompactForm, .malformedHeader, .malformedPayload, .wrongShape, .keyRefused:
                "must send a signed JWT in compact form"
            }
        }
    }
}

/// Verifies what a client signed with a key it registered: assertions (RFC 7523), request objects (RFC 9101),
/// backchannel requests (CIBA §7.1.1). Form, type, algorithm and signature; the claims are the caller's to judge.
///
/// A certificate in the header is passed over: libraries send one for servers that know keys by it, and here a key is
/// known by the registration alone.
package struct ClientSignedTokens: Sendable {
    /// Everything that JWTs of clients may be signed with.
    package static let offered: Set<SignatureAlgorithm> = [.es256, .rs256, .ps256, .ed25519]
    /// What the FAPI 2.0 Security Profile leaves of it (§5.4.1).
    package static let offeredUnderFAPI2: Set<SignatureAlgorithm> = [.es256, .ps256, .ed25519]

    private let remote: RemoteKeySets
    private let registered = RegisteredKeySets()

    init(remote: RemoteKeySets) {
        self.remote = remote
    }

    /// The algorithms open to a client: those of its profile, of them the one it registered.
    ///
    /// - Parameter named: `token_endpoint_auth_signing_alg`, `request_object_signing_alg` or the like.
    package static func algorithms(for client: Client, registered named: String?) -> Set<SignatureAlgorithm> {
        let offered = client.policy.isFAPI2 ? offeredUnderFAPI2 : offered
        guard let named else { return offered }
        return SignatureAlgorithm(rawValue: named).map { offered.intersection([$0]) } ?? []
    }

    /// - Parameters:
    ///   - algorithms: what `alg` may be; never more than `algorithms(for:registered:)`.
    ///   - types: what `typ` may be; without one the token passes, as these tokens predate the habit.
    /// - Throws: `ClientTokenFault`.
    package func claims(
        of token: String, from client: Client, algorithms: Set<SignatureAlgorithm>, types: [String]
    ) async throws -> JSONValue {
        if let jwks = client.keys.jwks {
            guard let keys = registered.keys(of: client.id, jwks) else { throw ClientTokenFault.noKeys }
            return try verify(token, keys, algorithms, types)
        }
        guard let uri = client.keys.jwksURI, let keys = await remote.keys(at: uri) else {
            throw ClientTokenFault.noKeys
        }
        do {
            return try verify(token, keys, algorithms, types)
        } catch ClientTokenFault.refused(let fault) where fault.mayBeNewKey {
            guard let renewed = await remote.renewed(at: uri) else { throw ClientTokenFault.refused(fault) }
            return try verify(token, renewed, algorithms, types)
        }
    }

    /// Whether a public key is one of the client's, for certificates that nobody vouches for (RFC 8705 §2.2).
    func isRegistered(thumbprint: String, of client: Client) async -> Bool {
        if let jwks = client.keys.jwks {
            return registered.keys(of: client.id, jwks)?.contains(thumbprint: thumbprint) ?? false
        }
        guard let uri = client.keys.jwksURI, let keys = await remote.keys(at: uri) else { return false }
        if keys.contains(thumbprint: thumbprint) { return true }
        return await remote.renewed(at: uri)?.contains(thumbprint: thumbprint) ?? false
    }

    private func verify(
        _ token: String, _ keys: VerificationKeys, _ algorithms: Set<SignatureAlgorithm>, _ types: [String]
    ) throws -> JSONValue {
        do throws(TokenFault) {
            return try TokenSigner.verify(
                token, keys: keys, expectedTypes: types, typeMayBeAbsent: true, algorithms: algorithms,
                certificatesArePassedOver: true)
        } catch {
            throw ClientTokenFault.refused(error)
        }
    }
}

extension TokenFault {
    /// Whether the owner may have published another key meanwhile, under a new name or the old one.
    fileprivate var mayBeNewKey: Bool {
        switch self {
        case .unknownKey, .signatureInvalid, .algorithmOfAnotherKey: true
        default: false
        }
    }
}

/// Key sets registered by value, parsed once and again after each change of the registration.
private final class RegisteredKeySets: Sendable {
    private static let capacity = 10_000
    private let parsed = Mutex<[String: (text: String, keys: VerificationKeys)]>([:])

    func keys(of client: String, _ text: String) -> VerificationKeys? {
        if let known = parsed.withLock({ $0[client] }), known.text == text { return known.keys }
        guard let json = try? JSONParser.parse(text, limits: .init(bytes: 128 * 1024)),
            let keys = try? VerificationKeys(jwks: json)
        else { return nil }
        parsed.withLock { parsed in
            if parsed.count >= Self.capacity { parsed = [:] }
            parsed[client] = (text, keys)
        }
        return keys
    }
}
