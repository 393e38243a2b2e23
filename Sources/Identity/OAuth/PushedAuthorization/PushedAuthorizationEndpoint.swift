import Core
import Hummingbird
import Logging
import Web

/// `POST /oauth2/par` (RFC 9126 §2): a client hands over its authorization request directly, and gets a
/// reference for the browser to carry.
///
/// 1. the client authenticates as at the token endpoint (§2);
/// 2. no `request_uri` inside (§2.1), no parameter twice; a request object is unwrapped (§3);
/// 3. every rule of the authorization endpoint is applied now (§2.1), so that faults are told to the
///    developer and not to the citizen;
/// 4. a DPoP proof binds the code to its key (RFC 9449 §10.1);
/// 5. 201 with the reference and its life (§2.2), never cached.
///
/// Deliberately not refused: a push without `client_id` by a client that proves itself in another way; it could say
/// nothing but who has just been proved, and one that says something else is refused.
struct PushedAuthorizationEndpoint: Sendable {
    let authenticate: AuthenticateClient
    let establish: EstablishClient
    let checks: AuthorizeChecks
    let unwrap: UnwrapRequestObject
    let holders: EstablishHolder
    let pushed: PushedRequests
    let surroundings: Surroundings

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        try await MachineEndpoint.answer("pushed request", request, context) { asked in
            let authorization = try await accept(asked)
            let body = JSONValue.object([
                "request_uri": .string(try await pushed.add(authorization)),
                "expires_in": .integer(pushed.settings.pushedRequestLife.milliseconds / 1000),
            ])
            return Response.json(body, status: .created).withNoStore()
        }
    }

    private func accept(_ asked: ClientRequest) async throws -> AuthorizationRequest {
        if let name = asked.form.firstDuplicate(except: [ResourceIndicators.parameter]) {
            throw OAuthError(.invalidRequest, "a parameter is sent more than once", detail: name)
        }
        let client = try await authenticate(asked)
        try establish.mayAuthorize(client)
        guard asked.form.value("request_uri") == nil else {
            throw OAuthError(.invalidRequest, "request_uri must not be pushed")
        }
        // Inside an object stands the whole request; beside it only what authenticates the client (§3).
        let object = asked.form.value("request")
        var parameters = asked.form
        if let object { parameters = try await unwrap(object, from: client) }
        var authorization = try establish.request(parameters, from: client, at: surroundings.now())
        authorization.isPushed = true
        authorization.isSigned = object != nil
        try checks.run(parameters, client, &authorization)
        authorization.dpopKey = try await holders.forCode(asked, client, named: authorization.dpopKey)
        return authorization
    }
}
