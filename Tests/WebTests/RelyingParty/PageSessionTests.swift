import Core
import TestKit
import Testing

@testable import Web

extension PageSession {
    static func example(key: String, now: Instant) -> PageSession {
        PageSession(
            key: key,
            principal: Principal(
                subject: "person-1", clientID: "yimen-portal", scopes: ["booking"], roles: [.officer], assurance: .l2,
                hall: "jinan", sessionID: "sid-1", displayName: "王*"),
            accessToken: Secret("at"), accessExpiresAt: now + .seconds(600), renewal: .refreshToken(Secret("rt")),
            idToken: Secret("idt"), signedInAt: now, seenAt: now, endsAt: now + .hours(12))
    }
}

@Suite("Page sessions at rest")
struct PageSessionTests {
    @Test func `a session comes back from its record unchanged`() throws {
        let session = PageSession.example(key: "k", now: Instant(milliseconds: 1_795_000_000_123))
        let back = try #require(PageSession(session.record))
        #expect(back.key == "k")
        #expect(back.principal == session.principal)
        #expect(back.accessToken.reveal() == "at")
        #expect(back.accessExpiresAt == session.accessExpiresAt)
        #expect(back.idToken?.reveal() == "idt")
        #expect(back.endsAt == session.endsAt)
        guard case .refreshToken(let token) = back.renewal else {
            Issue.record("no refresh token")
            return
        }
        #expect(token.reveal() == "rt")
        #expect(session.record.sid == "sid-1")
        #expect(!"\(session.record)".contains("rt"))
    }

    @Test(arguments: ["", "{}", "null", #"{"principal":{}}"#])
    func `another payload counts as signed out`(payload: String) {
        let record = PageSessionRecord(
            key: "k", sid: nil, subject: "s", expiresAt: Instant(seconds: 0), payload: Secret(payload))
        #expect(PageSession(record) == nil)
    }
}
