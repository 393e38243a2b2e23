import Catalogue

/// The halls and departments that an administrator may name for a client.
struct CatalogueNames: Sendable {
    let catalogue: Catalogue

    /// Tokens for a hall that is not there are good for nothing, and nobody answers for a system whose department is not
    /// there. What the client has already is let pass, so that it stands in no other change's way after it has been
    /// closed.
    ///
    /// - Throws: a fault for each name that the catalogue does not know.
    func require(
        _ registration: ClientRegistration, insteadOf former: ClientRegistration? = nil
    ) throws(ClientRegistrationFault) {
        let snapshot = catalogue.current
        var faults = [ClientFault]()
        if let hall = registration.hall, hall != former?.hall, snapshot.hall(hall) == nil {
            faults.append(ClientFault("hall", hall, "must be the id of a hall of the catalogue, such as jinan"))
        }
        if let department = registration.profile.department, department != former?.profile.department,
            snapshot.department(department) == nil
        {
            faults.append(
                ClientFault("department", department, "must be the id of a department of the catalogue, such as social")
            )
        }
        guard faults.isEmpty else { throw ClientRegistrationFault(faults: faults) }
    }
}
