/// Which systems outside may be called: public addresses over https, and what the operator allows besides.
///
/// A URL registered by a third party is a way to reach machines behind our own walls (server-side
/// request forgery); the decision falls on the resolved address, never on the name.
package struct OutboundPolicy: Sendable {
    /// Blocks that are allowed although they are not public, for systems inside the province's network.
    package var allowedRanges: [AddressRange]
    /// Allows plain http to addresses in `allowedRanges`.
    package var allowsPlainHTTP: Bool
    package var timeout: Duration = .seconds(5)

    package init(allowedRanges: [AddressRange] = [], allowsPlainHTTP: Bool = false) {
        self.allowedRanges = allowedRanges
        self.allowsPlainHTTP = allowsPlainHTTP
    }

    /// Of IPv6 only what is assigned to the public network (RFC 4291 §2.4). What lies elsewhere is private, link-local,
    /// multicast, a translation of an IPv4 address (RFC 6052, RFC 8215), or not assigned at all.
    private static let published = ["0.0.0.0/0", "2000::/3"].compactMap(AddressRange.init)

    /// Loopback, private, link-local, shared, documentation, multicast and reserved blocks within these
    /// (IANA special-purpose registries, RFC 6890), and those that carry an IPv4 address (Teredo, 6to4).
    private static let closed = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    ].compactMap(AddressRange.init)

    /// Whether a resolved address may be connected to. Text that is no address, or one with a zone (`fe80::1%eth0`),
    /// may not.
    package func admits(address: String, isSecure: Bool) -> Bool {
        if allowedRanges.contains(where: { $0.contains(address) }) { return isSecure || allowsPlainHTTP }
        return isSecure && OutboundPolicy.published.contains { $0.contains(address) }
            && !OutboundPolicy.closed.contains { $0.contains(address) }
    }
}

/// Why a system outside was not called or gave no answer; fit for a log.
package enum OutboundFault: Error, Sendable, Hashable {
    case malformedURL
    case unknownHost
    case addressNotAllowed
    case noAnswer(String)
    /// Something else came than a document that was asked for, or than thanks for what was sent.
    case status(Int)
}

extension OutboundFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedURL: "the address is no URL that can be called"
        case .unknownHost: "no such host is known"
        case .addressNotAllowed: "its address is not one that may be called"
        case .noAnswer(let reason): "nobody answers: \(reason)"
        case .status(let status): "the answer has the status \(status)"
        }
    }
}
