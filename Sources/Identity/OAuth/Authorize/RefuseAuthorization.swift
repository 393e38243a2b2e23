import Core
import Storage

/// Closes a request without a code, because the person said no or cannot meet what it demands. Final
/// like an answer: the page and the pushed request behind it are spent.
struct RefuseAuthorization: Sendable {
    let database: any Database
    let surroundings: Surroundings

    /// - Returns: false when the request has been answered before.
    func callAsFunction(
        _ request: AuthorizationRequest, with error: OAuthError.Code, by person: String, page: String
    ) async throws -> Bool {
        let now = surroundings.now()
        let event = AuditEvent.authorizationRefused(error, to: request.clientID, by: person, surroundings)
        return try await database.transaction { transaction in
            guard try SignInRequestStore.complete(page, at: now, in: transaction) else { return false }
            if let pushed = request.pushedHash, try !PushedRequestStore.use(pushed, at: now, in: transaction) {
                return false
            }
            try AuditStore.append(event, in: transaction)
            return true
        }
    }
}
