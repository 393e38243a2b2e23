/// Which kind of caller a route speaks to; decides how it authenticates and how an error looks.
package enum Surface: Sendable, Hashable {
    /// HTML for people, with a page session and CSRF.
    case page
    /// HTML of the identity provider, with its own session cookie and CSRF.
    case browser
    /// JSON for programs that carry a bearer token.
    case api
    /// OAuth and OpenID Connect machine endpoints.
    case `protocol`
    /// Health, metrics and static files: neither session nor limits.
    case infrastructure

    package var isHTML: Bool { self == .page || self == .browser }

    /// The surface of a path that no route matches.
    static func guess(path: String, accept: String?) -> Surface {
        if path.hasPrefix("/api/") || path == "/api" || path.hasPrefix("/admin/api/") { return .api }
        if path.hasPrefix("/.well-known/") { return .protocol }
        if path.hasPrefix("/health/") || path.hasPrefix("/static/") || path == "/metrics" { return .infrastructure }
        let wantsHTML = accept.map { $0.contains("text/html") } ?? false
        if path.hasPrefix("/oauth2/") { return wantsHTML ? .browser : .protocol }
        return .page
    }
}
