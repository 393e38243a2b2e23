package import Core

extension Problem {
    static let realm = "yimen"

    /// 401 with the challenge of RFC 6750 §3; no error code, as no credentials were sent.
    package static func unauthenticated(scope: String? = nil) -> Problem {
        challenge(.unauthenticated, error: nil, scope: scope)
    }

    /// 401 for a token that is expired, revoked, malformed or for another audience (RFC 6750 §3.1).
    package static func invalidToken(_ detail: String = "the access token is not valid") -> Problem {
        challenge(.unauthenticated, error: "invalid_token", scope: nil, detail: detail)
    }

    /// 403 for a token without the scope (RFC 6750 §3.1).
    package static func insufficientScope(_ scope: String) -> Problem {
        challenge(.insufficientScope, error: "insufficient_scope", scope: scope)
    }

    private static func challenge(
        _ kind: ProblemKind, error: String?, scope: String?, detail: String? = nil
    ) -> Problem {
        var text = "Bearer realm=\"\(realm)\""
        if let error { text += ", error=\"\(error)\"" }
        if let detail, error != nil { text += ", error_description=\"\(detail)\"" }
        if let scope { text += ", scope=\"\(scope)\"" }
        return Problem(kind, detail, headers: [Header("WWW-Authenticate", text)])
    }
}

extension ProblemKind {
    package static let uriTooLong = ProblemKind("uri-too-long", 414, "The address is too long")
    package static let forgery = ProblemKind("forged-form", 403, "This form is no longer valid")
    package static let signInFailed = ProblemKind("sign-in-failed", 400, "Signing in did not succeed")
}
