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

    /// Loopback, private, link-local, shared, documentation, multicast and reserved blocks
    /// (IANA special-purpose registries, RFC 6890).
    private static let closed = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "::/127", "64:ff9b::/96", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fc00::/7",
        "fe80::/10", "fec0::/10", "ff00::/8",
    ].compactMap(AddressRange.init)

    /// Whether a resolved address may be connected to.
    package func admits(address: String, isSecure: Bool) -> Bool {
        if allowedRanges.contains(where: { $0.contains(address) }) { return isSecure || allowsPlainHTTP }
        return isSecure && !OutboundPolicy.closed.contains { $0.contains(address) }
    }
}

/// Why a system outside was not called or gave no answer; fit for a log.
package enum OutboundFault: Error, Sendable, Hashable {
    case malformedURL
    case unknownHost
    case addressNotAllowed
    case noAnswer(String)
    /// A document was asked for and something else came.
    case status(Int)
}
