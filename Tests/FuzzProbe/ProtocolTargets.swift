#if DEBUG || YIMEN_FUZZING
import Core
import Cryptography
@testable import Identity
import Web

/// Requests of relying systems to the endpoints of OAuth and OpenID Connect.
enum ProtocolTargets {
    static let all = [
        basic, authorize, claims, requestObject, tokenExchange, backchannel, logout, scopes, resources,
    ]

    private static let audience = "https://api.yimen.example"

    static let client: Client = {
        var client = Client(
            id: "app", name: "App", authMethod: .basic, redirectURIs: ["https://app.example/callback"],
            postLogoutRedirectURIs: ["https://app.example/out?a=b"],
            grants: [.authorizationCode, .refreshToken, .ciba],
            scopes: ["openid", "profile", "phone", "offline_access"])
        client.policy.audiences = ["https://records.example"]
        client.policy.cibaDelivery = "ping"
        return client
    }()

    /// Reads `hint:CLIENT:PERSON`.
    private struct Hints: IDTokenHintReader {
        func read(_ token: String) -> IDTokenHint? {
            let parts = token.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            return parts.count == 3 && parts[0] == "hint"
                ? IDTokenHint(subject: parts[2], clientID: parts[1], sid: nil) : nil
        }
    }

    private static let basic = FuzzTarget(
        "basic-credentials", ["Basic YXBwOnNlY3JldA==", "basic YSUzQWI6YysrJTIw", "Basic Og==", "Bearer x", "Basic  "]
    ) { text in
        let request = ClientRequest(form: ParameterList(), authorization: text)
        let presented = have(try BasicCredentials().credentials(in: request), "a header is answered")
        hold(!presented.clientID.isEmpty && presented.clientID.utf8.count <= 2048, "a bounded id")
        guard case .secret(let secret) = presented.proof else { return hold(false, "a secret") }
        hold(secret.reveal().utf8.count <= 2048, "a bounded secret")
    }

    private static let authorize = FuzzTarget(
        "authorization-request",
        [
            "response_type=code&client_id=app&scope=openid+profile&state=s&nonce=n&prompt=login%20consent&max_age=0"
                + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256",
            "response_type=code&response_mode=form_post&acr_values=L2+L3&ui_locales=zh&login_hint=a&id_token_hint=hint:app:p",
            "response_type=code&resource=https%3A%2F%2Frecords.example&dpop_jkt=AAAA&claims=%7B%22id_token%22%3A%7B%7D%7D",
        ]
    ) { text in
        let parameters = try ParameterList(query: text)
        var request = AuthorizationRequest(
            clientID: client.id, redirectURI: client.redirectURIs[0], createdAt: FixedValues.now)
        try AuthorizeChecks(hints: Hints(), apiAudience: audience).run(parameters, client, &request)
        hold(
            request.clientID == client.id && request.redirectURI == client.redirectURIs[0], "what was established stays"
        )
        hold(Set(request.scopes).isSubset(of: client.scopes) && !request.scopes.isEmpty, "scopes of the client")
        let allowed = ResourceIndicators.allowed(for: client, apiAudience: audience)
        hold(Set(request.resources).isSubset(of: allowed), "resources of the client")
        hold(!request.prompt.contains(.none) || request.prompt.count == 1, "none stands alone")
        hold((request.maxAge ?? 0) >= 0, "no negative age")
        hold((request.state?.utf8.count ?? 0) <= CheckState.maximumLength, "a bounded state")
    }

    private static let claims = FuzzTarget(
        "claims-parameter",
        [
            #"{"userinfo":{"name":null,"phone_number":{"essential":true}},"id_token":{"sub":{"value":"1"}}}"#,
            #"{"id_token":{"acr":{"essential":true,"values":["L2","L9"]},"auth_time":null}}"#,
        ]
    ) { text in
        var request = AuthorizationRequest(clientID: "app", redirectURI: "", createdAt: FixedValues.now)
        try CheckClaims().check(ParameterList(["claims": text]), client, &request)
        let readable = PersonClaim.readable(by: client)
        hold(Set((request.claims?.userInfo ?? []) + (request.claims?.idToken ?? [])).isSubset(of: readable), "readable")
    }

