import Core
import Web

/// Resource indicators (RFC 8707): which resource servers tokens are for, and how that gets narrower
/// from the grant to one token.
enum ResourceIndicators {
    static let parameter = "resource"
    private static let limit = 10
    /// Of all of them together, in bytes: they stand in every token, which travels in a header.
    private static let mostBytes = 4_000

    /// The values as sent, empty ones left out and repetitions merged.
    ///
    /// - Throws: `invalid_target` for what is no absolute URI or has a fragment (RFC 8707 §2).
    static func parse(_ values: [String]) throws(OAuthError) -> [String] {
        var resources = [String]()
        for value in values where !value.isEmpty && !resources.contains(value) {
            guard isAbsoluteURI(value) else {
                throw OAuthError(.invalidTarget, "resource is not an absolute URI without a fragment")
            }
            resources.append(value)
        }
        guard resources.count <= limit, resources.reduce(0, { $0 + $1.utf8.count }) <= mostBytes else {
            throw OAuthError(.invalidTarget, "there are too many resources, or they are too long")
        }
        return resources
    }

    /// The resources that a request names, out of the audiences of the client's registration.
    ///
    /// - Throws: `invalid_target`.
    static func asked(_ parameters: ParameterList, by client: Client, apiAudience: String) throws(OAuthError)
        -> [String]
    {
        let resources = try parse(parameters.all(parameter))
        guard resources.allSatisfy(allowed(for: client, apiAudience: apiAudience).contains) else {
            throw OAuthError(.invalidTarget, "the client is not registered for one of the resources")
        }
        return resources
    }

    static func allowed(for client: Client, apiAudience: String) -> Set<String> {
        Set(client.policy.audiences ?? []).union([apiAudience])
    }

    /// What one answer of the token endpoint is for (RFC 8707 §2.2): a part of what was granted.
    /// Where the authorization named nothing, the client may choose among its audiences now, unless a person was asked
    /// for consent: their page named the resources of the authorization and no others.
    ///
    /// - Parameter isConsented: a person stands behind the grant and has been asked.
    /// - Throws: `invalid_target` for anything beyond.
    static func narrow(
        _ granted: [String], to values: [String], client: Client, isConsented: Bool, apiAudience: String
    ) throws(OAuthError) -> [String] {
        let asked = try parse(values)
        guard !asked.isEmpty else { return granted }
        let open = isConsented ? [apiAudience] : Self.allowed(for: client, apiAudience: apiAudience)
        let allowed = granted.isEmpty ? open : Set(granted)
        guard asked.allSatisfy(allowed.contains) else {
            let isOpen = granted.isEmpty && !isConsented
            throw OAuthError(
                .invalidTarget,
                isOpen
                    ? "the client is not registered for one of the resources" : "one of the resources was not granted")
        }
        return asked
    }

    /// RFC 3986 §4.3, with the characters that a URI may hold and a scheme of sane form.
    private static func isAbsoluteURI(_ text: String) -> Bool {
        guard text.utf8.count <= 1000, let colon = text.utf8.firstIndex(of: 0x3A),
            text.utf8.index(after: colon) != text.utf8.endIndex
        else { return false }
        let scheme = text.utf8[..<colon]
        guard let first = scheme.first, isLetter(first), scheme.allSatisfy(isSchemeByte) else { return false }
        return text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !forbidden.contains($0) }
    }

    private static let forbidden = Set("#\"<>\\^`{|}".utf8)

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        isLetter(byte) || (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E].contains(byte)
    }
}

extension Grant {
    /// The same grant, for some of its resources.
    func narrowed(toResources resources: [String]) -> Grant {
        var copy = self
        copy.terms.limit(to: resources)
        return copy
    }
}

extension TokenIssuer {
    /// The resources that this answer is for, out of those of the grant that the client is still registered for.
    ///
    /// - Throws: `invalid_target` for anything beyond, and where nothing is left: no resource stands for the default.
    func narrow(_ grant: Grant, _ request: ClientRequest, _ client: Client) throws(OAuthError) -> [String] {
        let granted = grant.terms.resources ?? []
        let open = ResourceIndicators.allowed(for: client, apiAudience: settings.apiAudience)
        let left = granted.filter(open.contains)
        guard left.isEmpty == granted.isEmpty else {
            throw OAuthError(.invalidTarget, "the client is no longer registered for the resources that were granted")
        }
        return try narrow(left, request, client, isConsented: client.policy.asksConsent)
    }

    /// The resources that a machine asks for on its own behalf.
    func resources(_ request: ClientRequest, _ client: Client) throws(OAuthError) -> [String] {
        try narrow([], request, client, isConsented: false)
    }

    private func narrow(
        _ granted: [String], _ request: ClientRequest, _ client: Client, isConsented: Bool
    ) throws(OAuthError) -> [String] {
        try ResourceIndicators.narrow(
            granted, to: request.form.all(ResourceIndicators.parameter), client: client, isConsented: isConsented,
            apiAudience: settings.apiAudience)
    }
}
