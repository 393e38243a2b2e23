import Foundation
import Logging
import ServiceLifecycle

/// The identity provider as seen over HTTP: its metadata and keys, fetched when needed and kept for a while.
///
/// An actor because what it knows changes across a suspended fetch.
actor IdentityProvider {
    nonisolated let issuer: String
    nonisolated let client: ProviderClient
    private let logger: Logger

    private var known: (metadata: ProviderMetadata, at: Date)?
    private var keys: (set: KeySet, at: Date)?

    /// Metadata is asked for again after this long; a fetch that fails leaves the old one in use.
    private static let metadataLife: TimeInterval = 3_600
    /// An unknown key id may trigger at most one fetch in this time, so that forged tokens cause no traffic.
    private static let shortestKeyLife: TimeInterval = 10

    init(issuer: String, client: ProviderClient, logger: Logger) {
        self.issuer = issuer
        self.client = client
        self.logger = logger
    }

    /// The provider's metadata, fetched at first use.
    /// - Throws: ``SignInFault/providerUnavailable(_:)`` or ``SignInFault/notTrusted(_:)``.
    func metadata() async throws -> ProviderMetadata {
        if let known, Date().timeIntervalSince(known.at) < Self.metadataLife { return known.metadata }
        do {
            let fresh = try await fetchMetadata()
            known = (fresh, Date())
            return fresh
        } catch {
            if let known { return known.metadata }
            throw error
        }
    }

    /// The key a token was signed with; keys are fetched again when the id is new (key rotation).
    /// - Throws: ``SignInFault/notTrusted(_:)`` for an id that the provider does not publish.
    func key(id: String) async throws -> KeySet.Key {
        if let keys {
            if let key = keys.set.key(id: id) { return key }
            if Date().timeIntervalSince(keys.at) < Self.shortestKeyLife {
                throw SignInFault.notTrusted("key \(id) is not published")
            }
        }
        let fresh = try await client.get(try await metadata().jwksURI, as: KeySet.self)
        keys = (fresh, Date())
        guard let key = fresh.key(id: id) else { throw SignInFault.notTrusted("key \(id) is not published") }
        return key
    }

    private func fetchMetadata() async throws -> ProviderMetadata {
        let url = issuer + "/.well-known/openid-configuration"
        do {
            let found = try await client.get(url, as: ProviderMetadata.self)
            try found.check(expectedIssuer: issuer)
            return found
        } catch let error as DecodingError {
            throw SignInFault.notTrusted("discovery is not understood: \(error)")
        }
    }
}

/// Asks for the metadata at start until it is there, so that the first visitor need not wait and the log tells why.
struct ProviderWatch: Service {
    let provider: IdentityProvider
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await watch() }
        try await gracefulShutdown()
    }

    private func watch() async {
        var pause = 0.5
        while !Task.isCancelled {
            do {
                _ = try await provider.metadata()
                logger.info("the identity provider answers", metadata: ["issuer": "\(provider.issuer)"])
                return
            } catch {
                // Being told to stop is no failure.
                guard !Task.isCancelled else { return }
                logger.notice(
                    "the identity provider does not answer yet",
                    metadata: ["issuer": "\(provider.issuer)", "why": "\(error)", "retryIn": "\(pause) s"])
            }
            try? await Task.sleep(for: .seconds(pause))
            pause = min(pause * 2, 15)
        }
    }
}
