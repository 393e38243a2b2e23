/// The client id stands in URLs, logs and audit: 1 to 128 letters, digits, `-`, `.`, `_`.
struct CheckClientID: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        let fits = input.id.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x5F].contains(byte)
        }
        guard !fits || !(1...ClientRegistry.maximumIDLength).contains(input.id.utf8.count) else { return }
        faults.append(
            ClientFault(
                "client_id", input.id,
                "must be 1 to \(ClientRegistry.maximumIDLength) letters, digits, '-', '.' or '_', for example social-security"
            ))
    }
}
