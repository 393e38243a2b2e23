import Core
import Web

/// The rooms in which clients and people are administered, and in which systems register themselves.
extension IdentityProvider {
    func administration(_ router: WebRouter) -> AdminRoutes {
        let ending = SessionEnding(clients: clients, listener: listener, surroundings: surroundings)
        let signOuts = SignOuts(database: database, clients: clients)
        let names = CatalogueNames(catalogue: catalogue)
        return AdminRoutes(
            clients: ClientAPI(registry: registry, names: names),
            tokens: RegistrationTokenAPI(tokens: initialTokens),
            sessions: SessionAPI(
                administration: PersonAdministration(
                    database: database, vault: PersonVault(crypto: crypto), ending: ending,
                    people: PeopleAdministration(
                        database: database, crypto: crypto, passwords: passwords, clients: clients, listener: listener,
                        demo: settings.demo, surroundings: surroundings),
                    surroundings: surroundings)),
            signOuts: SignOutAPI(signOuts: signOuts),
            pages: ClientPages(
                registry: registry, renderer: router.renderer, issuer: settings.issuer, names: names),
            signOutPages: SignOutListPages(signOuts: signOuts, renderer: router.renderer))
    }

    var initialTokens: InitialTokens {
        InitialTokens(database: database, crypto: crypto, surroundings: surroundings)
    }

    var registrationEndpoint: RegistrationEndpoint {
        RegistrationEndpoint(
            registrations: SelfRegistration(
                registry: registry, sector: CheckSector(documents: outbound), isOpen: settings.registrationIsOpen),
            issuer: settings.issuer)
    }

    var clientLogo: ClientLogoEndpoint { ClientLogoEndpoint(database: database) }
}
