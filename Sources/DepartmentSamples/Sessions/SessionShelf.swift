import Foundation
import Synchronization

/// What one department remembers: sign-ins under way, sessions, and logout tokens already used. In memory, bounded.
final class SessionShelf: Sendable {
    private struct Content {
        var attempts: [String: SignInAttempt] = [:]
        var sessions: [String: LocalSession] = [:]
        var usedLogoutTokens: [String: Date] = [:]
    }

    private static let attemptLife: TimeInterval = 600
    private static let sessionLife: TimeInterval = 8 * 3_600
    private static let capacity = 10_000
    private let content = Mutex(Content())

    /// Remembers a sign-in that begins; when there are too many, the oldest give way.
    func begin(_ attempt: SignInAttempt) {
        content.withLock { content in
            content.attempts = content.attempts.filter {
                attempt.began.timeIntervalSince($0.value.began) < Self.attemptLife
            }
            if content.attempts.count >= Self.capacity,
                let oldest = content.attempts.min(by: { $0.value.began < $1.value.began })
            {
                content.attempts[oldest.key] = nil
            }
            content.attempts[attempt.state] = attempt
        }
    }

    /// Takes a sign-in out, once, if this browser began it and it is not too old.
    func finish(state: String, browser: String, now: Date) -> SignInAttempt? {
        content.withLock { content in
            guard let attempt = content.attempts[state], attempt.browser == browser else { return nil }
            content.attempts[state] = nil
            return now.timeIntervalSince(attempt.began) < Self.attemptLife ? attempt : nil
        }
    }

    /// Opens a session under a new handle.
    func open(_ session: LocalSession) -> String {
        let handle = Handle.make()
        content.withLock { content in
            content.sessions = content.sessions.filter {
                session.began.timeIntervalSince($0.value.began) < Self.sessionLife
            }
            if content.sessions.count >= Self.capacity,
                let oldest = content.sessions.min(by: { $0.value.began < $1.value.began })
            {
                content.sessions[oldest.key] = nil
            }
            content.sessions[handle] = session
        }
        return handle
    }

    func session(handle: String?, now: Date) -> LocalSession? {
        guard let handle, let session = content.withLock({ $0.sessions[handle] }) else { return nil }
        return now.timeIntervalSince(session.began) < Self.sessionLife ? session : nil
    }

    /// Ends one session and returns it, for the hint of the sign-out.
    func close(handle: String?) -> LocalSession? {
        guard let handle else { return nil }
        return content.withLock { $0.sessions.removeValue(forKey: handle) }
    }

    /// Ends what a logout token names: that provider session, or without one every session of the subject.
    /// - Returns: how many ended; nil when this token was used before.
    func closeAll(providerSession: String?, subject: String?, tokenID: String, now: Date) -> Int? {
        content.withLock { content in
            content.usedLogoutTokens = content.usedLogoutTokens.filter {
                now.timeIntervalSince($0.value) < 2 * LogoutToken.longestAge
            }
            guard content.usedLogoutTokens.updateValue(now, forKey: tokenID) == nil else { return nil }
            let before = content.sessions.count
            content.sessions = content.sessions.filter { _, session in
                if let subject, session.subject != subject { return true }
                if let providerSession { return session.providerSession != providerSession }
                return false
            }
            return before - content.sessions.count
        }
    }
}
