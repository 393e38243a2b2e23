import Catalogue
import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Identity

/// A page session of the person, as our own relying party would keep it, is a token in these tests' fixture; the whole
/// way through the browser is an acceptance test.
@Suite("Administration: pages of relying systems")
struct ClientPageTests {
    @Test func `the form's members are read as the files' are`() throws {
        var form = ParameterList([
            "clientName": " 社保 ", "redirectUris": "https://a.example/\r\n\r\n https://b.example/ ", "contacts": "",
            "scopes": "openid", "requireConsent": "yes", "accessTokenSeconds": "60", "department": "",
        ])
        form.append("scopes", "phone")
        var registration = ClientRegistration(id: "department")
        registration.profile.department = "tax"
        registration.profile.contacts = ["x@example"]
        let faults = ClientDocument.apply(try ClientFields.members(of: form), to: &registration)
        #expect(faults == [])
        #expect(registration.name == "社保" && registration.redirectURIs == ["https://a.example/", "https://b.example/"])
        #expect(registration.scopes == ["openid", "phone"] && registration.policy.requireConsent == true)
        #expect(registration.accessTokenSeconds == 60)
        #expect(registration.profile.department == nil && registration.profile.contacts == nil)
    }

    @Test func `every field of the form is a member and has its texts`() throws {
        let texts = try WebFixture.renderer.get().library.texts
        for field in ClientFields.all {
            #expect(ClientMembers.camelNamed[field.name] != nil, "\(field.name)")
            for locale in WebLocale.allCases {
                #expect(texts[locale]?.strings["admin.client.field." + field.name] != nil, "\(field.name)")
            }
        }
    }

    @Test func `departments are those of the catalogue, and one that has gone stays chosen until another is`() throws {
        var content = CatalogueContent()
        content.departments = [Department(id: "social", name: LocalizedText(zh: "人社", en: "Social security"))]
        let names = CatalogueNames(catalogue: Catalogue(CatalogueSnapshot(content: content)))
        var registration = ClientRegistration(id: "department")
        registration.profile.department = "social"
        try names.require(registration)
        let view = ClientFormView(
            renderer: try WebFixture.renderer.get(), departments: content.departments, locale: .en)
        func options(_ registration: ClientRegistration) -> [String] {
            let fields = view.page(registration, isNew: false, version: "1").first
            guard let field = fields.first(where: { $0.name == "department" }) else { return [] }
            return field.options.map { option in option.isSelected ? option.label + " *" : option.label }
        }
        #expect(options(registration).dropFirst() == ["Social security *"])
        let former = registration
        registration.profile.department = "gone"
        #expect(throws: ClientRegistrationFault.self) { try names.require(registration, insteadOf: former) }
        try names.require(registration, insteadOf: registration)
        #expect(options(registration).dropFirst() == ["Social security", "gone *"])
    }

    @Test func `every scope says what it is for`() throws {
        let texts = try WebFixture.renderer.get().library.texts
        for scope in ValidateRegistration.knownScopes {
            for locale in WebLocale.allCases {
                #expect(texts[locale]?.strings["admin.client.scope." + scope] != nil, "\(scope)")
            }
        }
    }

    @Test func `a visitor is sent to sign in, at every page of it`() async throws {
        try await House.run { house in
            for path in ["/admin/clients", "/admin/new-client", "/admin/clients/x", "/admin/clients/x/edit"] {
                let answer = try await house.client.get(path, [.accept: "text/html"])
                #expect(answer.headers[.location]?.hasPrefix("/auth/sign-in") == true, "\(path)")
            }
            let posted = try await house.client.post("/admin/new-client", form: ParameterList(["id": "x"]))
            #expect(posted.status == .forbidden || posted.headers[.location]?.hasPrefix("/auth/sign-in") == true)
        }
    }

    @Test func `the snippets hold this client's own values and no secret`() throws {
        var client = Client(
            id: "shebao", name: "社保", authMethod: .basic, secretHash: "hash",
            redirectURIs: ["https://shebao.example/cb"], grants: [.authorizationCode], scopes: ["openid", "phone"])
        for snippet in JoiningSnippets.all(client, issuer: House.issuer) {
            #expect(snippet.text.contains("shebao") && snippet.text.contains(House.issuer))
            #expect(snippet.text.contains("openid") && !snippet.text.contains("hash"))
        }
        client.grants = [.clientCredentials]
        #expect(JoiningSnippets.all(client, issuer: House.issuer).count == 1)
    }
}
