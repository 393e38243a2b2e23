import COpenSSL
package import Core
import Foundation

/// The authorities whose word counts for certificates of clients (RFC 8705 §2.1, path validation by RFC 5280 §6).
package struct CertificateAuthorities: Sendable {
    private let certificates: [[UInt8]]

    /// An intermediate authority in the file is trusted by itself, without its root.
    private static let partialChain: UInt = 0x80000
    /// Certificates for client authentication (`extendedKeyUsage`, where given).
    private static let forClients: Int32 = 1

    /// - Parameter pem: one or more certificates.
    /// - Returns: `nil` when there is none in it, or something that is none.
    package init?(pem: String) {
        // OpenSSL reads from the array itself until the last certificate is out.
        let certificates = Array(pem.utf8).withUnsafeBytes { bytes in
            var certificates = [[UInt8]]()
            guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return certificates }
            defer { BIO_free(input) }
            while let certificate = PEM_read_bio_X509(input, nil, nil, nil) {
                certificates.append(X509Handle(owning: certificate).der)
            }
            return certificates
        }
        let expected = pem.components(separatedBy: "-----BEGIN CERTIFICATE-----").count - 1
        guard !certificates.isEmpty, certificates.count == expected else { return nil }
        self.certificates = certificates
    }

    /// Whether one of the authorities vouches for the certificate at that time.
    package func vouch(for der: [UInt8], at now: Instant) -> Bool {
        guard let certificate = X509Handle(der: der), let store = X509_STORE_new() else { return false }
        defer { X509_STORE_free(store) }
        let trusted = certificates.compactMap { X509Handle(der: $0) }
        for authority in trusted { X509_STORE_add_cert(store, authority.pointer) }
        guard let context = X509_STORE_CTX_new() else { return false }
        defer { X509_STORE_CTX_free(context) }
        guard X509_STORE_CTX_init(context, store, certificate.pointer, nil) == 1 else { return false }
        X509_STORE_CTX_set_flags(context, Self.partialChain)
        X509_STORE_CTX_set_time(context, 0, time_t(now.seconds))
        guard X509_STORE_CTX_set_purpose(context, Self.forClients) == 1 else { return false }
        return withExtendedLifetime((certificate, trusted)) { X509_verify_cert(context) == 1 }
    }
}
