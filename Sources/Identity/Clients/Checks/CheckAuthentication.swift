import Core
import Web

/// How the client proves itself fits what it registers for that.
///
/// 1. a secret exactly for the methods that send one; 16 to 256 printable ASCII characters, since its plain digest is
///    what is kept, without + and %, which libraries send in ways of their own;
/// 2. the subject of its certificate, in exactly one form, for `tls_client_auth` alone (RFC 8705 §2.1.2).
struct CheckAuthentication: RegistrationCheck {
    private static let minimumSecretLength = 16

    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        let method = terms.authMethod
        if let secret = input.secret?.reveal() {
            if !method.usesSecret {
                faults.append(
                    ClientFault(
                        "token_endpoint_auth_method", method.rawValue, "takes no --secret; leave one of the two out"))
            } else if secret.utf8.count < Self.minimumSecretLength {
                faults.append(
                    ClientFault("client_secret", "must be at least \(Self.minimumSecretLength) characters long"))
            } else if secret.contains("+") || secret.contains("%") {
                faults.append(
                    ClientFault(
                        "client_secret",
                        "must not hold + or %: they mean something in a form, and many libraries send "
                            + "a secret in the Authorization header without encoding it (RFC 6749 §2.3.1)"))
            } else if secret.utf8.count > 256 || !secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
                faults.append(
                    ClientFault("client_secret", "must be printable ASCII without spaces, at most 256 characters"))
            }
        } else if method.usesSecret, input.secretHash == nil {
            faults.append(ClientFault("token_endpoint_auth_method", method.rawValue, "needs a --secret"))
        }
        let subjects = input.policy.certificateNames
        if method.usesCertificateSubject, subjects.count != 1 {
            faults.append(
                ClientFault(
                    "tls_client_auth_subject_dn",
                    "tls_client_auth needs exactly one of subject DN and SAN DNS name, URI, IP and email (RFC 8705 §2.1.2)"
                ))
        } else if !method.usesCertificateSubject, !subjects.isEmpty {
            faults.append(
                ClientFault("tls_client_auth_subject_dn", "is for the method tls_client_auth; leave it out"))
        }
        if let address = input.policy.certificateSANIP, AddressRange.bytes(of: address) == nil {
            faults.append(ClientFault("tls_client_auth_san_ip", address, "is no IP address"))
        }
    }
}
