import Core
import HTTPTypes
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

@Suite("OpenID identity rules 1 and 2: hostile redirect URIs at the running server")
struct HostileRedirectTests {
    /// Every trick, with and without a session, with prompt=none and with another fault beside it: a page, no redirect.
    @Test func `the authorization endpoint never redirects to an address that is not registered`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            try await house.addClient("app", secret: nil) { $0.redirectURIs = RedirectURITests.registered }
            var browser = Browser()
            var own = Attempt(client: "app", redirectURI: RedirectURITests.registered[0])
            _ = try await house.code(own, &browser)
            for uri in HostileRedirectURIs.requested {
                own.redirectURI = uri
                for suffix in ["", "&prompt=none", "&response_type=token&state=x"] {
                    let response = try await house.client.get(own.uri + suffix, browser.headers)
                    #expect(response.status == .badRequest, "\(uri)")
                    #expect(response.headers[.location] == nil, "\(uri)")
                    #expect(!response.text.contains("evil.example"), "\(uri)")
                }
                let posted = try await house.client.post("/oauth2/authorize", form: own.request, browser.headers)
                #expect(posted.status == .badRequest && posted.headers[.location] == nil, "\(uri)")
            }
        }
    }

    @Test func `none of them is registered, neither for codes nor for signing out`() async throws {
        try await House.run { house in
            for uri in HostileRedirectURIs.registered {
                await #expect(throws: ClientRegistrationFault.self, "\(uri)") {
                    try await house.addClient("app", secret: nil) { $0.redirectURIs = [uri] }
                }
                await #expect(throws: ClientRegistrationFault.self, "\(uri)") {
                    try await house.addClient("app", secret: nil) { $0.postLogoutRedirectURIs = [uri] }
                }
            }
            let found = try await house.provider.clients.find("app")
            #expect(found == nil)
        }
    }
}
