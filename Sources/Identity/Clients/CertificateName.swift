/// The name by which a client's certificate is known (RFC 8705 §2.1.2).
enum CertificateName: Sendable, Hashable {
    case subject(String)
    case dns(String)
    case uri(String)
    /// As text; compared by its bytes.
    case address(String)
    case email(String)
}

extension ClientPolicy {
    /// All that are registered; a client that uses them has exactly one.
    var certificateNames: [CertificateName] {
        [
            certificateSubjectDN.map(CertificateName.subject), certificateSANDNS.map(CertificateName.dns),
            certificateSANURI.map(CertificateName.uri), certificateSANIP.map(CertificateName.address),
            certificateSANEmail.map(CertificateName.email),
        ].compactMap(\.self)
    }
}
