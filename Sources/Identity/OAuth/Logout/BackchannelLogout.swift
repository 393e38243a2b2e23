import Core
import Logging
package import Storage
package import Web

/// Tells systems that a session of theirs has ended (OpenID Connect Back-Channel Logout 1.0). The
/// outbox delivers each message by itself, with back-off, and a system that is silent gets one attempt at a time: it
/// holds up nobody.
package struct BackchannelLogout: Sendable {
    package static let topic = "identity.backchannel-logout"
    /// RFC 8417 event type of a logout token (§2.4).
    private static let event = "http://schemas.openid.net/event/backchannel-logout"
    private static let tokenLife = Duration.minutes(2)

    let database: any Database
    let clients: ClientDirectory
    let keys: SigningKeys
    let subjects: Subjects
    let post: any OutboundForms
    let issuer: String
    let surroundings: Surroundings
    private let times: LogoutTimes
    private let silent = SilentReceivers()

    init(
        database: any Database, clients: ClientDirectory, keys: SigningKeys, subjects: Subjects,
        post: any OutboundForms, issuer: String, surroundings: Surroundings, times: LogoutTimes = LogoutTimes()
    ) {
        self.database = database
        self.clients = clients
        self.keys = keys
        self.subjects = subjects
        self.post = post
        self.issuer = issuer
        self.surroundings = surroundings
        self.times = times
    }

    /// Queues one message for the system of a session that has just ended.
    static func enqueue(
        _ session: RelyingSession, logout: String, at now: Instant, _ surroundings: Surroundings,
        in transaction: any Transaction
    ) throws {
        let payload = JSONValue.object([
            "sid": .string(session.sid), "sub": .string(session.personID), "client": .string(session.clientID),
        ])
        let id = surroundings.newID()
        try LogoutDeliveryStore.add(id, logout: logout, session: session, at: now, in: transaction)
        try Outbox.enqueue(
            in: transaction, topic: topic, payload: String(decoding: payload.encoded(), as: UTF8.self), id: id,
            availableAt: now)
    }

    /// The outbox handler. The token is made when it is sent, so a late delivery is not an expired one.
    ///
    /// - Throws: `OutboxRejection` when the system did not answer 200 or 204: the outbox tries again,
    ///   except after 400, which is the system's last word (§2.8).
    package func deliver(_ message: OutboxMessage) async throws {
        do {
            try await deliver(payload: message.payload)
        } catch {
            let rejection = error as? OutboxRejection
            let fault = rejection?.reason ?? String(describing: type(of: error))
            let isFinal = rejection?.isFinal == true || message.isLast
            // A task of its own: what has run out may be the time of this one, and a cancelled task is refused by the
            // database.
            await Task { try? await record(message, fault: fault, isFinal: isFinal) }.value
            throw error
        }
        // Told once more after a crash right here, with a `jti` of its own: nothing is left to end, which is a success
        // too (§2.7).
        try await record(message, fault: nil, isFinal: true)
    }

    private func record(_ message: OutboxMessage, fault: String?, isFinal: Bool) async throws {
        let now = surroundings.now()
        let end = try await database.transaction { transaction in
            try LogoutDeliveryStore.record(
                message.id, attempt: message.attempt, fault: fault.map { String($0.prefix(200)) }, isFinal: isFinal,
                at: now, in: transaction)
        }
        if let end { times.record(end) }
    }

    func deliver(payload: String) async throws {
        let payload = try JSONParser.parse(Array(payload.utf8))
        guard let sid = payload["sid"]?.stringValue, let person = payload["sub"]?.stringValue,
            let clientID = payload["client"]?.stringValue
        else { throw OutboxRejection("the message cannot be read", isFinal: true) }
        guard let client = try await clients.find(clientID), let uri = client.backchannelLogoutURI else {
            throw OutboxRejection("\(clientID) is gone or has no address any more", isFinal: true)
        }
        guard silent.mayTry(clientID, at: surroundings.now()) else {
            throw OutboxRejection("\(clientID) has not answered lately", isFinal: false)
        }
        let token = try logoutToken(
            sid: sid, subject: subjects.subject(of: person, for: client), client: client)
        let status: Int
        do {
            status = try await post.post(ParameterList(["logout_token": token]), to: uri)
        } catch {
            silent.noAnswer(clientID, at: surroundings.now())
            throw error
        }
        silent.answered(clientID)
        guard status == 200 || status == 204 else {
            throw OutboxRejection("\(clientID) answered \(status)", isFinal: status == 400)
        }
    }

    /// §2.4: typed, with `sub`, `sid`, `events` and `jti`, and never with `nonce`.
    func logoutToken(sid: String, subject: String, client: Client) throws -> String {
        let now = surroundings.now()
        let claims = JSONValue.object([
            "iss": .string(issuer), "sub": .string(subject), "aud": .string(client.id), "iat": .integer(now.seconds),
            "exp": .integer((now + Self.tokenLife).seconds), "jti": .string(surroundings.newID()),
            "sid": .string(sid), "events": .object([JSONValue.Member(Self.event, .object([JSONValue.Member]()))]),
        ])
        return try keys.sign(claims, type: "logout+jwt", algorithm: client.idTokenAlgorithm)
    }
}

/// Posts forms to systems outside; the implementation guards against addresses that are not meant to be
/// reached, follows no redirect and limits time and size (identity rule 17).
package protocol OutboundForms: Sendable {
    /// - Returns: the status of the answer.
    /// - Throws: when there was no answer.
    func post(_ form: ParameterList, to uri: String) async throws -> Int
}

/// Reads documents of systems outside under the same rules: key sets, sector identifiers.
package protocol OutboundDocuments: Sendable {
    /// - Parameter limit: the most bytes that are read.
    /// - Throws: when there was no document: another status than 200, a longer body, no answer, an address that is
    ///   not meant to be reached.
    func document(at uri: String, limit: Int) async throws -> [UInt8]
}

extension OutboundClient: OutboundForms, OutboundDocuments {}
