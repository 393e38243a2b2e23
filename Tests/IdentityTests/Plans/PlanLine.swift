import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// One line of a certification plan: the suite's own name for it, and what it asks of the server.
struct PlanLine: Sendable, CustomTestStringConvertible {
    let name: String
    let run: @Sendable (PlanHouse) async throws -> Void

    init(_ name: String, _ run: @Sendable @escaping (PlanHouse) async throws -> Void) {
        self.name = name
        self.run = run
    }

    var testDescription: String { name }
}

/// The house as a plan sees it: one person, two clients and the plan's response mode.
struct PlanHouse: Sendable {
    let house: House
    /// `nil` leaves the parameter out.
    let mode: String?

    static func run(_ line: PlanLine, mode: String? = nil, on backend: Backend) async throws {
        try await House.run(backend) { house in
            try await house.addCitizen()
            try await house.addClient()
            try await house.addClient("other")
            try await line.run(PlanHouse(house: house, mode: mode))
        }
    }

    var attempt: Attempt { mode.map { Attempt().with("response_mode", $0) } ?? Attempt() }

    /// Where an attempt comes to rest.
    enum Landing {
        case answer(ParameterList)
        case page(FlowEnd)

        var page: TestResponse? { if case .page(let end) = self { end.page } else { nil } }

        func answer() throws -> ParameterList {
            guard case .answer(let list) = self else { throw Missing() }
            return list
        }

        struct Missing: Error {}
    }

    /// With `form_post` the answer is a page whose form goes to the redirect URI.
    func landing(_ end: FlowEnd) throws -> Landing {
        if let answer = end.answer { return .answer(answer) }
        guard mode == "form_post", let page = end.page,
            page.text.contains("action=\"https://department.example/callback\"")
        else { return .page(end) }
        var list = ParameterList()
        for match in page.text.matches(of: /name="([a-z_]+)" value="([^"]*)"/) {
            list.append(String(match.1), Self.unescape(String(match.2)))
        }
        return .answer(list)
    }

    func authorize(_ attempt: Attempt, _ browser: inout Browser) async throws -> Landing {
        try landing(try await house.authorize(attempt, &browser))
    }

    /// With a sign-in where one is asked for.
    func code(_ attempt: Attempt, _ browser: inout Browser) async throws -> String {
        var landing = try await authorize(attempt, &browser)
        if case .page(let end) = landing { landing = try self.landing(try await house.signIn(end, &browser)) }
        return try #require(try landing.answer().single("code"))
    }

    func tokens(_ attempt: Attempt, _ browser: inout Browser) async throws -> JSONValue {
        let response = try await house.token(house.tokenForm(attempt, code: try await code(attempt, &browser)))
        #expect(response.status == .ok, "\(response.text)")
        return try response.json()
    }

    func idToken(_ body: JSONValue) throws -> JSONValue {
        try house.claims(try #require(body["id_token"]?.stringValue))
    }

    func userInfo(_ body: JSONValue) async throws -> JSONValue {
        try await house.userInfo(try #require(body["access_token"]?.stringValue)).json()
    }

    private static func unescape(_ text: String) -> String {
        text.replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&lt;", with: "<")
            .replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}
