import Hummingbird
import Web

/// Every path of the administration.
struct AdminRoutes: Sendable {
    let clients: ClientAPI
    let tokens: RegistrationTokenAPI
    let sessions: SessionAPI
    let signOuts: SignOutAPI
    let pages: ClientPages
    let signOutPages: SignOutListPages

    func addRoutes(to router: WebRouter) {
        router.api.get("/admin/api/clients", use: clients.list)
        router.api.post("/admin/api/clients", use: clients.create)
        router.api.get("/admin/api/clients/{client}", use: clients.get)
        router.api.put("/admin/api/clients/{client}", use: clients.replace)
        router.api.patch("/admin/api/clients/{client}", use: clients.patch)
        router.api.delete("/admin/api/clients/{client}", use: clients.remove)
        router.api.post("/admin/api/clients/{client}/secret", use: clients.rotateSecret)
        router.api.post("/admin/api/clients/{client}/disable", use: clients.disable)
        router.api.post("/admin/api/clients/{client}/enable", use: clients.enable)
        router.api.post("/admin/api/clients/{client}/approve", use: clients.approve)

        router.api.get("/admin/api/registration-tokens", use: tokens.list)
        router.api.post("/admin/api/registration-tokens", use: tokens.create)
        router.api.delete("/admin/api/registration-tokens/{token}", use: tokens.revoke)

        router.pages.get("/admin/clients", use: pages.list)
        router.pages.get("/admin/new-client", use: pages.blank)
        router.pages.post("/admin/new-client", use: pages.register)
        router.pages.get("/admin/clients/{client}", use: pages.show)
        router.pages.post("/admin/clients/{client}", use: pages.act)
        router.pages.get("/admin/clients/{client}/edit", use: pages.edit)

        router.api.post("/admin/api/sessions/search", use: sessions.search)
        router.api.delete("/admin/api/sessions/{session}", use: sessions.end)
        router.api.post("/admin/api/people/{person}/sign-out", use: sessions.endAll)
        router.api.post("/admin/api/people/{person}/lock", use: sessions.lock)
        router.api.post("/admin/api/people/{person}/unlock", use: sessions.unlock)

        router.api.get("/admin/api/sign-outs", use: signOuts.list)
        router.api.get("/admin/api/sign-outs/{signOut}", use: signOuts.get)
        router.pages.get("/admin/sign-outs", use: signOutPages.list)
    }
}
