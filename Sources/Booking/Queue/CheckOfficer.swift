import Catalogue
import Core

/// 1. the window exists; 2. it stands in the officer's own hall, or in a branch of it.
enum CheckOfficer {
    static func window(_ id: String, by principal: Principal, catalogue: CatalogueSnapshot) throws -> ServiceWindow {
        guard let window = catalogue.window(id) else { throw Problem(.notFound, "No window has this id.") }
        try hall(window.hall, by: principal, catalogue: catalogue)
        return window
    }

    /// A principal that is bound to no hall may not work in any.
    static func hall(_ id: String, by principal: Principal, catalogue: CatalogueSnapshot) throws {
        guard let own = principal.hall else { throw Problem(.forbidden, "Your account is bound to no hall.") }
        guard own == id || catalogue.hall(id)?.parent == own else {
            throw Problem(.forbidden, "You work in another hall.")
        }
    }

    /// A kiosk serves its own hall only.
    static func device(_ principal: Principal, in hall: String) throws {
        guard principal.hall == hall else { throw Problem(.forbidden, "This device is enrolled for another hall.") }
    }
}
