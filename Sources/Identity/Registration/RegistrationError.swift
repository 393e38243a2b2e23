import Core
import HTTPTypes
import Hummingbird
import Web

/// An error of the registration protocol (RFC 7591 §3.2.2, RFC 7592 §2, RFC 6750 §3.1).
struct RegistrationError: Error, Sendable, Hashable {
    enum Code: String, Sendable {
        case invalidRedirectURI = "invalid_redirect_uri"
        case invalidClientMetadata = "invalid_client_metadata"
        case invalidSoftwareStatement = "invalid_software_statement"
        case unapprovedSoftwareStatement = "unapproved_software_statement"
        case invalidToken = "invalid_token"
        case temporarilyUnavailable = "temporarily_unavailable"
    }

    let code: Code
    /// For the engineer at the other end.
    let description: String
    /// Whether a token was sent at all: without one the challenge names no error (RFC 6750 §3.1).
    var sentToken = true

    init(_ code: Code, _ description: String, sentToken: Bool = true) {
        self.code = code
        self.description = description
        self.sentToken = sentToken
    }

    /// Faults in addresses people are sent to have a code of their own.
    init(_ fault: ClientRegistrationFault) {
        let inAddresses = fault.faults.allSatisfy { $0.member == "redirect_uris" }
        code = inAddresses ? .invalidRedirectURI : .invalidClientMetadata
        description = fault.faults.map { "\($0.member): \($0.detail)" }.joined(separator: "; ")
    }

    var response: Response {
        var response = Response.json(
            .object(["error": .string(code.rawValue), "error_description": .string(Self.ascii(description))]),
            status: status
        ).withNoStore()
        switch code {
        case .invalidToken:
            response.headers[.wwwAuthenticate] =
                sentToken ? "Bearer realm=\"yimen\", error=\"invalid_token\"" : "Bearer realm=\"yimen\""
        case .temporarilyUnavailable: response.headers[.retryAfter] = "3600"
        default: break
        }
        return response
    }

    private var status: HTTPResponse.Status {
        switch code {
        case .invalidToken: .unauthorized
        case .temporarilyUnavailable: .serviceUnavailable
        default: .badRequest
        }
    }

    /// The characters of RFC 6749 Appendix A.8; at most 1,000 of them.
    private static func ascii(_ text: String) -> String {
        String(
            decoding: text.replacing("§", with: "section ").utf8.prefix(1000).map {
                (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C ? $0 : 0x3F
            },
            as: UTF8.self)
    }
}
