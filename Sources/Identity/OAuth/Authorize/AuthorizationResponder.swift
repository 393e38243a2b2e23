import Core
import Hummingbird
import Web

/// Sends an answer back to the client, in the response mode it asked for. `iss` is in every answer,
/// errors included (RFC 9207 §2); in a signed answer it is a claim (JARM §2.1).
struct AuthorizationResponder: Sendable {
    let issuer: String
    let signed: SignedResponse
    let renderer: PageRenderer

    /// - Parameter sessionState: OpenID Connect Session Management 1.0 §2.
    func answer(code: String, sessionState: String?, to request: AuthorizationRequest, context: WebContext) throws
        -> Response
    {
        var parameters = ParameterList(["code": code])
        if let sessionState { parameters.append("session_state", sessionState) }
        return try send(parameters, to: request, context: context)
    }

    /// RFC 6749 §4.1.2.1.
    func answer(_ error: OAuthError, to request: AuthorizationRequest, context: WebContext) throws -> Response {
        try send(
            ParameterList(["error": error.code.rawValue, "error_description": error.description]), to: request,
            context: context)
    }

    private func send(_ answer: ParameterList, to request: AuthorizationRequest, context: WebContext) throws
        -> Response
    {
        var parameters = answer
        if let state = request.state { parameters.append("state", state) }
        parameters.append("iss", issuer)
        if request.responseMode.isSigned { parameters = try signed.wrap(parameters, for: request) }
        switch request.responseMode.carrier {
        case .formPost, .formPostJWT:
            let page = FormPostPage(
                action: request.redirectURI,
                fields: parameters.items.map { FormPostPage.Field(name: $0.name, value: $0.value) })
            return try renderer.render(
                "identity/form-post", page, titleKey: "identity.form-post.title", context: context
            ).allowing(formTargets: [request.redirectURI])
        case .fragment, .fragmentJWT:
            // A registered redirect URI has no fragment (RFC 6749 §3.1.2).
            return Response.redirect303(request.redirectURI + "#" + parameters.encoded).withNoStore()
        case .query, .queryJWT:
            // A registered query stays in front of ours (RFC 6749 §3.1.2).
            let separator = request.redirectURI.contains("?") ? "&" : "?"
            return Response.redirect303(request.redirectURI + separator + parameters.encoded).withNoStore()
        }
    }
}

/// Model of `identity/form-post`; the template escapes every value.
struct FormPostPage: Sendable {
    struct Field: Sendable {
        let name: String
        let value: String
    }

    let action: String
    let fields: [Field]
}
