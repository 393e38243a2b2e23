import Core
import Foundation
import Web

/// `Authorization: Basic` with both halves form-encoded first (RFC 6749 §2.3.1).
struct BasicCredentials: ClientAuthenticationMethod {
    func credentials(in request: ClientRequest) throws(OAuthError) -> PresentedCredentials? {
        guard let header = request.authorization else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic" else {
            throw OAuthError(.invalidClient, "the authorization scheme is not offered here")
        }
        guard header.utf8.count <= 2048, let decoded = Data(base64Encoded: String(parts[1])),
            let colon = decoded.firstIndex(of: 0x3A),
            let id = PercentDecoding.form(decoded[decoded.startIndex..<colon]), !id.isEmpty,
            let secret = PercentDecoding.form(decoded[decoded.index(after: colon)...])
        else { throw OAuthError(.invalidClient, "the Basic credentials are malformed") }
        // A client_id beside the header is allowed when it says the same.
        if let beside = request.form.value("client_id"), beside != id {
            throw OAuthError(.invalidRequest, "client_id differs from the client that authenticates")
        }
        return PresentedCredentials(clientID: id, proof: .secret(Secret(secret)))
    }
}
