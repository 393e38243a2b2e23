/// An access token as a request brings it, with all by which the sender may prove to be its holder.
package struct PresentedAccessToken: Sendable {
    package enum Scheme: String, Sendable {
        case bearer = "Bearer"
        case dpop = "DPoP"

        /// Scheme names are compared without case (RFC 9110 §11.1).
        init?(name: some StringProtocol) {
            switch name.lowercased() {
            case "bearer": self = .bearer
            case "dpop": self = .dpop
            default: return nil
            }
        }
    }

    package let token: String
    package let scheme: Scheme
    /// The `DPoP` headers as sent.
    package let proofs: [String]
    package let method: String
    /// The path called, without the query.
    package let path: String
    /// The client's certificate, DER; of the TLS connection or as a trusted proxy states it.
    package let certificate: [UInt8]?

    package init(
        token: String, scheme: Scheme = .bearer, proofs: [String] = [], method: String = "GET", path: String = "/",
        certificate: [UInt8]? = nil
    ) {
        self.token = token
        self.scheme = scheme
        self.proofs = proofs
        self.method = method
        self.path = path
        self.certificate = certificate
    }
}
