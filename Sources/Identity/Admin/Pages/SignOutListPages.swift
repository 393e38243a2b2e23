import Core
import HTTPTypes
import Hummingbird
import Web

/// `/admin/sign-outs`: which systems hear of sign-outs and which do not. Nobody's name stands on it.
struct SignOutListPages: Sendable {
    private static let pageSize = 20

    let signOuts: SignOuts
    let renderer: PageRenderer

    func list(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.read(Scope.sessions, context)
        let after = try ParameterList.query(request).single("after").flatMap { UUIDv7.bytes($0) == nil ? nil : $0 }
        let page = try await signOuts.list(before: after, atMost: Self.pageSize + 1)
        let shown = page.prefix(Self.pageSize)
        let model = SignOutListPage(
            signOuts: shown.map { Self.entry($0, context.locale) }, isEmpty: shown.isEmpty,
            older: page.count > Self.pageSize ? shown.last.map { "/admin/sign-outs?after=" + $0.id } : nil)
        return try renderer.render(
            "identity/admin/sign-outs", model, titleKey: "admin.sign-outs.title", context: context)
    }

    private static func entry(_ signOut: SignOut, _ locale: WebLocale) -> SignOutListPage.Entry {
        SignOutListPage.Entry(
            id: signOut.id, time: AccountPage.time(signOut.endedAt),
            systems: signOut.systems.map { system in
                let delivery = system.delivery
                return SignOutListPage.System(
                    name: system.name.text(language: locale.rawValue), client: delivery.clientID,
                    isTold: delivery.state == .told,
                    isWaiting: delivery.state == .waiting, isGivenUp: delivery.state == .givenUp,
                    attempts: delivery.attempts, fault: delivery.lastFault,
                    settled: delivery.settledAt.map(AccountPage.time),
                    nextAttempt: system.nextAttempt.map(AccountPage.time))
            })
    }
}

/// Model of `identity/admin/sign-outs`.
struct SignOutListPage: Sendable {
    struct System: Sendable {
        let name: String
        let client: String
        let isTold: Bool
        let isWaiting: Bool
        let isGivenUp: Bool
        let attempts: Int
        let fault: String?
        let settled: String?
        let nextAttempt: String?
    }

    struct Entry: Sendable {
        let id: String
        let time: String
        let systems: [System]
    }

    let signOuts: [Entry]
    let isEmpty: Bool
    /// Address of the next page.
    let older: String?
}
