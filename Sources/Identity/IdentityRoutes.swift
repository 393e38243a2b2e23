import Hummingbird
package import Web

/// The one place that names Identity's paths.
package struct IdentityRoutes: Sendable {
    private let provider: IdentityProvider

    package init(_ provider: IdentityProvider) {
        self.provider = provider
    }

    package func addRoutes(to router: WebRouter) {
        let endpoints = provider.endpoints(router)
        // Other sites send people here, with GET or POST; there is no CORS and no form token.
        router.crossSite.get("/oauth2/authorize", use: endpoints.authorize.get)
        router.crossSite.post("/oauth2/authorize", use: endpoints.authorize.post)
        router.crossSite.get("/oauth2/logout", use: endpoints.logout.get)
        router.crossSite.post("/oauth2/logout", use: endpoints.logout.post)

        router.crossSite.get("/oauth2/session", use: endpoints.checkSession.get)
        router.browser.get("/oauth2/logout/done", use: endpoints.signedOut.get)

        router.browser.get("/login", use: endpoints.login.get)
        router.browser.post("/login", use: endpoints.login.post)
        router.browser.get("/select-account", use: endpoints.selectAccount.get)
        router.browser.post("/select-account", use: endpoints.selectAccount.post)
        router.browser.get("/step-up", use: endpoints.stepUp.get)
        router.browser.post("/step-up", use: endpoints.stepUp.post)
        router.browser.get("/consent", use: endpoints.consent.get)
        router.browser.post("/consent", use: endpoints.consent.post)
        router.browser.get("/account/access", use: endpoints.access.get)
        router.browser.post("/account/access", use: endpoints.access.post)
        router.browser.get("/account", use: endpoints.account.get)
        router.browser.post("/account", use: endpoints.account.post)
        router.browser.get("/account/password", use: endpoints.password.get)
        router.browser.post("/account/password", use: endpoints.password.post)

        router.browser.get("/device", use: endpoints.approvals.device.get)
        router.browser.post("/device", use: endpoints.approvals.device.post)
        router.browser.get("/device/qr", use: endpoints.approvals.device.qr)
        router.browser.get("/approvals", use: endpoints.approvals.list.get)
        router.browser.post("/approvals", use: endpoints.approvals.list.post)

        router.protocols.post("/oauth2/device_authorization", use: endpoints.approvals.deviceAuthorization.post)
        router.protocols.post("/oauth2/bc-authorize", use: endpoints.approvals.backchannelAuthentication.post)
        let registration = provider.registrationEndpoint
        router.protocols.post("/oauth2/register", use: registration.post)
        router.protocols.get("/oauth2/register/{client}", use: registration.get)
        router.protocols.put("/oauth2/register/{client}", use: registration.put)
        router.protocols.delete("/oauth2/register/{client}", use: registration.delete)
        router.infrastructure.get("/client-logos/{digest}", use: provider.clientLogo.get)
        provider.administration(router).addRoutes(to: router)

        router.protocols.post("/oauth2/token", use: endpoints.token.post)
        router.protocols.post("/oauth2/par", use: endpoints.pushed.post)
        router.protocols.get("/oauth2/userinfo", use: endpoints.userInfo.get)
        router.protocols.post("/oauth2/userinfo", use: endpoints.userInfo.post)
        router.protocols.post("/oauth2/introspect", use: endpoints.introspection.post)
        router.protocols.post("/oauth2/revoke", use: endpoints.revocation.post)
        router.protocols.get("/oauth2/jwks", use: endpoints.discovery.jwks)
        router.protocols.get("/.well-known/openid-configuration", use: endpoints.discovery.configuration)
        router.protocols.get("/.well-known/oauth-authorization-server", use: endpoints.discovery.configuration)

        router.api.get("/api/v1/consents", use: endpoints.consents.list)
        router.api.delete("/api/v1/consents/{client}", use: endpoints.consents.withdraw)
    }
}
