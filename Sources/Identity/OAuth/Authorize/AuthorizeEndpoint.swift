import Core
import Hummingbird
import Logging
import Storage
import Web

/// `GET` and `POST /oauth2/authorize` (RFC 6749 §3.1, OpenID Connect Core §3.1.2).
///
/// Parse once → establish the client → open a pushed request, or unwrap a request object and establish
/// the redirect URI (failures are a page) and apply the ordered checks (failures go to the client, with those of the
/// object, a `request_uri` elsewhere and a missing grant) → interaction rules → a code, or the next page with a request of
/// its own.
struct AuthorizeEndpoint: Sendable {
    let establish: EstablishClient
    let checks: AuthorizeChecks
    let unwrap: UnwrapRequestObject
    let pushed: PushedRequests
    let proceed: ContinueAuthorization
    let errors: ProtocolErrorPage
    let responder: AuthorizationResponder
    let browsers: BrowserSessions
    let signInRequests: SignInRequests
    let surroundings: Surroundings

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        try await respond(try ParameterList.query(request), request, context)
    }

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        let form = try await ParameterList.form(request)
        if let repeated = browsers.repeated(form, at: request) { return repeated }
        return try await respond(form, request, context)
    }

    private func respond(_ sent: ParameterList, _ request: Request, _ context: WebContext) async throws -> Response {
        let context = browsers.language(context, request, wish: sent.value("ui_locales"))
        let client: Client
        var parameters = sent
        var authorization: AuthorizationRequest
        var fault: OAuthError?
        do {
            client = try await establish.client(sent)
            if let reference = try reference(sent) {
                authorization = try await pushed.open(reference, for: client)
                // The registration may have changed since the push.
                try establish.check(redirectURI: authorization.redirectURI, of: client)
            } else {
                let object = try object(sent)
                if let object {
                    do {
                        parameters = try await unwrap(object, from: client)
                    } catch let error as OAuthError {
                        // Told at the address outside, if that is good.
                        fault = error
                    }
                } else if sent.value("request_uri") != nil {
                    fault = CheckRequestObject.elsewhere
                }
                authorization = try establish.request(parameters, from: client, at: surroundings.now())
                authorization.isSigned = object != nil && fault == nil
            }
        } catch let error as OAuthError {
            return try errors.page(fault ?? error, context: context)
        }
        do {
            fault = fault ?? establish.fault(of: client)
            if let fault, authorization.isPushed { throw fault }
            if !authorization.isPushed { try checks.run(parameters, after: fault, client, &authorization) }
            return try await answer(authorization, client, request, context)
        } catch let error as OAuthError where error.mayRedirect {
            context.logger.info(
                "authorization refused", metadata: ["client": "\(client.id)", "error": "\(error.code.rawValue)"])
            return try responder.answer(error, to: authorization, context: context)
        } catch let error as OAuthError {
            return try errors.page(error, context: context)
        } catch let error as StorageError where authorization.prompt.contains(.none) {
            context.logger.warning("authorization failed", metadata: ["client": "\(client.id)", "error": "\(error)"])
            return try responder.answer(Self.told(error), to: authorization, context: context)
        }
    }

    /// What the client hears where no page may be shown. Elsewhere the person stays here and can try again.
    private static func told(_ error: StorageError) -> OAuthError {
        switch error {
        case .busy, .unavailable, .tooLong:
            OAuthError(.temporarilyUnavailable, "the server cannot answer now; try again later")
        case .constraint, .unexpectedColumn, .statement, .migration:
            OAuthError(.serverError, "the server failed to answer")
        }
    }

    /// The `request_uri`, if it is one that this server has given out. Whatever stands beside it is not
    /// looked at (RFC 9126 §4, RFC 9101 §6.3).
    private func reference(_ parameters: ParameterList) throws(OAuthError) -> String? {
        let values = parameters.all("request_uri")
        guard values.contains(where: { $0.hasPrefix(PushedRequests.prefix) }) else { return nil }
        guard values.count == 1, parameters.value("request") == nil else {
            throw OAuthError(.invalidRequest, "request_uri stands alone and once", mayRedirect: false)
        }
        return values[0]
    }

    /// The request object. Of several, or beside a `request_uri`, none is more meant than the other
    /// (RFC 9101 §5: never together); what the browser could have added must not decide.
    private func object(_ parameters: ParameterList) throws(OAuthError) -> String? {
        guard let object = parameters.value("request") else { return nil }
        guard parameters.all("request").count == 1, parameters.value("request_uri") == nil else {
            throw OAuthError(.invalidRequest, "request stands alone and once", mayRedirect: false)
        }
        return object
    }

    /// - Throws: `OAuthError` when a page is needed but forbidden.
    private func answer(
        _ authorization: AuthorizationRequest, _ client: Client, _ request: Request, _ context: WebContext
    ) async throws -> Response {
        switch try await proceed(authorization, client, browsers.atHand(of: request), context) {
        case .answered(let response): return response
        case .repeated:
            throw OAuthError(.invalidRequestURI, "the request_uri has been used", mayRedirect: false)
        case .demands(let interaction):
            if authorization.prompt.contains(.none) { throw interaction.errorForPromptNone }
            let handle = try await signInRequests.open(authorization)
            return Response.redirect303(interaction.path + "?request=" + handle).withNoStore()
        }
    }
}
