import Core
import Web

/// One rule of the authorization endpoint: reads the parameters, fills in its part of the request.
protocol AuthorizeCheck: Sendable {
    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
}

/// All rules, in the order in which they are applied. The order is a security argument: the
/// client and its redirect URI are established before this list starts (`EstablishClient`), so
/// that every error from here on may be sent to the client; shape comes before meaning.
struct AuthorizeChecks: Sendable {
    private let inOrder: [any AuthorizeCheck]

    /// - Parameter apiAudience: of Yimen's own API, which every client may name as a resource.
    init(hints: any IDTokenHintReader, apiAudience: String) {
        inOrder = [
            CheckState(),
            CheckResponseMode(),
            CheckDuplicates(),
            CheckRequestObject(),
            CheckPushed(),
            CheckSigned(),
            CheckResponseType(),
            CheckScope(),
            CheckResource(apiAudience: apiAudience),
            CheckPKCE(),
            CheckDPoPKey(),
            CheckNonce(),
            CheckPrompt(),
            CheckMaxAge(),
            CheckHints(hints: hints),
            CheckACRValues(),
            CheckClaims(),
        ]
    }

    func run(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError) {
        for check in inOrder {
            try check.check(parameters, client, &request)
        }
    }

    /// - Parameter fault: what is wrong with the request as a whole; told in the way that it asks for.
    func run(
        _ parameters: ParameterList, after fault: OAuthError?, _ client: Client, _ request: inout AuthorizationRequest
    ) throws(OAuthError) {
        guard let fault else { return try run(parameters, client, &request) }
        try CheckState().check(parameters, client, &request)
        try CheckResponseMode().check(parameters, client, &request)
        try CheckDuplicates().check(parameters, client, &request)
        throw fault
    }
}

extension ParameterList {
    /// The value of a parameter whose duplicates `CheckDuplicates` has refused or will refuse; an
    /// empty value counts as absent (RFC 6749 §3.1).
    func value(_ name: String) -> String? {
        items.first { $0.name == name && !$0.value.isEmpty }?.value
    }
}
