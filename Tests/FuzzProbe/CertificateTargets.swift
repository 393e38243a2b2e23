#if DEBUG || YIMEN_FUZZING
import Core
import Cryptography
import Foundation

/// Certificates of clients, whoever sends them.
enum CertificateTargets {
    static let all = [certificate, authorities, vouched]

    /// A made-up authority, whose private key was thrown away, and what it signed; both are valid until 2126.
    private static let authority =
        "MIIBqDCCAU6gAwIBAgIBATAKBggqhkjOPQQDAjAyMQswCQYDVQQGEwJDTjERMA8GA1UECgwIU2hhbmRvbmcxEDAOBgNVBAMMB0Z1enog"
        + "Q0EwIBcNMjYxMTI4MjIxODM4WhgPMjEyNjExMDQyMjE4MzhaMDIxCzAJBgNVBAYTAkNOMREwDwYDVQQKDAhTaGFuZG9uZzEQMA4GA1UE"
        + "AwwHRnV6eiBDQTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLZjG2k0QulVkH1htMDByGAy2lMbfUat/tW0flYg9BekSljoLmHBOxjS"
        + "bgS6GZRVvwH04/x6QZRd5A8rKER8gg+jUzBRMB0GA1UdDgQWBBRhpglgJgjCqajhTiwlQONQqQAWazAfBgNVHSMEGDAWgBRhpglgJgjC"
        + "qajhTiwlQONQqQAWazAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQCVU176QkLGWYCWWUVQidHj2BImNVXN8bvQPVbZ"
        + "87p5igIgaWfhqB3mvzNyxHQkf1vTUw2x21cWS5acekzm3uNtvmI="
    private static let client =
        "MIIB3jCCAYWgAwIBAgIBAjAKBggqhkjOPQQDAjAyMQswCQYDVQQGEwJDTjERMA8GA1UECgwIU2hhbmRvbmcxEDAOBgNVBAMMB0Z1enog"
        + "Q0EwIBcNMjYxMTI4MjIxODM4WhgPMjEyNjExMDQyMjE4MzhaMC4xCzAJBgNVBAYTAkNOMREwDwYDVQQKDAhTaGFuZG9uZzEMMAoGA1UE"
        + "AwwDYXBwMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEvok98hExSP1JOU6tRFbTzoYLl+Fp0p6qZR3E6eQI6abxrFfGFOFzPqYUye11"
        + "tBcurG4xJEAZW3asMZn37826CqOBjTCBijAzBgNVHREELDAqggthcHAuZXhhbXBsZYYVaHR0cHM6Ly9hcHAuZXhhbXBsZS94hwQKAAAB"
        + "MBMGA1UdJQQMMAoGCCsGAQUFBwMCMB0GA1UdDgQWBBQOaKTbfPmUGjHfpRg6eokzaI85LTAfBgNVHSMEGDAWgBRhpglgJgjCqajhTiwl"
        + "QONQqQAWazAKBggqhkjOPQQDAgNHADBEAiAdymKT07ZXZ+g2DkBmdmwtcWsWIJRGV37n9hzktfVSxwIgNw2nfSV1ocrx1ZThFADiTAcv"
        + "5e3IMDNF9Fzgt2sFb9A="

    private static func bytes(_ text: String) -> [UInt8] { Array(have(Data(base64Encoded: text), "base64")) }

    private static func pem(_ text: String) -> String {
        let lines = stride(from: 0, to: text.utf8.count, by: 64).map { text.dropFirst($0).prefix(64) }
        return "-----BEGIN CERTIFICATE-----\n\(lines.joined(separator: "\n"))\n-----END CERTIFICATE-----\n"
    }

    private static let certificate = FuzzTarget("certificate", bytes: [bytes(authority), bytes(client)]) { der in
        guard let certificate = ClientCertificate(der: der) else { return }
        hold(certificate.subjectDN.utf8.count <= 4096, "a bounded name")
        if let thumbprint = certificate.keyThumbprint {
            hold(Base64URL.decode(thumbprint)?.count == 32, "a SHA-256 digest")
        }
        hold(CertificateDigest.of(der).utf8.count == 43, "a fingerprint")
    }

    private static let authorities = FuzzTarget(
        "certificate-authorities", [pem(authority), pem(authority) + pem(client)]
    ) {
        text in
        // OpenSSL would ask the terminal for the passphrase of an encrypted file.
        guard !text.contains("ENCRYPTED") else { return }
        guard let authorities = CertificateAuthorities(pem: text) else { return }
        _ = authorities.vouch(for: bytes(client), at: FixedValues.now)
    }

    private static let trusted = have(CertificateAuthorities(pem: pem(authority)), "an authority")

    private static let vouched = FuzzTarget("certificate-vouched-for", bytes: [bytes(client), bytes(authority)]) {
        der in
        guard trusted.vouch(for: der, at: FixedValues.now) else { return }
        let names = [bytes(client), bytes(authority)].map { ClientCertificate(der: $0)?.subjectDN }
        hold(names.contains(ClientCertificate(der: der)?.subjectDN), "nobody else")
    }
}
#endif
