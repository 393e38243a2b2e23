import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Booking

/// One request and the answer it must get.
struct Scenario: Sendable, CustomTestStringConvertible {
    let name: String
    let token: String?
    let method: HTTPRequest.Method
    let path: String
    let body: String?
    let type: String?
    let status: Int
    /// Name of the problem; `nil` for a good answer.
    let problem: String?
    /// A text that the answer must hold.
    let holds: String?

    var testDescription: String { name }

    init(
        _ name: String, _ token: String?, _ method: HTTPRequest.Method, _ path: String, _ status: Int,
        _ problem: String? = nil, holds: String? = nil
    ) {
        self.init(name, token, method, path, nil, status, problem, holds: holds)
    }

    init(
        _ name: String, _ token: String?, _ method: HTTPRequest.Method, _ path: String, _ body: String?,
        type: String? = "application/json", _ status: Int, _ problem: String? = nil, holds: String? = nil
    ) {
        self.name = name
        self.token = token
        self.method = method
        self.path = path
        self.body = body
        self.type = body == nil ? nil : type
        self.status = status
        self.problem = problem
        self.holds = holds
    }
}

@Suite("Booking API: every bad input has its own clear answer and changes nothing")
struct APIScenarioTests {
    private static let reservations = "/api/v1/reservations"
    private static let checkIns = "/api/v1/halls/night/check-ins"
    private static let tickets = "/api/v1/halls/night/tickets"
    private static let slots = "/api/v1/halls/night/slots"
    private static let none = "00000000-0000-7000-8000-000000000000"

    private static func hold(
        hall: String = #""night""#, items: String = #"["card"]"#, start: String = #""2026-11-23T11:00:00+08:00""#
    ) -> String {
        #"{"hall":\#(hall),"items":\#(items),"start":\#(start)}"#
    }

