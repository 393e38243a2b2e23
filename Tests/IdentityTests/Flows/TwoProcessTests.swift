import Core
import Cryptography
import HTTPTypes
import HummingbirdTesting
import Storage
import TestKit
import Testing
import Web

@testable import Identity

@Suite("Used once, also across two server processes")
struct TwoProcessTests {
    /// Fifty calls, half of them at each process, all at once.
    private func race<Value: Sendable>(
        _ one: House, _ two: House, _ call: @Sendable @escaping (House) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { group in
            for number in 0..<50 { group.addTask { try await call(number.isMultiple(of: 2) ? one : two) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test(arguments: Backend.available)
    func `one client assertion is good once`(backend: Backend) async throws {
        try await House.runTwo(backend) { one, two in
            let key = try ClientKey.es256.get()
            try await one.addSignedClient(keys: ClientKeys(jwks: key.jwks))
            let assertion = try key.sign(Assertion(at: one.clock.now()).json)
            let answers = try await race(one, two) { try await $0.token(assertion: assertion).status }
            #expect(answers.filter { $0 == .ok }.count == 1)
            #expect(answers.filter { $0 == .unauthorized }.count == 49)
        }
    }

    @Test(arguments: Backend.available)
    func `one DPoP proof is good once, and a nonce of one process is good at the other`(backend: Backend) async throws {
        try await House.runTwo(backend) { one, two in
            try await one.addClient("machine") { $0.grants = ["client_credentials"] }
            let form = ParameterList(["grant_type": "client_credentials", "scope": "booking"])
            let maker = try ProofMaker.es256.get()
            let proof = try maker.proof(one)
            let answers = try await race(one, two) {
                try await $0.token(form, as: "machine:" + House.secret, proofs: [proof]).status
            }
            #expect(answers.filter { $0 == .ok }.count == 1)
            try await one.change("machine") { $0.policy.requireDPoPNonce = true }
            try await two.provider.clients.refresh()
            let asked = try await one.token(form, as: "machine:" + House.secret, proofs: [try maker.proof(one)])
            let nonce = try #require(asked.headers[.dpopNonce])
            let answer = try await two.token(
                form, as: "machine:" + House.secret, proofs: [try maker.proof(two, but: ("nonce", .string(nonce)))])
            #expect(answer.status == .ok)
        }
    }

    @Test(arguments: Backend.available)
    func `one code gives one answer, and what it gave is revoked at both`(backend: Backend) async throws {
        try await House.runTwo(backend) { one, two in
            try await one.addCitizen()
            try await one.addClient()
            var browser = Browser()
            let form = one.tokenForm(code: try await one.code(Attempt(), &browser))
            let answers = try await race(one, two) { try await $0.token(form) }
            let good = answers.filter { $0.status == .ok }
            #expect(good.count == 1)
            #expect(answers.filter { $0.error == "invalid_grant" }.count == 49)
            let body = try #require(try good.first?.json())
            let access = try #require(body["access_token"]?.stringValue)
            let refresh = try #require(body["refresh_token"]?.stringValue)
            for house in [one, two] {
                try await house.provider.revocations.refresh()
                #expect(try await house.userInfo(access).status == .unauthorized)
                #expect(try await house.refresh(refresh).error == "invalid_grant")
            }
        }
    }

    @Test(arguments: Backend.available)
    func `fifty refreshes give one successor`(backend: Backend) async throws {
        try await House.runTwo(backend) { one, two in
            try await one.addCitizen()
            try await one.addClient()
            var browser = Browser()
            let first = try #require(try await one.tokens(Attempt(), &browser)["refresh_token"]?.stringValue)
            let successors = try await race(one, two) {
                try await $0.refresh(first).json()["refresh_token"]?.stringValue
            }
            #expect(successors.count == 50 && Set(successors).count == 1)
            let successor = try #require(successors.first ?? nil)
            #expect(try await two.refresh(successor).status == .ok)
            let rows = try await one.database.read { try $0.query("SELECT 1 AS n FROM identity_refresh_token").count }
            #expect(rows == 3)
        }
    }

    @Test(arguments: Backend.available)
    func `what one process revokes the other refuses, opaque tokens too`(backend: Backend) async throws {
        try await House.runTwo(backend) { one, two in
            try await one.addCitizen()
            try await one.addClient()
            for opaque in [false, true] {
                try await one.change("department") { $0.policy.opaqueAccessTokens = opaque }
                try await two.provider.clients.refresh()
                var browser = Browser()
                let answer = try await one.tokens(Attempt(), &browser)
                let access = try #require(answer["access_token"]?.stringValue)
                #expect(try await two.userInfo(access).status == .ok)
                let form = ParameterList(["token": access])
                #expect(try await one.call("/oauth2/revoke", form, as: "department:" + House.secret).status == .ok)
                #expect(try await one.userInfo(access).status == .unauthorized)
                try await two.provider.revocations.refresh()
                #expect(try await two.userInfo(access).status == .unauthorized)
            }
        }
    }
}
