import Core

/// Model of `part/kiosk-scan`: what a scanner reads at a machine goes here, whatever the screen shows.
package struct KioskScan: Sendable {
    let url: String
    /// A fresh idempotency key.
    let key: String

    package init(hall: String, key: String) {
        url = "/kiosk/" + PercentDecoding.escape(hall) + "/check-in"
        self.key = key
    }

    /// `nil` for whoever is not an enrolled machine of a hall.
    init?(_ machine: Principal?, key: String) {
        guard let machine, machine.scopes.contains(Scope.kiosk), let hall = machine.hall else { return nil }
        self.init(hall: hall, key: key)
    }
}
