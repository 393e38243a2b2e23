/// How an answer travels back to the client.
package enum ResponseMode: String, Sendable, Codable, CaseIterable {
    /// OAuth 2.0 Multiple Response Type Encoding Practices §2.1.
    case query, fragment
    /// OAuth 2.0 Form Post Response Mode §2.
    case formPost = "form_post"
    // JWT Secured Authorization Response Mode §2.3
    case queryJWT = "query.jwt"
    case fragmentJWT = "fragment.jwt"
    case formPostJWT = "form_post.jwt"

    /// `jwt` means the default mode of the response type, which for `code` is the query (JARM §2.3.4).
    package init?(requested name: String) {
        self.init(rawValue: name == "jwt" ? ResponseMode.queryJWT.rawValue : name)
    }

    /// The names of all modes, for discovery.
    package static var offered: [String] { allCases.map(\.rawValue) + ["jwt"] }

    /// The answer is one signed JWT.
    package var isSigned: Bool {
        switch self {
        case .queryJWT, .fragmentJWT, .formPostJWT: true
        case .query, .fragment, .formPost: false
        }
    }

    /// The carrier without the signature.
    package var carrier: ResponseMode {
        switch self {
        case .query, .queryJWT: .query
        case .fragment, .fragmentJWT: .fragment
        case .formPost, .formPostJWT: .formPost
        }
    }
}
