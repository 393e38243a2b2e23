import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Booking

@Suite("Golden: the booking API, as its callers see it on the wire")
struct BookingGoldenTests {
    private static let reservations = "/api/v1/reservations"

    private func exchanges(
        _ name: String, _ body: @Sendable @escaping (GoldenExchanges) async throws -> Void
    ) async throws {
        try await withWorld(.sqlite) { world in
            let fixture = WebFixture()
            fixture.tokens.add("citizen", BookingWorld.person(1))
            fixture.tokens.add("kiosk", BookingWorld.kiosk)
            fixture.tokens.add("officer", BookingWorld.officer(1))
            try await fixture.run(routes: { BookingRoutes(booking: world.booking).addRoutes(to: $0) }) { client in
                let exchanges = GoldenExchanges(name, client, of: #filePath)
                try await body(exchanges)
                try exchanges.check()
            }
        }
    }

    private func headers(_ token: String?, json: Bool = false, key: String? = nil) -> HTTPFields {
        var headers = HTTPFields()
        if let token { headers[.authorization] = "Bearer " + token }
        if json { headers[.contentType] = "application/json" }
        if let key { headers[.idempotencyKey] = key }
        return headers
    }

    @Test func `free times`() async throws {
        try await exchanges("free-times") { http in
            let hall = "/api/v1/halls/night/"
            _ = try await http.send("The days", .get, hall + "availability?item=card&from=2026-11-23&to=2026-11-24")
            _ = try await http.send("A day that is over", .get, hall + "slots?item=card&date=2026-11-22")
            _ = try await http.send("A day that is none", .get, hall + "slots?item=card&date=2026-02-30")
            _ = try await http.send("An unknown hall", .get, "/api/v1/halls/none/slots?item=card&date=2026-11-23")
            _ = try await http.send("A method not offered", .post, hall + "slots")
        }
    }

    @Test func `a visit from the time to the end of the service`() async throws {
        try await exchanges("visit") { http in
            let body = #"{"hall":"night","items":["card"],"start":"2026-11-23T10:20:00+08:00"}"#
            let citizen = headers("citizen")
            let held = try await http.send(
                "A time is held", .post, Self.reservations, headers("citizen", json: true, key: "key-00001"), body: body
            )
            let id = try #require(try held.json()["id"]?.stringValue)
            let booked = try await http.send("It is booked", .post, Self.reservations + "/\(id)/confirm", citizen)
            let code = try #require(try booked.json()["code"]?.stringValue)
            _ = try await http.send("It is read", .get, Self.reservations + "/\(id)", citizen)
            _ = try await http.send(
                "It is redeemed at the hall", .post, "/api/v1/halls/night/check-ins", headers("kiosk", json: true),
                body: #"{"code":"\#(code)"}"#)
            _ = try await http.send(
                "It is redeemed again", .post, "/api/v1/halls/night/check-ins", headers("kiosk", json: true),
                body: #"{"code":"\#(code)"}"#)
            let officer = headers("officer")
            _ = try await http.send("A window opens", .post, "/api/v1/windows/night-a-1/open", officer)
            let called = try await http.send(
                "It calls the next", .post, "/api/v1/windows/night-a-1/call-next", officer)
            let ticket = try #require(try called.json()["id"]?.stringValue)
            _ = try await http.send("Too early to finish", .post, "/api/v1/tickets/\(ticket)/finish", officer)
            _ = try await http.send("The service begins", .post, "/api/v1/tickets/\(ticket)/start", officer)
            _ = try await http.send("The board", .get, "/api/v1/halls/night/board")
            _ = try await http.send("The service ends", .post, "/api/v1/tickets/\(ticket)/finish", officer)
        }
    }

    @Test func `a walk-in`() async throws {
        try await exchanges("walk-in") { http in
            let kiosk = headers("kiosk", json: true)
            _ = try await http.send(
                "A number without a booking", .post, "/api/v1/halls/night/tickets", kiosk, body: #"{"item":"walk"}"#)
            _ = try await http.send(
                "An unknown class", .post, "/api/v1/halls/night/tickets", kiosk,
                body: #"{"item":"card","class":"royal"}"#)
        }
    }

    @Test func `refusals`() async throws {
        try await exchanges("refusals") { http in
            let citizen = headers("citizen", json: true)
            let post = HTTPRequest.Method.post
            let path = Self.reservations
            _ = try await http.send("Nobody", post, path, headers(nil, json: true), body: "{}")
            _ = try await http.send("Without the scope", post, path, headers("kiosk", json: true), body: "{}")
            _ = try await http.send("No JSON", post, path, citizen, body: #"{"hall":"#)
            _ = try await http.send(
                "Several faults of one body", post, path, citizen, body: #"{"hall":7,"items":[],"when":1}"#)
            _ = try await http.send(
                "A time that is no slot", post, path, citizen,
                body: #"{"hall":"night","items":["card"],"start":"2026-11-23T11:03:00+08:00"}"#)
            _ = try await http.send(
                "A level too low", post, path, citizen,
                body: #"{"hall":"night","items":["strict"],"start":"2026-11-23T11:00:00+08:00"}"#)
            _ = try await http.send("Another media type", post, path, headers("citizen"), body: "{}")
            _ = try await http.send("A method not offered", .delete, path, headers("citizen"))
        }
    }
}
