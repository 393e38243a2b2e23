import Core
import Hummingbird
import Storage
import Web

/// `/account`: who am I, on which devices am I signed in, into which systems; sign out of one system,
/// of this device, of everything. Stands on the identity provider's own session.
struct AccountEndpoint: Sendable {
    let database: any Database
    let vault: PersonVault
    let clients: ClientDirectory
    let browsers: BrowserSessions
    let sessions: SessionEnding
    let signedOut: SignedOutPages
    let renderer: PageRenderer
    let surroundings: Surroundings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        guard let session = try await browsers.session(of: request) else {
            return Response.redirect303("/auth/sign-in?return=%2Faccount").withNoStore()
        }
        return try await page(session, asked: try ParameterList.query(request).contains("news"), context)
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        guard let session = try await browsers.session(of: request) else {
            return Response.redirect303("/auth/sign-in?return=%2Faccount").withNoStore()
        }
        let action = try form.required("action")
        let target = try form.single("target")
        let now = surroundings.now()
        let person = session.personID
        let ended = try await database.transaction { [sessions] transaction in
            switch action {
            case "sign-out-system":
                return try sessions.endOne(sid: target ?? "", of: person, at: now, in: transaction)
            case "sign-out-device":
                let own = try SSOSessionStore.openSessions(of: person, in: transaction)
                guard let target, own.contains(target) else { return .none }
                return try sessions.end(target, by: person, because: "one-device", at: now, in: transaction)
            case "sign-out-everywhere":
                return try sessions.endEverywhere(of: person, by: person, at: now, in: transaction)
            default: throw Problem.invalid("action", "must be sign-out-system, sign-out-device or sign-out-everywhere")
            }
        }
        await sessions.announce(ended)
        let isOut = action == "sign-out-everywhere" || (action == "sign-out-device" && target == session.id)
        // Systems with a front channel alone are told by this very browser, on the way back.
        guard isOut else {
            return try await signedOut.answer(ended, destination: "/account", isOut: false, context: context)
        }
        var response = try await signedOut.answer(ended, destination: nil, context: context)
        browsers.forget(on: &response)
        return response
    }

    /// - Parameter asked: the reader has come for news of a sign-out; the page asks by itself once only.
    private func page(_ session: SSOSession, asked: Bool, _ context: WebContext) async throws -> Response {
        let now = surroundings.now()
        let found = try await database.read { statements in
            let devices = try SSOSessionStore.list(person: session.personID, at: now, in: statements)
            return (
                person: try PersonStore.find(session.personID, in: statements),
                devices: try devices.map { ($0, try RelyingSessionStore.list(under: $0.id, in: statements)) }
            )
        }
        guard let person = found.person else {
            return Response.redirect303("/auth/sign-in?return=%2Faccount").withNoStore()
        }
        var devices = [AccountPage.Device]()
        for (device, systems) in found.devices {
            var entries = [AccountPage.System]()
            for system in systems {
                let name = try await clients.label(of: system.clientID, context.locale)
                entries.append(
                    AccountPage.System(
                        sid: system.sid, name: name, lastUsed: AccountPage.time(system.lastUsedAt)))
            }
            devices.append(
                AccountPage.Device(
                    id: device.id, label: device.deviceLabel.isEmpty ? nil : device.deviceLabel,
                    isThis: device.id == session.id,
                    since: AccountPage.time(device.authenticatedAt), lastSeen: AccountPage.time(device.lastSeenAt),
                    systems: entries))
        }
        devices.sort { $0.isThis && !$1.isThis }
        let details = try vault.open(person)
        let news = try await SignOutNews(database: database, clients: clients, surroundings: surroundings)
            .of(person.id, context.locale)
        let model = AccountPage(
            name: details.maskedName, phone: details.maskedPhone, signInName: person.signInName,
            level: renderer.text("identity.step-up.level." + session.acr.rawValue, context.locale), devices: devices,
            news: news?.told,
            asksItself: !asked && news?.isFresh == true && news?.told.anyIsWaiting == true)
        return try renderer.render("identity/account", model, titleKey: "identity.account.title", context: context)
    }
}

/// Model of `identity/account`.
struct AccountPage: Sendable {
    struct System: Sendable {
        let sid: String
        let name: String
        let lastUsed: String
    }

    struct Device: Sendable {
        let id: String
        /// `nil` for a browser that does not say what it is.
        let label: String?
        let isThis: Bool
        let since: String
        let lastSeen: String
        let systems: [System]
    }

    let name: String
    let phone: String?
    let signInName: String?
    let level: String
    let devices: [Device]
    /// Systems that have not all heard of a sign-out yet.
    let news: ToldSystems?
    /// Whether the page looks for news once more by itself, where scripts run.
    let asksItself: Bool

    static func time(_ instant: Instant) -> String {
        "\(ProvinceTime.date(of: instant)) \(ProvinceTime.clock(instant))"
    }
}
