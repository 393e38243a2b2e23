import Core
import Storage
import Web

/// `grant_type=urn:ietf:params:oauth:grant-type:token-exchange` (RFC 8693): a system that serves a request asks for a
/// token with which it calls the next system on behalf of the same subject.
///
/// 1. the client authenticates; 2. `subject_token` is a live access token of ours, issued to a client from which
/// this one may exchange, or to itself, and the pair of the two says what for (`ExchangePair`); 3. `actor_token`, if
/// there is one, is a live access token of this client; 4. without one the client itself is the actor, and only who may
/// impersonate gets a token that does not say so (§1.1); the actors so far stay nested in `act` (§4.1); 5. audiences
/// are those of the client's policy (§2.2.2 `invalid_target`), and the level of assurance is the client's least; 6.
/// scopes are those of the subject token that the client is registered for, or fewer, as far as the person may use them
/// through this client (`ScopePolicy`); 7. the token dies with the subject token at the latest, and with its grant and
/// session; 8. every exchange is in the audit trail.
struct ExchangeToken: TokenGrant {
    let type = Client.GrantType.tokenExchange
    /// Systems that call one another in a ring would grow tokens without end.
    private static let longestChain = 5
    let accessTokens: AccessTokens
    let tokens: TokenIssuer
    let database: any Database
    let surroundings: Surroundings

    func answer(_ request: ClientRequest, from client: Client) async throws -> TokenAnswer {
        guard !client.isPublic else {
            throw OAuthError(.unauthorizedClient, "token exchange needs a client that authenticates")
        }
        let asked = try ExchangeRequest(request.form)
        guard let subject = try await accessTokens.live(asked.subjectToken),
            let pair = client.policy.exchangePair(with: subject.clientID, as: client.id)
        else { throw Self.refusal }
        let act = try await actor(asked, subject, client, pair)
        let audiences = try audiences(asked, subject, client, pair)
        let scopes = try scopes(asked, subject, client, pair)
        let now = surroundings.now()
        let person = try await person(of: subject)
        let claims = try tokens.claims(
            exchanging: subject, of: person, for: client, act: act, audiences: audiences, scopes: scopes,
            holder: request.holder, at: now)
        if let least = client.policy.minimumAssurance, person != nil, claims.acr ?? .l0 < least {
            throw ExchangeRequest.refuse("subject_token does not reach the assurance that this client needs")
        }
        guard !claims.scopes.isEmpty else {
            throw OAuthError(.invalidScope, "nothing of the scope is open to the subject through this client")
        }
        try await record(claims, from: subject, by: client)
        return try await tokens.answer(
            exchanged: claims, issuedType: ExchangeRequest.accessToken, for: client, at: now)
    }

    /// - Returns: `act` of the new token; `nil` for an impersonation that nobody acted in before.
    private func actor(
        _ asked: ExchangeRequest, _ subject: AccessTokenClaims, _ client: Client, _ pair: ExchangePair
    ) async throws -> JSONValue? {
        let name: String
        if let token = asked.actorToken {
            guard let actor = try await accessTokens.live(token), actor.clientID == client.id else {
                throw ExchangeRequest.refuse("actor_token is not valid or not this client's")
            }
            name = actor.subject
        } else if pair.mayImpersonate ?? client.policy.mayImpersonate ?? false {
            return subject.act
        } else {
            name = client.subject
        }
        guard subject.actors.count < Self.longestChain else {
            throw ExchangeRequest.refuse("the chain of actors is too long")
        }
        return .object(["sub": .string(name), "client_id": .string(client.id), "act": subject.act])
    }

    private func audiences(
        _ asked: ExchangeRequest, _ subject: AccessTokenClaims, _ client: Client, _ pair: ExchangePair
    ) throws(OAuthError) -> [String] {
        var allowed = ResourceIndicators.allowed(for: client, apiAudience: tokens.settings.apiAudience)
            .filter(pair.admits(audience:))
        // A system that people are asked about reaches what they were asked about.
        if client.policy.asksConsent, subject.personID != nil { allowed.formIntersection(subject.audience) }
        let wanted = asked.audiences.isEmpty ? subject.audience.filter(allowed.contains) : asked.audiences
        guard !wanted.isEmpty, wanted.allSatisfy(allowed.contains) else {
            throw OAuthError(.invalidTarget, "the client may not ask for tokens for this audience")
        }
        return wanted
    }

    private func scopes(
        _ asked: ExchangeRequest, _ subject: AccessTokenClaims, _ client: Client, _ pair: ExchangePair
    ) throws(OAuthError) -> [String] {
        let open = subject.scopes.filter { client.scopes.contains($0) && pair.admits(scope: $0) }
        guard let wanted = asked.scopes else {
            guard !open.isEmpty else { throw OAuthError(.invalidScope, "nothing of the scope is open to this client") }
            return open
        }
        guard wanted.allSatisfy(open.contains) else {
            throw OAuthError(.invalidScope, "scope goes beyond the subject token or the client's registration")
        }
        return wanted
    }

    /// - Returns: `nil` for a machine.
    /// - Throws: `invalid_request` when the person behind the token may not act any more.
    private func person(of subject: AccessTokenClaims) async throws -> Person? {
        guard let id = subject.personID else { return nil }
        guard let person = try await database.read({ try PersonStore.find(id, in: $0) }), person.state == .active else {
            throw Self.refusal
        }
        return person
    }

    /// - Throws: `invalid_request` when the person behind the token has been locked in this moment.
    private func record(_ claims: AccessTokenClaims, from subject: AccessTokenClaims, by client: Client) async throws {
        let event = AuditEvent.tokenExchanged(claims, from: subject.clientID, by: client.id, surroundings)
        let person = subject.personID
        let isGood = try await database.transaction { transaction in
            if let person {
                guard try PersonStore.find(person, in: transaction)?.state == .active else { return false }
            }
            try AuditStore.append(event, in: transaction)
            return true
        }
        guard isGood else { throw Self.refusal }
    }

    private static var refusal: OAuthError {
        ExchangeRequest.refuse("subject_token is not valid or not open to this client")
    }
}

extension AccessTokenClaims {
    /// Who has acted, the present actor first (RFC 8693 §4.1).
    var actors: [String] {
        var names = [String]()
        var current = act
        while let actor = current, names.count < 20 {
            names.append(actor["sub"]?.stringValue ?? "?")
            current = actor["act"]
        }
        return names
    }
}
