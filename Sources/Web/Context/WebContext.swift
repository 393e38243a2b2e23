package import Core
package import Hummingbird
import NIOCore

/// What is known about one request; middleware fills it in on the way to the endpoint.
package struct WebContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The route that matched; `nil` where none did.
    package var route: RouteEntry?
    package var surface: Surface = .infrastructure
    package var locale: WebLocale = .zhHans
    /// Larger type and simpler pages, chosen by the reader.
    package var elder = false
    /// Who asks; `nil` for the public.
    package var principal: Principal?
    /// How the token of the principal was presented; `nil` for page sessions and the public.
    package var tokenScheme: PresentedAccessToken.Scheme?
    /// The signed-in session of our own pages; `nil` on other surfaces and for visitors.
    package var pageSession: PageSession?
    /// Path and query of this request, for links that come back here; set on HTML surfaces.
    package var target = "/"
    /// `https` behind TLS or a trusted proxy that says so.
    package var scheme = "http"
    /// The certificate by which the client of the connection identified itself, DER; `nil` without one.
    package var clientCertificate: [UInt8]?
    /// The trace that this request belongs to, 32 hexadecimal digits; `nil` where tracing is off.
    package var traceID: String?
    /// The handle in the browser's CSRF cookie, and whether the answer must set it.
    var forgeryHandle: ForgeryHandle?
    var statedAddress: String?
    private let channel: (any NIOCore.Channel)?

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The address of the caller: of the connection, or as a trusted proxy states it.
    package var clientAddress: String {
        get { statedAddress ?? connectionAddress ?? "unknown" }
        set { statedAddress = newValue }
    }

    /// The connection, for what only it knows; `nil` for requests that came by none.
    var connection: (any NIOCore.Channel)? { channel }

    /// The address at the other end of the connection; `nil` on unix sockets and in router tests.
    package var connectionAddress: String? { channel?.remoteAddress?.ipAddress }
}

extension WebContext {
    /// The principal of a bearer token or page session that holds the scope.
    ///
    /// - Throws: 401 without a principal, 403 without the scope, each with the challenge of
    ///   RFC 6750 §3; on pages a visitor is sent to sign in instead.
    @discardableResult
    package func require(scope: String) throws -> Principal {
        guard let principal else {
            if surface.isHTML { throw SignInRequired() }
            throw Problem.unauthenticated(scope: scope)
        }
        guard principal.scopes.contains(scope) else {
            throw Problem.insufficientScope(scope, scheme: tokenScheme ?? .bearer)
        }
        return principal
    }

    /// The signed-in person of a page.
    ///
    /// - Parameter target: where to come back to, a path on this site; `nil` comes back here.
    /// - Throws: `SignInRequired`, which becomes a redirect to sign-in.
    package func requireSignedIn(returnTo target: String? = nil) throws -> Principal {
        guard let principal else { throw SignInRequired(returnTo: target) }
        return principal
    }

    /// The principal, if it has one of the roles.
    ///
    /// - Throws: `SignInRequired` or 401 without a principal, 403 without a role.
    @discardableResult
    package func require(anyOf roles: Set<Role>) throws -> Principal {
        guard let principal else {
            if surface.isHTML { throw SignInRequired() }
            throw Problem.unauthenticated()
        }
        guard !principal.roles.isDisjoint(with: roles) else { throw Problem(.forbidden) }
        return principal
    }

    /// A captured path segment, percent-decoded.
    ///
    /// - Throws: 404 for a segment that is empty, longer than `max` bytes, or no valid UTF-8.
    package func pathParameter(_ name: String, max: Int = 128) throws -> String {
        guard let raw = coreContext.parameters.get(name), !raw.isEmpty, raw.utf8.count <= max * 3,
            let text = PercentDecoding.path(raw), !text.isEmpty, text.utf8.count <= max
        else { throw Problem(.notFound) }
        return text
    }
}
