import COpenSSL
package import Core
import Foundation

/// An X.509 certificate by which a client identified itself on its connection (RFC 8705), as far as its names, its key and
/// its term count. Who vouches for it is `CertificateAuthorities`' matter.
package struct ClientCertificate: Sendable {
    /// The subject in the text form of RFC 4514, most specific part first.
    package let subjectDN: String
    package let dnsNames: [String]
    package let uris: [String]
    package let emails: [String]
    /// Four or sixteen bytes each, in network order.
    package let addresses: [[UInt8]]
    /// Thumbprint (RFC 7638) of the public key; `nil` for a kind of key that signs no tokens here.
    package let keyThumbprint: String?
    package let notBefore: Instant
    package let notAfter: Instant

    /// RFC 4514 by OpenSSL's RFC 2253 printing, with text outside ASCII left as it is.
    private static let nameFlags: UInt = 0x111_0313
    /// RFC 5280 §4.2.1.6 `subjectAltName`, and of its kinds those that are looked at.
    private static let alternativeNames: Int32 = 85
    private static let emailKind: Int32 = 1
    private static let dnsKind: Int32 = 2
    private static let uriKind: Int32 = 6
    private static let addressKind: Int32 = 7

    /// - Returns: `nil` for bytes that are no certificate, or more than one.
    package init?(der: [UInt8]) {
        guard let certificate = X509Handle(der: der) else { return nil }
        defer { withExtendedLifetime(certificate) {} }
        let pointer = certificate.pointer
        guard let subject = Self.text(of: X509_get_subject_name(pointer)),
            let from = Self.instant(X509_get0_notBefore(pointer)), let to = Self.instant(X509_get0_notAfter(pointer))
        else { return nil }
        subjectDN = subject
        notBefore = from
        notAfter = to
        let names = Self.names(of: pointer)
        func texts(_ kind: Int32) -> [String] {
            names.filter { $0.kind == kind }.compactMap { String(validating: $0.value, as: UTF8.self) }
        }
        dnsNames = texts(Self.dnsKind)
        uris = texts(Self.uriKind)
        emails = texts(Self.emailKind)
        addresses = names.filter { $0.kind == Self.addressKind }.map(\.value)
        keyThumbprint = Self.publicKey(of: pointer).flatMap { VerificationKey(subjectPublicKeyInfo: $0)?.thumbprint }
    }

    private static func text(of name: OpaquePointer?) -> String? {
        guard let name, let output = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(output) }
        guard X509_NAME_print_ex(output, name, 0, nameFlags) >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = BIO_read(output, &bytes, Int32(bytes.count))
        guard count >= 0 else { return nil }
        return String(validating: bytes.prefix(Int(count)), as: UTF8.self)
    }

    private static func instant(_ time: UnsafePointer<ASN1_TIME>?) -> Instant? {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return Instant(seconds: Int64(timegm(&parts)))
    }

    private static func names(of certificate: OpaquePointer) -> [(kind: Int32, value: [UInt8])] {
        guard let stack = X509_get_ext_d2i(certificate, alternativeNames, nil, nil) else { return [] }
        let list = OpaquePointer(stack)
        defer { GENERAL_NAMES_free(list) }
        return (0..<max(0, OPENSSL_sk_num(list))).compactMap { index in
            guard let entry = OPENSSL_sk_value(list, index)?.assumingMemoryBound(to: GENERAL_NAME.self),
                [emailKind, dnsKind, uriKind, addressKind].contains(entry.pointee.type),
                // All four kinds are strings of bytes.
                let value = entry.pointee.d.ia5, let bytes = ASN1_STRING_get0_data(value)
            else { return nil }
            return (
                entry.pointee.type,
                Array(UnsafeBufferPointer(start: bytes, count: Int(ASN1_STRING_length(value))))
            )
        }
    }

    private static func publicKey(of certificate: OpaquePointer) -> [UInt8]? {
        guard let key = X509_get_X509_PUBKEY(certificate) else { return nil }
        let length = i2d_X509_PUBKEY(key, nil)
        guard length > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        let written = bytes.withUnsafeMutableBufferPointer { buffer -> Int32 in
            var end = buffer.baseAddress
            return i2d_X509_PUBKEY(key, &end)
        }
        return written == length ? bytes : nil
    }
}
