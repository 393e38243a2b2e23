import Foundation
import HTTPTypes
package import Hummingbird

/// The policy of our pages: everything from this site, nothing inline, framed by nobody.
package enum ContentSecurityPolicy {
    static let framedByAnybody = "frame-ancestors *"
    static let standard = HTTPField(name: .contentSecurityPolicy, value: text(formAction: [], frameSources: []))

    fileprivate static func text(formAction: [String], frameSources: [String]) -> String {
        var parts = [
            "default-src 'self'", "img-src 'self' data:", "object-src 'none'", "base-uri 'none'",
            "frame-ancestors 'none'",
        ]
        parts.append((["form-action 'self'"] + formAction).joined(separator: " "))
        if !frameSources.isEmpty { parts.append((["frame-src"] + frameSources).joined(separator: " ")) }
        return parts.joined(separator: "; ")
    }

    /// What names the place of an absolute URI in a policy: scheme, host and port; for the private scheme of a native
    /// app (RFC 8252 §7.1), which has no host of meaning, the scheme; for `[::1]` too, since no source expression can
    /// name an IPv6 address (CSP Level 3 §2.3.1). `nil` for text that could break out of the header.
    static func source(of uri: String) -> String? {
        if let scheme = privateScheme(of: uri) { return scheme + ":" }
        if uri.hasPrefix("http://[::1]") { return "http:" }
        return origin(of: uri)
    }

    /// A scheme with a dot; no scheme that browsers know has one.
    private static func privateScheme(of uri: String) -> String? {
        let scheme = uri.prefix { $0 != ":" }.lowercased()
        guard scheme.utf8.count < uri.utf8.count, scheme.contains("."), let first = scheme.utf8.first,
            (0x61...0x7A).contains(first)
        else { return nil }
        let isScheme = scheme.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E].contains(byte)
        }
        return isScheme ? scheme : nil
    }

    private static func origin(of uri: String) -> String? {
        guard let separator = uri.range(of: "://") else { return nil }
        let scheme = uri[..<separator.lowerBound].lowercased()
        let authority = uri[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let allowed = authority.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x3A].contains(byte)
        }
        guard allowed, !authority.isEmpty, !scheme.isEmpty, scheme.utf8.allSatisfy({ (0x61...0x7A).contains($0) })
        else { return nil }
        return scheme + "://" + authority
    }
}

extension Response {
    /// For the one page that other sites may frame (OpenID Connect Session Management 1.0 §3.2).
    package func framableByAnybody() -> Response {
        var copy = self
        copy.headers[.contentSecurityPolicy] =
            "default-src 'none'; script-src 'self'; base-uri 'none'; " + ContentSecurityPolicy.framedByAnybody
        return copy
    }

    /// The one place where the policy is widened: a form on this page may end at these URIs (browsers
    /// apply `form-action` to the redirects after a POST as well), and it may frame those.
    ///
    /// - Parameters:
    ///   - formTargets: absolute URIs; only their origins, or the private schemes of native apps, are used.
    ///   - frames: absolute URIs of front-channel logout pages.
    package func allowing(formTargets: [String] = [], frames: [String] = []) -> Response {
        var copy = self
        let forms = formTargets.compactMap(ContentSecurityPolicy.source(of:))
        let sources = frames.compactMap(ContentSecurityPolicy.source(of:))
        copy.headers[.contentSecurityPolicy] = ContentSecurityPolicy.text(formAction: forms, frameSources: sources)
        return copy
    }
}
