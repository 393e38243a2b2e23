import Foundation
import HTTPTypes
package import Hummingbird

/// The policy of our pages: everything from this site, nothing inline, framed by nobody.
package enum ContentSecurityPolicy {
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

    /// The scheme, host and port of an absolute URI, which is all that a source expression may name
    /// here; `nil` for text that could break out of the header.
    static func origin(of uri: String) -> String? {
        guard let separator = uri.range(of: "://") else { return nil }
        let scheme = uri[..<separator.lowerBound].lowercased()
        let authority = uri[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let allowed = authority.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2D, 0x2E, 0x3A, 0x5B, 0x5D].contains(byte)
        }
        guard allowed, !authority.isEmpty, !scheme.isEmpty, scheme.utf8.allSatisfy({ (0x61...0x7A).contains($0) })
        else { return nil }
        return scheme + "://" + authority
    }
}

extension Response {
    /// The one place where the policy is widened: a form on this page may end at these URIs (browsers
    /// apply `form-action` to the redirects after a POST as well), and it may frame those.
    ///
    /// - Parameters:
    ///   - formTargets: absolute URIs; only their origins are used.
    ///   - frames: absolute URIs of front-channel logout pages.
    package func allowing(formTargets: [String] = [], frames: [String] = []) -> Response {
        var copy = self
        let forms = formTargets.compactMap(ContentSecurityPolicy.origin(of:))
        let sources = frames.compactMap(ContentSecurityPolicy.origin(of:))
        copy.headers[.contentSecurityPolicy] = ContentSecurityPolicy.text(formAction: forms, frameSources: sources)
        return copy
    }
}
