import Core

/// What people read: names and contacts are short plain text, without characters that change how the text around them
/// is shown.
struct CheckDescription: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        for (member, name) in [("client_name", input.name), ("client_name#en", input.profile.nameEnglish)] {
            guard let name, !Self.isPlain(name, 1...100) else { continue }
            faults.append(
                ClientFault(member, name, "must be 1 to 100 characters without control characters; people read it"))
        }
        let contacts = input.profile.contacts ?? []
        if contacts.count > 10 {
            faults.append(ClientFault("contacts", "may be 10 at most; name those who can mend the system"))
        }
        for contact in contacts where !Self.isPlain(contact, 3...200) {
            faults.append(ClientFault("contacts", contact, "must be an e-mail address or telephone number"))
        }
        for (member, value) in [
            ("software_id", input.profile.softwareID), ("software_version", input.profile.softwareVersion),
        ] {
            if let value, !Self.isPlain(value, 1...200) {
                faults.append(ClientFault(member, value, "must be 1 to 200 characters without control characters"))
            }
        }
        if let department = input.profile.department,
            !department.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D })
                || department.utf8.count > 64
        {
            faults.append(
                ClientFault("department", department, "must be the id of a department of the catalogue, such as social")
            )
        }
        if let type = input.profile.applicationType, type != "web", type != "native" {
            faults.append(ClientFault("application_type", type, "must be web or native"))
        }
    }

    /// No control, format, private or unassigned character: those hide or reorder what stands beside them.
    ///
    /// - Parameter rare: allows private and unassigned ones, by which registers write rare characters of names.
    static func isPlain(_ text: String, _ length: ClosedRange<Int>, rare: Bool = false) -> Bool {
        length.contains(text.count) && text.utf8.count <= length.upperBound * 8
            && text.unicodeScalars.allSatisfy { scalar in
                switch scalar.properties.generalCategory {
                case .privateUse, .unassigned: rare
                case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: false
                default: true
                }
            }
    }
}
