package import Core

extension Problem {
    static let realm = "yimen"

    /// What a DPoP proof may be signed with (RFC 9449 §5.1 `dpop_signing_alg_values_supported`).
    package static let proofAlgorithms = ["ES256", "PS256", "EdDSA"]

    /// 401 with the challenges of RFC 6750 §3 and RFC 9449 §7.1; no error code, as no credentials were sent.
    package static func unauthenticated(scope: String? = nil) -> Problem {
        Problem(
            .unauthenticated,
            headers: [
                challenge(.bearer, error: nil, scope: scope), challenge(.dpop, error: nil, scope: scope),
            ])
    }

    /// 400 for a token that comes in more than one way, or in a form that cannot be read (RFC 6750 §3.1).
    package static func invalidTokenRequest(_ detail: String) -> Problem {
        Problem(
            .invalidRequest, detail,
            headers: [challenge(.bearer, error: "invalid_request", scope: nil, detail: detail)])
    }

    /// 401 for a token that is expired, revoked, malformed, for another audience (RFC 6750 §3.1), or bound to a key
    /// that the sender did not prove to hold (RFC 9449 §7.2).
    package static func invalidToken(
        _ detail: String = "the access token is not valid", scheme: PresentedAccessToken.Scheme = .bearer
    ) -> Problem {
        Problem(
            .unauthenticated, detail, headers: [challenge(scheme, error: "invalid_token", scope: nil, detail: detail)])
    }

    /// 403 for a token without the scope (RFC 6750 §3.1), with the challenge of the scheme it came under (RFC 9449 §7.1).
    package static func insufficientScope(
        _ scope: String, scheme: PresentedAccessToken.Scheme = .bearer
    ) -> Problem {
        Problem(.insufficientScope, headers: [challenge(scheme, error: "insufficient_scope", scope: scope)])
    }

    /// 401 for a DPoP proof that does not prove (RFC 9449 §7.1).
    package static func invalidProof(_ detail: String) -> Problem {
        Problem(
            .invalidProof, detail,
            headers: [challenge(.dpop, error: "invalid_dpop_proof", scope: nil, detail: detail)])
    }

    /// 401 that asks for the proof again with this nonce (RFC 9449 §9).
    package static func proofNonceWanted(_ nonce: String) -> Problem {
        Problem(
            .proofNonceWanted,
            headers: [
                challenge(.dpop, error: "use_dpop_nonce", scope: nil, detail: "the proof needs a nonce of the server"),
                Header("DPoP-Nonce", nonce),
            ])
    }

    private static func challenge(
        _ scheme: PresentedAccessToken.Scheme, error: String?, scope: String?, detail: String? = nil
    ) -> Header {
        var text = "\(scheme.rawValue) realm=\"\(realm)\""
        if let error { text += ", error=\"\(error)\"" }
        if let detail, error != nil { text += ", error_description=\"\(detail)\"" }
        if let scope { text += ", scope=\"\(scope)\"" }
        if scheme == .dpop { text += ", algs=\"\(proofAlgorithms.joined(separator: " "))\"" }
        return Header("WWW-Authenticate", text)
    }
}

extension ProblemKind {
    package static let uriTooLong = ProblemKind("uri-too-long", 414, "The address is too long")
    /// Of the address and the header fields together.
    package static let headTooLarge = ProblemKind("head-too-large", 431, "The head of the request is too large")
    package static let unknownMethod = ProblemKind("unknown-method", 501, "This method is not known here")
    package static let forgery = ProblemKind("forged-form", 403, "This form is no longer valid")
    package static let signInFailed = ProblemKind("sign-in-failed", 400, "Signing in did not succeed")
    package static let invalidProof = ProblemKind("invalid-dpop-proof", 401, "The DPoP proof is not valid")
    package static let proofNonceWanted = ProblemKind("use-dpop-nonce", 401, "The DPoP proof needs a nonce")
}
