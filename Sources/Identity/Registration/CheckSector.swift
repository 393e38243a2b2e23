import Core

/// A sector's document names every redirect URI of the client (OpenID Connect Registration §5); read once, at
/// registration, under the rules for outbound calls.
struct CheckSector: Sendable {
    private static let limit = 64 * 1024
    let documents: any OutboundDocuments

    /// - Throws: `ClientRegistrationFault`.
    func callAsFunction(_ registration: ClientRegistration) async throws {
        guard let uri = registration.policy.sectorIdentifierURI, uri.hasPrefix("https://") else { return }
        let body: [UInt8]
        do {
            body = try await documents.document(at: uri, limit: Self.limit)
        } catch {
            throw fault(uri, "cannot be read; it must answer with a JSON list of redirect URIs")
        }
        guard let value = try? JSONParser.parse(body), let listed = value.arrayValue else {
            throw fault(uri, "holds no JSON list of redirect URIs")
        }
        let known = Set(listed.compactMap(\.stringValue).map { Array($0.utf8) })
        for uri in registration.redirectURIs where !known.contains(Array(uri.utf8)) {
            throw ClientRegistrationFault(faults: [
                ClientFault("redirect_uris", uri, "does not stand in the document at sector_identifier_uri")
            ])
        }
    }

    private func fault(_ uri: String, _ reason: String) -> ClientRegistrationFault {
        ClientRegistrationFault(faults: [ClientFault("sector_identifier_uri", uri, reason)])
    }
}
