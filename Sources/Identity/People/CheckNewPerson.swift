import Core

/// What must be true of a person before they are put on record; says everything that is wrong at once.
///
/// 1. a name of 1…100 characters of plain text; 2. a phone or a sign-in name; 3. a phone that is a mobile number;
/// 4. an identity number that is one, demo numbers in the demo only; 5. a password that may be
/// set (`CheckPassword`); 6. staff of a hall have a hall.
struct CheckNewPerson: Sendable {
    let demo: Bool

    func callAsFunction(_ input: NewPerson) throws(PersonFault) -> NewPerson {
        var person = input
        var faults = [String]()
        if !CheckDescription.isPlain(person.name, 1...100, rare: true) {
            faults.append("the name must have 1 to 100 characters and no control characters")
        }
        if person.phone == nil, person.signInName == nil { faults.append("a phone or a sign-in name is needed") }
        if let phone = person.phone {
            do {
                person.phone = try MobileNumber(phone).national
            } catch {
                faults.append("phone: \(error)")
            }
        }
        if let number = person.identityNumber {
            do {
                person.identityNumber = try IdentityDocument(recognising: number, demo: demo).canonical
            } catch {
                faults.append("identity number: \(error)")
            }
        }
        if let name = person.signInName {
            // What is forgiven to people who type a name would silently make another of the one that is given out.
            if let known = SignInName(name), known.kind == .name, known.text == name.lowercased() {
                person.signInName = known.text
            } else {
                faults.append("the sign-in name must be 1 to 64 ASCII characters without spaces, and no phone number")
            }
        }
        do throws(PasswordRefusal) {
            try CheckPassword(demo: demo)(
                person.password,
                of: CheckPassword.Owner(
                    signInName: person.signInName, phone: person.phone, identityNumber: person.identityNumber,
                    isStaff: !person.roles.isEmpty))
        } catch {
            faults.append(error.description)
        }
        if !person.roles.isDisjoint(with: [.officer, .guide, .manager]), person.hall == nil {
            faults.append("officers, guides and managers need a hall")
        }
        guard faults.isEmpty else { throw PersonFault(faults: faults) }
        return person
    }
}