    private static let requestObject = FuzzTarget(
        "request-object",
        [
            #"{"iss":"app","aud":"x","client_id":"app","max_age":5,"resource":["https://a.example"],"claims":{"a":null}}"#,
            #"{"request":"x"}"#, "[]",
        ]
    ) { text in
        let parameters = try ParameterList(requestObject: JSONParser.parse(text))
        for name in ["request", "request_uri", "iss", "aud", "sub"] { hold(!parameters.contains(name), name) }
        let again = try ParameterList(query: parameters.encoded)
        hold(again == parameters, "the same parameters as in a query")
    }

    private static let tokenExchange = FuzzTarget(
        "token-exchange",
        [
            "subject_token=a&subject_token_type=urn:ietf:params:oauth:token-type:access_token&scope=openid+x"
                + "&audience=https://a.example&resource=https://b.example",
            "subject_token=a&subject_token_type=urn:ietf:params:oauth:token-type:jwt&actor_token=b"
                + "&actor_token_type=urn:ietf:params:oauth:token-type:jwt",
        ]
    ) { text in
        let request = try ExchangeRequest(ParameterList(query: text))
        hold(!request.subjectToken.isEmpty && request.scopes?.isEmpty != true, "no empty value")
        hold(Set(request.audiences).count == request.audiences.count, "no repetition")
    }

    private static let backchannel = FuzzTarget(
        "backchannel-request",
        [
            "scope=openid&login_hint=19900000001&binding_message=%E4%BA%A4%E6%98%93+7&requested_expiry=60"
                + "&client_notification_token=AAAAAAAAAAAAAAAAAAAAAA",
            "scope=openid+profile&id_token_hint=hint:app:p&client_notification_token=AAAAAAAAAAAAAAAAAAAAAA",
        ]
    ) { text in
        let request = try CIBARequest.parse(ParameterList(query: text), from: client, hints: Hints())
        hold(request.scopes.contains("openid") && Set(request.scopes).isSubset(of: client.scopes), "scopes")
        hold(request.life >= .seconds(1) && request.life <= CIBARequest.longestLife, "a bounded life")
        hold((request.bindingMessage?.count ?? 0) <= CIBARequest.longestMessage, "a short message")
        hold((22...1024).contains(request.notificationToken?.utf8.count ?? 0), "a token of 128 bits")
        if case .idToken(let hint) = request.hint { hold(hint.clientID == client.id, "a hint of this client") }
    }

    private static let logout = FuzzTarget(
        "logout-request", ["state=x&a=b", "state=%E4%B8%AD%26&id_token_hint=hint:app:p", "id_token_hint=x"]
    ) { text in
        let parameters = try ParameterList(query: text)
        let returnURI = client.postLogoutRedirectURIs[0]
        let request = LogoutRequest(hint: nil, client: client, returnURI: returnURI, state: parameters.value("state"))
        let destination = have(request.destination, "somewhere to go")
        hold(destination.hasPrefix(returnURI), "the registered address")
        let query = have(try? ParameterList(query: String(destination.split(separator: "?")[1])), "a query")
        hold(
            query.items.first?.name == "a" && (try? query.single("state")) == parameters.value("state"),
            "the state only")
    }

    private static let scopes = FuzzTarget("scope", ["openid profile", "  a  b a ", "a\"b", "!#[]~"]) { text in
        guard let scopes = ScopeList.parse(text) else { return }
        hold(Set(scopes).count == scopes.count, "no repetition")
        hold(ScopeList.parse(ScopeList.text(scopes)) == scopes, "round trip")
    }

    private static let resources = FuzzTarget("resource", ["https://a.example/x?y", "urn:a\nurn:b", "/a", "a:#"]) {
        text in
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let parsed = try ResourceIndicators.parse(lines)
        hold(parsed.count <= 10 && (try? ResourceIndicators.parse(parsed)) == parsed, "its own normal form")
        for uri in parsed {
            hold(uri.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }, "no fragment, no space")
        }
        let narrowed = try ResourceIndicators.narrow(
            ["https://a.example"], to: lines, client: client, isConsented: true, apiAudience: audience)
        hold(narrowed == ["https://a.example"], "never more than was granted")
    }
}
#endif