    static let scenarios: [Scenario] = [
        Scenario("malformed JSON", "citizen", .post, reservations, #"{"hall":"#, 400, "invalid-request"),
        Scenario("an empty body", "citizen", .post, reservations, "", 400, "invalid-request"),
        Scenario("a list for an object", "citizen", .post, reservations, "[]", 400, "invalid-request"),
        Scenario(
            "a wrong type", "citizen", .post, reservations, hold(hall: "7"), 400, "invalid-request", holds: "\"/hall\""),
        Scenario(
            "a wrong type inside", "citizen", .post, reservations, hold(items: #"["card",1]"#), 400, "invalid-request",
            holds: "\"/items/1\""),
        Scenario(
            "no items", "citizen", .post, reservations, hold(items: "[]"), 400, "invalid-request", holds: "/items"),
        Scenario(
            "too many items", "citizen", .post, reservations, hold(items: #"["a","b","c","d","e","f"]"#), 400,
            "invalid-request", holds: "/items"),
        Scenario(
            "a name too long", "citizen", .post, reservations,
            hold(hall: "\"" + String(repeating: "x", count: 65) + "\""),
            400, "invalid-request", holds: "/hall"),
        Scenario(
            "a time without offset", "citizen", .post, reservations, hold(start: #""2026-11-23T11:00:00""#), 400,
            "invalid-request", holds: "/start"),
        Scenario(
            "a missing member", "citizen", .post, reservations, #"{"hall":"night"}"#, 400, "invalid-request",
            holds: "/items"),
        Scenario(
            "an unknown member", "citizen", .post, reservations, #"{"hall":"night","items":["card"],"when":1}"#, 400,
            "invalid-request", holds: "/when"),
        Scenario("an unknown hall", "citizen", .post, reservations, hold(hall: #""none""#), 404, "not-found"),
        Scenario(
            "an unknown item", "citizen", .post, reservations, hold(items: #"["none"]"#), 404, "not-found",
            holds: "/items/0"),
        Scenario(
            "a start that is no slot", "citizen", .post, reservations, hold(start: #""2026-11-23T11:03:00+08:00""#),
            422,
            "not-a-slot"),
        Scenario(
            "a start in the past", "citizen", .post, reservations, hold(start: #""2026-11-23T09:00:00+08:00""#), 422,
            "not-a-slot"),
        Scenario(
            "a level too low", "citizen", .post, reservations, hold(items: #"["strict"]"#), 403, "assurance-required"),
        Scenario(
            "another media type", "citizen", .post, reservations, hold(), type: "text/plain", 415,
            "unsupported-media-type"),
        Scenario(
            "a body over the limit", "citizen", .post, reservations, String(repeating: " ", count: 70_000), 413,
            "too-large"),
        Scenario("no token", nil, .post, reservations, hold(), 401, "unauthenticated"),
        Scenario("a foreign token", "forged", .post, reservations, hold(), 401, "unauthenticated"),
        Scenario("a token without the scope", "kiosk", .post, reservations, hold(), 403, "insufficient-scope"),
        Scenario("an unknown reservation", "citizen", .get, reservations + "/" + none, 404, "not-found"),
        Scenario("an id that is none", "citizen", .post, reservations + "/%00%27--/confirm", 404, "not-found"),
        Scenario(
            "malformed JSON where no body is taken", "citizen", .post, reservations + "/\(none)/confirm", #"{"x":"#,
            400, "invalid-request"),
        Scenario(
            "a list where no body is taken", "citizen", .post, reservations + "/\(none)/confirm", "[]", 400,
            "invalid-request"),
        Scenario(
            "a member where no body is taken", "citizen", .post, reservations + "/\(none)/cancel", #"{"x":1}"#, 400,
            "invalid-request", holds: "\"/x\""),
        Scenario(
            "a long body where none is taken", "citizen", .post, reservations + "/\(none)/cancel",
            String(repeating: " ", count: 2000), 413, "too-large"),
        Scenario(
            "an empty object where no body is taken", "citizen", .post, reservations + "/\(none)/confirm", "{}", 404,
            "not-found"),
        Scenario("a cursor of nobody", "citizen", .get, reservations + "?cursor=abc", 400, "invalid-request"),
        Scenario("a limit out of range", "citizen", .get, reservations + "?limit=0", 400, "invalid-request"),
        Scenario("a method not offered", "citizen", .delete, reservations, 405, "method-not-allowed"),
        Scenario("slots without a date", nil, .get, slots + "?item=card", 400, "invalid-request", holds: "date"),
        Scenario("slots of no day", nil, .get, slots + "?item=card&date=2026-02-30", 400, "invalid-request"),
        Scenario(
            "a parameter twice", nil, .get, slots + "?item=card&item=card&date=2026-11-23", 400, "invalid-request"),
        Scenario(
            "slots of an unknown hall", nil, .get, "/api/v1/halls/none/slots?item=card&date=2026-11-23", 404,
            "not-found"),
        Scenario(
            "slots of an item not served", nil, .get, "/api/v1/halls/far/slots?item=long&date=2026-11-23", 404,
            "not-found"),
        Scenario(
            "days in reverse", nil, .get, "/api/v1/halls/night/availability?item=card&from=2026-11-24&to=2026-11-23",
            400,
            "invalid-request"),
        Scenario(
            "too many days", nil, .get, "/api/v1/halls/night/availability?item=card&from=2026-01-01&to=2026-12-31", 400,
            "invalid-request"),
        Scenario(
            "days past the horizon, which are not closed", nil, .get,
            "/api/v1/halls/night/availability?item=card&from=2026-12-30&to=2027-01-05", 200, holds: #"{"days":[]}"#),
        Scenario(
            "days before today", nil, .get,
            "/api/v1/halls/night/availability?item=card&from=2026-11-20&to=2026-11-23", 200,
            holds: #"{"days":[{"date":"2026-11-23","open":true"#),
        Scenario("a board of no hall", nil, .get, "/api/v1/halls/none/board", 404, "not-found"),
        Scenario(
            "a code with a wrong check digit", "kiosk", .post, checkIns, #"{"code":"0000000001"}"#, 422,
            "invalid-ticket"),
        Scenario("a code of nobody", "kiosk", .post, checkIns, #"{"code":"0000000006"}"#, 422, "invalid-ticket"),
        Scenario("a ticket that is none", "kiosk", .post, checkIns, #"{"ticket":"HELLO"}"#, 422, "invalid-ticket"),
        Scenario("two proofs", "kiosk", .post, checkIns, #"{"ticket":"A","code":"1"}"#, 400, "invalid-request"),
        Scenario("no proof", "kiosk", .post, checkIns, "{}", 400, "invalid-request"),
        Scenario(
            "another hall's kiosk", "kiosk", .post, "/api/v1/halls/far/check-ins", #"{"code":"0000000006"}"#, 403,
            "forbidden"),
        Scenario(
            "a citizen at the kiosk", "citizen", .post, checkIns, #"{"code":"0000000006"}"#, 403, "insufficient-scope"),
        Scenario("a walk-in for an unknown item", "kiosk", .post, tickets, #"{"item":"none"}"#, 404, "not-found"),
        Scenario(
            "an unknown class", "kiosk", .post, tickets, #"{"item":"card","class":"royal"}"#, 400, "invalid-request",
            holds: "/class"),
        Scenario("an unknown window", "officer", .post, "/api/v1/windows/none/open", 404, "not-found"),
        Scenario("another hall's window", "officer", .post, "/api/v1/windows/far-a-1/open", 403, "forbidden"),
        Scenario(
            "a citizen at the window", "citizen", .post, "/api/v1/windows/night-a-1/open", 403, "insufficient-scope"),
        Scenario(
            "malformed JSON for a window", "officer", .post, "/api/v1/windows/night-a-1/open", #"{"x":"#, 400,
            "invalid-request"),
        Scenario(
            "a call at a closed window", "officer", .post, "/api/v1/windows/night-a-1/call-next", 409, "queue-closed",
            holds: "closed"),
        Scenario("an unknown ticket", "officer", .post, "/api/v1/tickets/\(none)/start", 404, "not-found"),
        Scenario(
            "good slots", nil, .get, slots + "?item=card&date=2026-11-23", 200,
            holds: #""start":"2026-11-23T10:10:00+08:00","end":"2026-11-23T10:20:00+08:00","remaining":7"#),
        Scenario(
            "good days", nil, .get, "/api/v1/halls/night/availability?item=card", 200,
            holds: #"{"date":"2026-11-23","open":true"#),
        Scenario("a good board", nil, .get, "/api/v1/halls/night/board", 200, holds: #""calls":[]"#),
    ]

    @Test(arguments: Backend.available)
    func `each row of the table`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let fixture = WebFixture()
            fixture.tokens.add("citizen", BookingWorld.person(1))
            fixture.tokens.add("kiosk", BookingWorld.kiosk)
            fixture.tokens.add("officer", BookingWorld.officer(1))
            try await fixture.run(routes: { BookingRoutes(booking: world.booking).addRoutes(to: $0) }) { client in
                for scenario in APIScenarioTests.scenarios {
                    var headers = HTTPFields()
                    if let token = scenario.token { headers[.authorization] = "Bearer " + token }
                    if let type = scenario.type { headers[.contentType] = type }
                    let answer = try await client.send(scenario.method, scenario.path, headers, body: scenario.body)
                    let comment = Comment(rawValue: "\(scenario.name): \(answer.text)")
                    #expect(answer.status.code == scenario.status, comment)
                    if let problem = scenario.problem {
                        #expect(answer.headers[.contentType] == "application/problem+json", comment)
                        #expect(answer.text.contains("urn:yimen:problem:" + problem + "\""), comment)
                        if [401, 403].contains(scenario.status), problem != "forbidden" {
                            #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true, comment)
                        }
                    }
                    if let holds = scenario.holds { #expect(answer.text.contains(holds), comment) }
                }
            }
            try await Invariants.check(world.database)
            #expect(try await world.booking.reservations.list(by: BookingWorld.person(1)).reservations.isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func `from the slot to the end of the service over HTTP`(backend: Backend) async throws {
        try await withWorld(backend) { world in
            let fixture = WebFixture()
            fixture.tokens.add("citizen", BookingWorld.person(1))
            fixture.tokens.add("kiosk", BookingWorld.kiosk)
            fixture.tokens.add("officer", BookingWorld.officer(1))
            try await fixture.run(routes: { BookingRoutes(booking: world.booking).addRoutes(to: $0) }) { client in
                func post(_ token: String, _ path: String, _ body: String? = nil, key: String? = nil) async throws
                    -> TestResponse
                {
                    var headers: HTTPFields = [.authorization: "Bearer " + token]
                    if body != nil { headers[.contentType] = "application/json" }
                    if let key { headers[.idempotencyKey] = key }
                    return try await client.send(.post, path, headers, body: body)
                }
                let body = #"{"hall":"night","items":["card"],"start":"2026-11-23T10:20:00+08:00"}"#
                let held = try await post("citizen", APIScenarioTests.reservations, body, key: "key-00001")
                #expect(held.status == .created && held.headers[.cacheControl] == "no-store")
                let again = try await post("citizen", APIScenarioTests.reservations, body, key: "key-00001")
                #expect(again.text == held.text && again.status == .created)
                let id = try #require(try held.json().text("id"))
                let booked = try await post("citizen", APIScenarioTests.reservations + "/\(id)/confirm").json()
                #expect(booked.text("state") == "booked" && booked.text("ticket")?.count == 158)
                let picture = try await client.get(
                    APIScenarioTests.reservations + "/\(id)/ticket.svg", [.authorization: "Bearer citizen"])
                #expect(picture.text.hasPrefix("<svg"))
                let code = try #require(booked.text("code"))
                let entry = try await client.get(
                    APIScenarioTests.reservations + "/\(id)/calendar.ics", [.authorization: "Bearer citizen"])
                #expect(entry.text.contains("DTSTART:20261123T022000Z\r\n"))
                #expect(entry.text.contains("DESCRIPTION:预约码：\(code)。"))
                let english = try await client.get(
                    APIScenarioTests.reservations + "/\(id)/calendar.ics",
                    [.authorization: "Bearer citizen", .acceptLanguage: "en-GB, zh;q=0.5"])
                #expect(english.text.contains("DESCRIPTION:Booking code: \(code)."))
                let ticket = try await post("kiosk", APIScenarioTests.checkIns, #"{"code":"\#(code)"}"#)
                #expect(ticket.status == .created)
                let second = try await post("kiosk", APIScenarioTests.checkIns, #"{"code":"\#(code)"}"#)
                #expect(second.status == .conflict && second.text.contains("redeemedAt"))
                _ = try await post("officer", "/api/v1/windows/night-a-1/open")
                let called = try await post("officer", "/api/v1/windows/night-a-1/call-next").json()
                #expect(try called.text("number") == ticket.json().text("number"))
                let number = try #require(called.text("id"))
                let early = try await post("officer", "/api/v1/tickets/\(number)/finish")
                #expect(early.status == .conflict && early.text.contains(#""state":"called""#))
                #expect(try await post("officer", "/api/v1/tickets/\(number)/start").json().text("state") == "serving")
                #expect(try await post("officer", "/api/v1/tickets/\(number)/finish").json().text("state") == "done")
            }
        }
    }
}
