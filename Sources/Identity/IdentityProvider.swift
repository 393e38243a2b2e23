package import Catalogue
package import Core
package import Cryptography
package import Logging
package import ServiceLifecycle
package import Storage
import Web

/// The identity provider, put together once at start.
package struct IdentityProvider: Sendable {
    package let settings: IdentitySettings
    package let keys: SigningKeys
    package let keyRotation: KeyRotation
    package let clients: ClientDirectory
    package let revocations: Revocations
    /// The token endpoint in process, for Yimen's own pages.
    package let tokens: TokenService
    /// Verifies bearer tokens of the API.
    package let accessTokens: AccessTokens
    /// Verifies ID tokens for Yimen's own pages.
    package let idTokens: OwnIDTokens
    package let people: PeopleRegistry
    package let registry: ClientRegistry
    package let auditChain: AuditChain
    /// Verifies what clients signed with their registered keys.
    package let clientTokens: ClientSignedTokens
    /// Ids that count once, on all processes together.
    package let singleUse: SingleUse
    /// The outbox handler for `BackchannelLogout.topic`.
    package let backchannelLogout: BackchannelLogout
    /// The outbox handler for `CIBAPing.topic`.
    package let cibaPing: CIBAPing
    /// To be run beside the server.
    package let services: [any Service]

    /// Client authentication, the same at every endpoint.
    let authenticate: AuthenticateClient
    let establishHolder: EstablishHolder
    private let subjects: Subjects
    let database: any Database
    let crypto: any CryptoProvider
    let passwords: PasswordHashing
    let surroundings: Surroundings
    let listener: any RelyingSessionListener
    let outbound: any OutboundForms & OutboundDocuments & OutboundNotices
    let catalogue: Catalogue
    /// The outbox handler for `ClientLogos.topic`.
    package let clientLogos: ClientLogos

    package init(
        database: any Database, crypto: any CryptoProvider, passwords: PasswordHashing, settings: IdentitySettings,
        surroundings: Surroundings, outbound: any OutboundForms & OutboundDocuments & OutboundNotices,
        listener: any RelyingSessionListener, catalogue: Catalogue = Catalogue(), logger: Logger
    ) {
        self.database = database
        self.crypto = crypto
        self.passwords = passwords
        self.settings = settings
        self.surroundings = surroundings
        self.listener = listener
        self.catalogue = catalogue
        self.outbound = outbound
        clientLogos = ClientLogos(
            database: database, documents: outbound, crypto: crypto, surroundings: surroundings)
        keys = SigningKeys(database: database, crypto: crypto)
        keyRotation = KeyRotation(
            database: database, crypto: crypto, keys: keys, settings: settings, surroundings: surroundings,
            logger: logger)
        clients = ClientDirectory(database: database, logger: logger)
        revocations = Revocations(database: database, surroundings: surroundings, logger: logger)
        let vault = PersonVault(crypto: crypto)
        subjects = Subjects(crypto: crypto)
        let issuer = TokenIssuer(
            database: database, keys: keys, crypto: crypto, vault: vault, subjects: subjects, settings: settings,
            surroundings: surroundings
        )
        clientTokens = ClientSignedTokens(remote: RemoteKeySets(documents: outbound, surroundings: surroundings))
        singleUse = SingleUse(database: database, crypto: crypto)
        authenticate = AuthenticateClient(
            clients: clients, crypto: crypto,
            checkAssertion: CheckClientAssertion(
                tokens: clientTokens, singleUse: singleUse, issuer: settings.issuer, surroundings: surroundings),
            checkCertificate: CheckClientCertificate(
                authorities: settings.clientAuthorities, tokens: clientTokens, surroundings: surroundings))
        let checkProof = CheckProof(
            singleUse: singleUse, nonces: ProofNonces(crypto: crypto, surroundings: surroundings), crypto: crypto,
            issuer: settings.issuer, surroundings: surroundings)
        establishHolder = EstablishHolder(checkProof: checkProof)
        accessTokens = AccessTokens(
            database: database, keys: keys, clients: clients, revocations: revocations, subjects: subjects,
            checkProof: checkProof, crypto: crypto, settings: settings, surroundings: surroundings)
        let collect = CollectApproval(
            database: database, crypto: crypto, tokens: issuer, surroundings: surroundings)
        tokens = TokenService(
            authenticate: authenticate, establishHolder: establishHolder,
            grants: [
                RedeemAuthorizationCode(
                    database: database, crypto: crypto, tokens: issuer, revocations: revocations,
                    surroundings: surroundings),
                RotateRefreshToken(
                    database: database, crypto: crypto, tokens: issuer, revocations: revocations, settings: settings,
                    surroundings: surroundings),
                GrantClientCredentials(tokens: issuer, surroundings: surroundings),
                RedeemDeviceCode(collect: collect), RedeemCIBA(collect: collect),
                ExchangeToken(
                    accessTokens: accessTokens, tokens: issuer, database: database, surroundings: surroundings),
            ])
        idTokens = OwnIDTokens(keys: keys)
        people = PeopleRegistry(
            database: database, crypto: crypto, passwords: passwords, settings: settings, surroundings: surroundings)
        registry = ClientRegistry(
            database: database, crypto: crypto, demo: settings.demo, surroundings: surroundings)
        auditChain = AuditChain(database: database, crypto: crypto, logger: logger)
        backchannelLogout = BackchannelLogout(
            database: database, clients: clients, keys: keys, subjects: subjects, post: outbound,
            issuer: settings.issuer, surroundings: surroundings)
        cibaPing = CIBAPing(
            database: database, clients: clients, crypto: crypto, calls: outbound, surroundings: surroundings)
        services = [
            keyRotation, clients, revocations, auditChain,
            IdentityCleanup(database: database, settings: settings, surroundings: surroundings, logger: logger),
        ]
    }

    /// What must be in memory before the first request: keys, clients, revocations; and the client
    /// of Yimen's own pages, which follows the issuer.
    package func prepare() async throws {
        try await registry.ensure([.ownPages(issuer: settings.issuer)])
        try await keyRotation.advance()
        try await clients.refresh()
        try await revocations.refresh()
    }

    struct Endpoints {
        let authorize: AuthorizeEndpoint
        let pushed: PushedAuthorizationEndpoint
        let selectAccount: SelectAccountEndpoint
        let stepUp: StepUpEndpoint
        let consent: ConsentEndpoint
        let access: AccessEndpoint
        let consents: ConsentAPI
        let login: LoginEndpoint
        let logout: LogoutEndpoint
        let signedOut: SignedOutPages
        let checkSession: CheckSessionEndpoint
        let account: AccountEndpoint
        let password: PasswordEndpoint
        let token: TokenEndpoint
        let userInfo: UserInfoEndpoint
        let introspection: IntrospectionEndpoint
        let revocation: RevocationEndpoint
        let discovery: DiscoveryEndpoints
        let approvals: ApprovalEndpoints
    }

    func endpoints(_ router: WebRouter) -> Endpoints {
        let vault = PersonVault(crypto: crypto)
        let hints = SignedIDTokenHints(keys: keys, subjects: subjects, issuer: settings.issuer)
        let browsers = BrowserSessions(
            database: database, crypto: crypto, cookies: router.cookies, surroundings: surroundings)
        let requests = SignInRequests(
            database: database, crypto: crypto, settings: settings, surroundings: surroundings)
        let issue = IssueAuthorizationCode(crypto: crypto, settings: settings, surroundings: surroundings)
        let responder = AuthorizationResponder(
            issuer: settings.issuer,
            signed: SignedResponse(keys: keys, issuer: settings.issuer, surroundings: surroundings),
            renderer: router.renderer)
        let errors = ProtocolErrorPage(renderer: router.renderer)
        let signedOut = SignedOutPages(
            database: database, crypto: crypto, clients: clients, cookies: router.cookies, renderer: router.renderer,
            issuer: settings.issuer, surroundings: surroundings)
        let ending = SessionEnding(clients: clients, listener: listener, surroundings: surroundings)
        let signIn = PasswordSignIn(
            database: database, crypto: crypto, passwords: passwords, vault: vault, sessions: ending,
            throttle: SignInThrottle(limits: settings.throttle, crypto: crypto), settings: settings,
            surroundings: surroundings)
        let establish = EstablishClient(clients: clients)
        let checks = AuthorizeChecks(hints: hints, apiAudience: settings.apiAudience)
        let unwrap = UnwrapRequestObject(tokens: clientTokens, issuer: settings.issuer, surroundings: surroundings)
        let pushed = PushedRequests(
            database: database, crypto: crypto, settings: settings, surroundings: surroundings)
        let proceed = ContinueAuthorization(
            database: database, read: ReadSituation(subjects: subjects, surroundings: surroundings), issue: issue,
            responder: responder,
            sessionState: SessionState(crypto: crypto, cookies: router.cookies, surroundings: surroundings))
        let frame = InteractionFrame(
            requests: requests, clients: clients, browsers: browsers, proceed: proceed,
            refuse: RefuseAuthorization(database: database, surroundings: surroundings), renderer: router.renderer)
        let names = PersonNames(database: database, vault: vault, crypto: crypto)
        let wording = ConsentWording(renderer: router.renderer, catalogue: catalogue, logos: clientLogos)
        let consents = ConsentRegistry(database: database, sessions: ending, surroundings: surroundings)
        return Endpoints(
            authorize: AuthorizeEndpoint(
                establish: establish, checks: checks, unwrap: unwrap, pushed: pushed, proceed: proceed,
                errors: errors, responder: responder, browsers: browsers, signInRequests: requests,
                surroundings: surroundings),
            pushed: PushedAuthorizationEndpoint(
                authenticate: authenticate, establish: establish, checks: checks, unwrap: unwrap,
                holders: establishHolder, pushed: pushed, surroundings: surroundings),
            selectAccount: SelectAccountEndpoint(frame: frame, names: names),
            stepUp: StepUpEndpoint(frame: frame, catalogue: catalogue),
            consent: ConsentEndpoint(frame: frame, names: names, wording: wording),
            access: AccessEndpoint(
                registry: consents, clients: clients, browsers: browsers, wording: wording, renderer: router.renderer),
            consents: ConsentAPI(registry: consents, clients: clients),
            login: LoginEndpoint(
                signIn: signIn, requests: requests, frame: frame, browsers: browsers, clients: clients,
                logos: clientLogos, renderer: router.renderer, settings: settings, surroundings: surroundings),
            logout: LogoutEndpoint(
                database: database, clients: clients, hints: hints, browsers: browsers, sessions: ending,
                errors: errors, renderer: router.renderer, forms: router.forms, signedOut: signedOut,
                surroundings: surroundings),
            signedOut: signedOut, checkSession: CheckSessionEndpoint(renderer: router.renderer),
            account: AccountEndpoint(
                database: database, vault: vault, clients: clients, browsers: browsers, sessions: ending,
                signedOut: signedOut, renderer: router.renderer, surroundings: surroundings),
            password: PasswordEndpoint(
                change: ChangePassword(
                    database: database, crypto: crypto, passwords: passwords, vault: vault, sessions: ending,
                    throttle: signIn.throttle, settings: settings, surroundings: surroundings),
                browsers: browsers, crypto: crypto, renderer: router.renderer, settings: settings,
                surroundings: surroundings),
            token: TokenEndpoint(tokens: tokens),
            userInfo: UserInfoEndpoint(
                database: database, accessTokens: accessTokens, clients: clients, keys: keys, vault: vault,
                settings: settings),
            introspection: IntrospectionEndpoint(
                authenticate: authenticate, establishHolder: establishHolder, accessTokens: accessTokens,
                subjects: subjects, database: database, crypto: crypto, settings: settings, surroundings: surroundings),
            revocation: RevocationEndpoint(
                authenticate: authenticate, establishHolder: establishHolder, accessTokens: accessTokens,
                revocations: revocations, database: database, crypto: crypto, surroundings: surroundings),
            discovery: DiscoveryEndpoints(
                Discovery(
                    issuer: settings.issuer, grantTypes: tokens.grantTypes,
                    offersCertificates: settings.offersCertificates), keys: keys),
            approvals: approvals(
                browsers, ApprovalPages(clients: clients, names: names, wording: wording, renderer: router.renderer),
                hints))
    }
}

/// Verifies ID tokens in process, for the relying party of Yimen's own pages.
package struct OwnIDTokens: IDTokenVerifier {
    let keys: SigningKeys

    package func claims(of token: String) async throws -> JSONValue {
        guard let claims = keys.verify(token, types: ["JWT"]) else {
            throw Problem.invalidToken("the ID token is not valid")
        }
        return claims
    }
}
