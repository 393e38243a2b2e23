import Core
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("RFC 8725: hostile tokens at every place of the running server that reads one")
struct HostileTokenTests {
    /// What is wrong with an answer to a token that is not good; empty if nothing.
    private func faults(_ response: TestResponse, _ token: HostileToken, _ reader: TokenReader) throws -> [String] {
        var faults = [String]()
        if response.status.code >= 500 { faults.append("the server fails") }
        if reader.isTaken(response) { faults.append("it is taken") }
        if try !reader.refusal.isMet(by: response), !TokenRefusal.isForText(response, token.text) {
            faults.append("the refusal has another form")
        }
        let answer = response.text + response.headers.map { $0.name.rawName + ": " + $0.value }.joined(separator: "\n")
        let parts = token.text.split(separator: ".").filter { $0.utf8.count > 12 }
        if answer.contains("evil") || parts.contains(where: { answer.contains($0) }) { faults.append("it is repeated") }
        return faults
    }

    @Test(arguments: TokenPlace.all)
    func `none is taken, none makes the server fail, and none is repeated`(place: TokenPlace) async throws {
        try await House.run { house in
            let reader = try await place.open(house)
            let before = try await reader.send(try reader.mould.good())
            #expect(reader.isTaken(before), "the good one: \(before.status) \(before.text.prefix(500))")
            let attacks = try reader.attacks
            #expect(attacks.count > 150)
            for token in attacks {
                let response = try await reader.send(token.text)
                let faults = try faults(response, token, reader)
                #expect(faults.isEmpty, "\(token.name): \(faults), \(response.status) \(response.text.prefix(300))")
            }
            let after = try await reader.send(try reader.mould.good())
            #expect(reader.isTaken(after), "the good one afterwards: \(after.status) \(after.text.prefix(500))")
            #expect(house.outbound.reads.isEmpty, "nothing that a token names was fetched")
        }
    }

    /// Whether such times are taken depends on what the token is for.
    @Test(arguments: TokenPlace.all)
    func `the furthest times that can be written do no harm`(place: TokenPlace) async throws {
        try await House.run { house in
            let reader = try await place.open(house)
            for (name, time) in [("exp", Int64.max), ("iat", .min), ("nbf", .min), ("auth_time", .max)] {
                let token = try reader.mould.token(payload: reader.mould.payload((name, .integer(time))))
                let response = try await reader.send(token)
                #expect(response.status.code < 500, "\(name) \(time): \(response.text.prefix(300))")
            }
        }
    }

    /// A revocation is answered alike whatever is brought (RFC 7009 §2.2), so the token itself must tell.
    @Test func `none of them revokes the token that it imitates`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient()
            var browser = Browser()
            let token = try #require(try await house.tokens(Attempt(), &browser)["access_token"]?.stringValue)
            let mould = try await house.mould(of: token, type: "at+jwt", judged: ["exp"])
            func revoke(_ token: String) async throws -> TestResponse {
                try await house.call(
                    "/oauth2/revoke", ParameterList(["token": token]), as: "department:" + House.secret)
            }
            for hostile in try HostileToken.all(from: mould) {
                let response = try await revoke(hostile.text)
                #expect(
                    response.status == .ok || TokenRefusal.isForText(response, hostile.text), "\(hostile.name)")
                #expect(try await house.userInfo(token).status == .ok, "\(hostile.name)")
            }
            #expect(try await revoke(try mould.good()).status == .ok)
            #expect(try await house.userInfo(token).status == .unauthorized, "the good one does")
        }
    }

    /// Nobody's statement is trusted (RFC 7591 §2.3), so the good one is to bring none.
    @Test func `no software statement registers anybody`() async throws {
        try await House.run { house in
            let initial = try await DynamicOPTests.initialToken(house, uses: 1000)
            let mould = try ClientKey.mould(type: "JWT", types: ["jwt"]) {
                [.init("software_id", "evil"), .init("redirect_uris", .strings(["https://evil.example/callback"]))]
            }
            func register(_ statement: String) async throws -> TestResponse {
                let text = String(decoding: JSONValue.string(statement).encoded(), as: UTF8.self)
                let body = DynamicOPTests.metadata("\"software_statement\": " + text)
                return try await DynamicOPTests.register(house, body, token: initial)
            }
            let refusal = TokenRefusal.json(["invalid_software_statement", "unapproved_software_statement"])
            for hostile in try HostileToken.all(from: mould) {
                let response = try await register(hostile.text)
                let isRefused = try refusal.isMet(by: response)
                #expect(
                    isRefused || TokenRefusal.isForText(response, hostile.text), "\(hostile.name): \(response.text)")
                #expect(!response.text.contains("evil"), "\(hostile.name): \(response.text)")
            }
            #expect(try await register(try mould.good()).error == "unapproved_software_statement")
            let response = try await DynamicOPTests.register(house, DynamicOPTests.metadata(), token: initial)
            #expect(response.status == .created, "\(response.text)")
        }
    }
}
