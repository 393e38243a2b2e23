import Core
import Cryptography
import Storage

/// Authorization requests that wait for a person, each behind an unguessable handle in the address of
/// its own sign-in page.
struct SignInRequests: Sendable {
    let database: any Database
    let crypto: any CryptoProvider
    let settings: IdentitySettings
    let surroundings: Surroundings

    /// - Returns: the handle for the page's address.
    func open(_ request: AuthorizationRequest) async throws -> String {
        let handle = surroundings.newHandle()
        let hash = crypto.digest(handle)
        let now = surroundings.now()
        let expires = now + settings.signInRequestLife
        try await database.transaction { transaction in
            try SignInRequestStore.add(request, handleHash: hash, expires: expires, at: now, in: transaction)
        }
        return handle
    }

    func find(_ handle: String) async throws -> SignInRequestStore.Found {
        guard handle.utf8.count == 43 else { return .gone }
        let hash = crypto.digest(handle)
        let now = surroundings.now()
        return try await database.read { try SignInRequestStore.find(hash, at: now, in: $0) }
    }

    /// - Returns: false when the request has been answered or has expired meanwhile.
    func change(_ handle: String, to request: AuthorizationRequest) async throws -> Bool {
        let hash = crypto.digest(handle)
        let now = surroundings.now()
        return try await database.transaction {
            try SignInRequestStore.change(hash, to: request, at: now, in: $0)
        }
    }

    func hash(_ handle: String) -> String { crypto.digest(handle) }
}
