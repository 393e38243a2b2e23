import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Cryptography
@testable import Identity

/// A place of the running server that reads signed tokens from outside.
struct TokenPlace: Sendable, CustomTestStringConvertible {
    let name: String
    /// Brings in the people and clients that the place needs.
    let open: @Sendable (House) async throws -> TokenReader

    init(_ name: String, _ open: @Sendable @escaping (House) async throws -> TokenReader) {
        self.name = name
        self.open = open
    }

    var testDescription: String { name }

    static let all = signedByClients + broughtBack + spent + proofs
}

/// A place that is ready to be sent tokens.
struct TokenReader: Sendable {
    /// What it takes.
    let mould: TokenMould
    let refusal: TokenRefusal
    /// Tricks that are none here.
    var harmless: [HostileToken.Trait] = []
    let send: @Sendable (_ token: String) async throws -> TestResponse
    /// Whether the answer is that to a good token.
    let isTaken: @Sendable (TestResponse) -> Bool

    var attacks: [HostileToken] {
        get throws {
            try HostileToken.all(from: mould).filter { token in
                token.trait.map { !harmless.contains($0) } ?? true
            }
        }
    }
}

/// The form in which a protocol says no.
enum TokenRefusal: Sendable {
    /// 400, or 401 for a client that did not authenticate (RFC 6749 §5.2).
    case json(Set<String>)
    /// To the registered address, with the state (RFC 6749 §4.1.2.1).
    case redirect(String)
    /// Where no address is known to be good.
    case page(String)
    /// RFC 6750 §3.1, RFC 9449 §7.1.
    case challenge(String)
    /// RFC 7662 §2.2: not an error.
    case inactive

    func isMet(by response: TestResponse) throws -> Bool {
        switch self {
        case .json(let errors):
            let expected: HTTPResponse.Status = response.error == "invalid_client" ? .unauthorized : .badRequest
            return response.status == expected && errors.contains(response.error ?? "")
                && response.headers[.cacheControl] == "no-store"
        case .redirect(let error):
            let location = response.headers[.location] ?? ""
            let answer = FlowEnd.left(to: location).answer
            let told = (try answer?.single("error"), try answer?.single("state"))
            return (302...303).contains(response.status.code) && told == (error, "s")
                && location.hasPrefix("https://department.example/callback?")
        case .page(let error):
            return response.status == .badRequest && response.headers[.location] == nil
                && response.headers[.contentType]?.hasPrefix("text/html") == true && response.text.contains(error)
        case .challenge(let error):
            let challenges = response.headers[values: .wwwAuthenticate]
            return response.status == .unauthorized && challenges.contains { $0.contains("error=\"\(error)\"") }
        case .inactive:
            return try response.status == .ok && response.json() == .object(["active": false])
        }
    }

    /// A text that is too long, or that holds what no parameter may, is turned away before anybody asks what it is.
    static func isForText(_ response: TestResponse, _ token: String) -> Bool {
        guard !token.utf8.contains(0) else {
            return response.status == .badRequest && response.headers[.location] == nil
        }
        return switch token.utf8.count {
        case ...5000: false
        case ...16_384: response.status == .uriTooLong
        default:
            response.status == .uriTooLong || response.status == .contentTooLarge || response.error == "invalid_request"
        }
    }
}

extension House {
    /// The key pairs that sign this server's own tokens.
    func ownSigners() async throws -> (es256: TokenMould.Signer, rs256: TokenMould.Signer) {
        let records = try await database.read { try SigningKeyStore.all(in: $0) }
        func signer(_ algorithm: SignatureAlgorithm) throws -> TokenMould.Signer {
            let record = try #require(records.first { $0.algorithm == algorithm.rawValue && $0.state == .active })
            let pem = try House.crypto.openText(record.sealedPrivate, context: SigningKeys.context(record.kid))
            return ClientKey(key: try SigningKey(algorithm, pem: Secret(pem))).signer
        }
        return (try signer(.es256), try signer(.rs256))
    }

    /// The mould of a token of our own that somebody got.
    func mould(
        of token: String, type: String, judged: Set<String>, _ change: (inout [JSONValue.Member]) -> Void = { _ in }
    ) async throws -> TokenMould {
        let own = try await ownSigners()
        var claims = try #require(try self.claims(token).objectMembers)
        change(&claims)
        let made = claims
        return TokenMould(
            key: own.es256, rsa: own.rs256, stranger: try ClientKey.es256.get().signer,
            header: ClientKey.header(own.es256.key, type: type), types: [type.lowercased()], judged: judged
        ) { made }
    }
}

extension ClientKey {
    /// Of nobody whom the server knows.
    static let stranger = Result { ClientKey(key: try SigningKey.generate(.es256)) }

    var signer: TokenMould.Signer {
        TokenMould.Signer(key.verificationKey) { [key] message in try key.signature(over: message) }
    }

    static func header(_ key: VerificationKey, type: String) -> [JSONValue.Member] {
        [
            .init("alg", .string(key.algorithm.rawValue)), .init("typ", .string(type)), .init("kid", .string(key.id)),
        ]
    }

    /// A key set of both kinds, as a client registers it.
    static var pair: ClientKeys {
        get throws {
            let keys = VerificationKeys([try es256.get().key, try rs256.get().key])
            return ClientKeys(jwks: String(decoding: keys.jwks.encoded(), as: UTF8.self))
        }
    }

    /// The mould of what a client signs that registered `pair`.
    static func mould(
        type: String, types: Set<String>, _ claims: @Sendable @escaping () -> [JSONValue.Member]
    ) throws -> TokenMould {
        var mould = TokenMould(
            key: try es256.get().signer, rsa: try rs256.get().signer, stranger: try stranger.get().signer,
            header: header(try es256.get().key.verificationKey, type: type), types: types, claims: claims)
        mould.secret = House.secret
        return mould
    }
}
