import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// The lines of `oidcc-frontchannel-rp-initiated-logout-certification-test-plan`. That the page's script goes on by
/// itself is for the tests with a real browser; here stands the link that it follows.
enum FrontchannelLogoutPlan {
    static let lines: [PlanLine] = [
        PlanLine("oidcc-frontchannel-logout-discovery-endpoint-verification") { plan in
            let document = try await plan.discovery()
            #expect(document["frontchannel_logout_supported"]?.boolValue == true)
            #expect(document["frontchannel_logout_session_supported"]?.boolValue == true)
            #expect(document["end_session_endpoint"]?.stringValue?.hasPrefix(House.issuer + "/") == true)
        },
        PlanLine("oidcc-frontchannel-rp-initiated-logout") { plan in
            try await plan.addFrontchannels()
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let before = browser
            let hint = try plan.hint(body)
            let end = try await plan.logout(PlanHouse.returning(hint), &browser)
            let page = try #require(end.page)
            try plan.checkFrame(of: page, try plan.house.claims(hint))
            #expect(page.wayOn == PlanHouse.bye + "?state=a%20b")
            try await plan.checkSignedOut(&browser, before: before, body)
        },
        PlanLine("a sign-out that the person confirms loads the frame too") { plan in
            try await plan.addFrontchannels()
            var browser = Browser()
            let body = try await plan.tokens(plan.attempt, &browser)
            let before = browser
            let question = try await plan.logout(ParameterList(), &browser)
            #expect(question.page?.signOutFrames.isEmpty == true)
            let end = try await plan.confirm(question, &browser)
            let page = try #require(end.page)
            try plan.checkFrame(of: page, try plan.idToken(body))
            #expect(page.wayOn == nil)
            try await plan.checkSignedOut(&browser, before: before, body)
        },
    ]
}

extension PlanHouse {
    /// Both systems register an address; the person enters one of them.
    fileprivate func addFrontchannels() async throws {
        for client in ["department", "other"] {
            try await house.change(client) {
                $0.policy.frontchannelLogoutURI = "https://\(client).example/frontchannel"
            }
        }
    }

    /// One frame, with the issuer and the session that the ID token names, and a policy that lets it load.
    fileprivate func checkFrame(of page: TestResponse, _ issued: JSONValue) throws {
        #expect(page.saysSignedOut)
        #expect(page.signOutFrames.count == 1)
        let parts = try #require(page.signOutFrames.first).split(separator: "?")
        #expect(parts.count == 2 && parts.first == "https://department.example/frontchannel")
        let parameters = try ParameterList(query: parts.last.map { String($0) })
        #expect(parameters.items.map(\.name) == ["iss", "sid"])
        let session = try #require(issued["sid"]?.stringValue)
        #expect(try parameters.single("iss") == House.issuer)
        #expect(try parameters.single("sid") == session)
        let policy = try #require(page.headers[.contentSecurityPolicy])
        #expect(policy.contains("frame-src https://department.example"))
    }
}

extension TestResponse {
    /// The addresses that a page loads for systems to sign out by.
    fileprivate var signOutFrames: [String] {
        text.matches(of: /iframe hidden [^>]*src="([^"]+)"/).map { match in
            String(match.output.1).replacing("&amp;", with: "&")
        }
    }

    /// Where it goes when they have loaded.
    fileprivate var wayOn: String? {
        text.firstMatch(of: /href="([^"]+)" data-continue/).map { match in
            String(match.output.1).replacing("&amp;", with: "&")
        }
    }
}

@Suite("Front-Channel OP")
struct FrontchannelLogoutPlanTests {
    @Test(arguments: FrontchannelLogoutPlan.lines, Backend.available)
    func line(_ line: PlanLine, _ backend: Backend) async throws {
        try await PlanHouse.run(line, on: backend)
    }
}
