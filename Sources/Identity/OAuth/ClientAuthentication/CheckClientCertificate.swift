import Core
import Cryptography
import Web

/// Judges the certificate of a client that authenticates by mutual TLS (RFC 8705 §2).
///
/// `tls_client_auth`: 1. an authority that the operator named vouches for the certificate; 2. its subject or the one
/// alternative name that the client registered is in it (§2.1.2).
/// `self_signed_tls_client_auth`: the key is one of the client's key set (§2.2.2); nobody needs to vouch, as the
/// connection has proved that the sender holds it.
/// Both: 3. the certificate is within its term.
struct CheckClientCertificate: Sendable {
    let authorities: CertificateAuthorities?
    let tokens: ClientSignedTokens
    let surroundings: Surroundings

    func callAsFunction(_ der: [UInt8]?, of client: Client) async throws {
        guard let der else { throw refuse("the connection brings no client certificate") }
        guard let certificate = ClientCertificate(der: der) else { throw refuse("the certificate cannot be read") }
        let now = surroundings.now()
        guard certificate.notBefore <= now, now <= certificate.notAfter else {
            throw refuse("the certificate is not within its term")
        }
        switch client.authMethod {
        case .tls:
            guard authorities?.vouch(for: der, at: now) ?? false else {
                throw refuse("no trusted authority vouches for the certificate")
            }
            guard isNamed(certificate, client.policy) else { throw refuse("the certificate is another client's") }
        case .selfSignedTLS:
            guard let key = certificate.keyThumbprint, await tokens.isRegistered(thumbprint: key, of: client) else {
                throw refuse("the certificate's key is not registered for the client")
            }
        default:
            throw refuse("the client does not authenticate by certificate")
        }
    }

    /// Exactly one name is registered; with none or several nothing matches.
    private func isNamed(_ certificate: ClientCertificate, _ policy: ClientPolicy) -> Bool {
        let names = policy.certificateNames
        guard names.count == 1 else { return false }
        return switch names[0] {
        case .subject(let name): Self.normalised(name) == Self.normalised(certificate.subjectDN)
        case .dns(let name): certificate.dnsNames.contains { $0.lowercased() == name.lowercased() }
        case .uri(let uri): certificate.uris.contains(uri)
        case .address(let text): AddressRange.bytes(of: text).map(certificate.addresses.contains) ?? false
        case .email(let email): certificate.emails.contains(email)
        }
    }

    /// Spaces after the commas between the parts are a habit of writing and no part of the name (RFC 4514 §2.1).
    private static func normalised(_ name: String) -> String {
        var result = ""
        var isAfterComma = false
        var isEscaped = false
        for character in name {
            if isAfterComma, character == " " { continue }
            isAfterComma = character == "," && !isEscaped
            isEscaped = character == "\\" && !isEscaped
            result.append(character)
        }
        return result
    }

    private func refuse(_ description: String) -> OAuthError {
        OAuthError(.invalidClient, description, mayRedirect: false)
    }
}
