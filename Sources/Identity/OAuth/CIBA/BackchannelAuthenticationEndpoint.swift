import Core
import Cryptography
import Hummingbird
import Storage
import Web

/// `POST /oauth2/bc-authorize` (CIBA Core §7): a system asks a person who is elsewhere.
///
/// The person gets a text message and decides on the page of waiting requests; the system polls, or is
/// pinged and then collects. Push is not offered: FAPI-CIBA forbids it.
struct BackchannelAuthenticationEndpoint: Sendable {
    static let interval = Duration.seconds(5)
    /// Requests that may wait for one person at a time: more would be a way to wear people down.
    private static let mostWaiting = 5
    /// Each sends a text message, answered, expired or not.
    private static let mostInAnHour = 20

    let database: any Database
    let authenticate: AuthenticateClient
    let holders: EstablishHolder
    let unwrap: UnwrapBackchannelRequest
    let crypto: any CryptoProvider
    let vault: PersonVault
    let hints: any IDTokenHintReader
    let settings: IdentitySettings
    let surroundings: Surroundings

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        try await MachineEndpoint.answer(
            "backchannel authentication", request, context, forbidden: .accessDenied
        ) { asked in
            try await answer(asked)
        }
    }

    private func answer(_ asked: ClientRequest) async throws -> Response {
        if let name = asked.form.firstDuplicate(except: [ResourceIndicators.parameter]) {
            throw OAuthError(.invalidRequest, "a parameter is sent more than once", detail: name)
        }
        let client = try await authenticate(asked)
        guard client.grants.contains(.ciba), !client.isPublic else {
            throw OAuthError(.unauthorizedClient, "the client is not registered for CIBA")
        }
        _ = try await holders(asked, client)
        let form = try await unwrap(asked.form, from: client)
        let parsed = try CIBARequest.parse(form, from: client, hints: hints)
        let resources = try ResourceIndicators.asked(form, by: client, apiAudience: settings.apiAudience)
        guard let person = try await person(parsed.hint), person.state == .active else {
            throw OAuthError(.unknownUserID, "nobody is known by this hint")
        }
        let authReqID = surroundings.newHandle()
        try await open(parsed, resources, authReqID, for: person, client)
        return Response.json(
            .object([
                "auth_req_id": .string(authReqID), "expires_in": .integer(parsed.life.milliseconds / 1000),
                "interval": .integer(Self.interval.milliseconds / 1000),
            ])
        ).withNoStore()
    }

    private func person(_ hint: CIBARequest.Hint) async throws -> Person? {
        switch hint {
        case .idToken(let token):
            return try await database.read { try PersonStore.find(token.subject, in: $0) }
        case .login(let typed):
            guard let name = SignInName(typed) else { return nil }
            let phoneIndex = name.kind == .phone ? vault.phoneIndex(name.text) : nil
            return try await database.read { statements in
                if let phoneIndex { return try PersonStore.find(phoneIndex: phoneIndex, in: statements)?.person }
                return try PersonStore.find(signInName: name.text, in: statements)?.person
            }
        }
    }

    private func open(
        _ parsed: CIBARequest, _ resources: [String], _ authReqID: String, for person: Person, _ client: Client
    ) async throws {
        let now = surroundings.now()
        var opening = ApprovalStore.Opening(
            id: surroundings.newID(), requestHash: crypto.digest(authReqID), kind: .ciba, clientID: client.id,
            scopes: parsed.scopes, interval: Self.interval, expiresAt: now + parsed.life)
        opening.personID = person.id
        opening.terms.limit(to: resources)
        opening.bindingMessage = parsed.bindingMessage
        opening.sealedNotification = try parsed.notificationToken.map {
            try CIBAPing.seal(authReqID: authReqID, token: $0, approval: opening.id, by: crypto)
        }
        let event = AuditEvent(
            kind: "approval.asked", actor: client.subject, subject: opening.id, detail: "ciba", surroundings)
        // Only the system's name: a phone may lie open on a table.
        let text = LocalizedText(
            zh: "【一门】\(client.label.zh)请您确认一次登录。请打开一门“我的账号”中的“待我确认”查看；不是您本人操作请拒绝。",
            en:
                "[Yimen] \(client.label.en) asks you to confirm a sign-in. Open “Waiting for me” in your account; refuse if it is not you."
        )
        let message = surroundings.newID()
        let isOpen = try await database.transaction { [opening] transaction in
            try PersonStore.hold(row: person.id, in: transaction)
            guard try ApprovalStore.waiting(for: person.id, at: now, in: transaction).count < Self.mostWaiting,
                try ApprovalStore.asked(of: person.id, since: now - .hours(1), in: transaction) < Self.mostInAnHour,
                try ApprovalStore.add(opening, at: now, in: transaction)
            else { return false }
            try AuditStore.append(event, in: transaction)
            try TextMessages.enqueue(text, to: person.id, id: message, at: now, in: transaction)
            return true
        }
        guard isOpen else { throw OAuthError(.accessDenied, "too many requests wait for this person") }
    }
}
