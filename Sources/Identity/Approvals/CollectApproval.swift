import Core
import Cryptography
import Storage
import Web

/// What the device and CIBA grants share: a poll waits, slows down, ends, or collects the tokens once.
///
/// 1. the code is known, of this kind and of this client (`invalid_grant`); 2. collected before
/// (`invalid_grant`); 3. expired (`expired_token`); 4. denied (`access_denied`); 5. still waiting
/// (`authorization_pending`, or `slow_down` when it asks too often); 6. the resources it names were granted
/// (RFC 8707 §2.2); 7. last, the gate: of all polls one collects.
struct CollectApproval: Sendable {
    /// A poll this much early counts as punctual: networks do not keep time.
    private static let tolerance = Duration.seconds(1)

    let database: any Database
    let crypto: any CryptoProvider
    let tokens: TokenIssuer
    let surroundings: Surroundings

    func callAsFunction(
        _ code: String, _ kind: Approval.Kind, for client: Client, _ request: ClientRequest
    ) async throws -> TokenAnswer {
        let hash = crypto.digest(code)
        guard let approval = try await database.read({ try ApprovalStore.find(requestHash: hash, in: $0) }),
            approval.kind == kind, approval.clientID == client.id
        else { throw OAuthError(.invalidGrant, "the code is unknown") }
        guard approval.state != .redeemed else { throw OAuthError(.invalidGrant, "the code has been used already") }
        let now = surroundings.now()
        guard approval.expiresAt > now else { throw OAuthError(.expiredToken, "the code has expired") }
        switch approval.state {
        case .denied: throw OAuthError(.accessDenied, "the person refused")
        case .waiting, .redeemed:
            let isPunctual = try await database.transaction {
                try ApprovalStore.poll(hash, tolerance: Self.tolerance, at: now, in: $0)
            }
            throw isPunctual
                ? OAuthError(.authorizationPending, "the person has not decided yet")
                : OAuthError(.slowDown, "poll less often")
        case .approved: break
        }
        guard let grant = approval.grant else { throw OAuthError(.serverError, "the approval holds no grant") }
        let resources = try tokens.narrow(grant, request, client)
        return try await collect(
            hash, grant.held(by: request.holder, client), for: client, request.holder, resources, at: now)
    }

    private enum Outcome: Sendable {
        case collected(Person, refreshToken: Secret<String>?)
        case spent
        case over
    }

    private func collect(
        _ hash: String, _ grant: Grant, for client: Client, _ holder: Confirmation?, _ resources: [String],
        at now: Instant
    ) async throws -> TokenAnswer {
        let refreshToken = client.grants.contains(.refreshToken) ? surroundings.newHandle() : nil
        let refreshHash = refreshToken.map(crypto.digest)
        let outcome = try await database.transaction { transaction -> Outcome in
            guard try ApprovalStore.redeem(hash, at: now, in: transaction) else { return .spent }
            guard
                let person = try OpenGrant.open(
                    grant, refreshHash: refreshHash, for: client, at: now, in: transaction)
            else { return .over }
            return .collected(person, refreshToken: refreshToken.map { Secret($0) })
        }
        switch outcome {
        case .collected(let person, let refreshToken):
            return try await tokens.answer(
                grant.narrowed(toResources: resources), person: person, client: client, refreshToken: refreshToken,
                nonce: nil, holder: holder, at: now)
        case .spent: throw OAuthError(.invalidGrant, "the code has been used already")
        case .over: throw OAuthError(.invalidGrant, "the session behind the code has ended")
        }
    }
}
