import Core

/// Whose tokens a client may exchange (RFC 8693), and what it may get for them: one line of `exchange_from`.
///
/// The id of the other client, and behind it, apart by spaces, what narrows this pair:
///
///     portal audience=https://archive.example scope=openid scope=booking impersonate=no
///
/// An id alone gives all that the client is registered for. `audience` and `scope` may be repeated and never give more
/// than that; `impersonate` overrides `may_impersonate` for the pair.
struct ExchangePair: Sendable, Hashable {
    let clientID: String
    /// `nil` for all of the client's.
    private(set) var audiences: Set<String>?
    /// `nil` for all of the client's.
    private(set) var scopes: Set<String>?
    /// Whether the client may leave out that it acts; `nil` for what holds elsewhere.
    private(set) var mayImpersonate: Bool?

    /// What is wrong with a line.
    struct Fault: Error, Sendable, Hashable {
        let reason: String
    }

    init(clientID: String) {
        self.clientID = clientID
    }

    init(_ line: String) throws(Fault) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard let id = words.first, (1...ClientRegistry.maximumIDLength).contains(id.utf8.count), !id.contains("=")
        else { throw Fault(reason: "must be the id of a client, and what narrows the pair behind it") }
        clientID = id
        for word in words.dropFirst() {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[1].isEmpty else { throw Self.unknown(word) }
            try set(parts[0], parts[1], word)
        }
    }

    private mutating func set(_ name: String, _ value: String, _ word: String) throws(Fault) {
        switch name {
        case "audience":
            if let reason = PublicURI.fault(value, loopbackAllowed: true) {
                throw Fault(reason: "has the audience \(value), which \(reason)")
            }
            audiences = (audiences ?? []).union([value])
        case "scope":
            guard ValidateRegistration.knownScopes.contains(value) else {
                throw Fault(reason: "has the scope \(value), which is not offered")
            }
            scopes = (scopes ?? []).union([value])
        case "impersonate" where ["yes", "no"].contains(value) && mayImpersonate == nil:
            mayImpersonate = value == "yes"
        default: throw Self.unknown(word)
        }
    }

    private static func unknown(_ word: String) -> Fault {
        Fault(reason: "holds \"\(word)\"; behind the id may stand audience=, scope= and impersonate=yes or no")
    }

    func admits(audience: String) -> Bool { audiences?.contains(audience) ?? true }

    func admits(scope: String) -> Bool { scopes?.contains(scope) ?? true }
}

extension ClientPolicy {
    /// What this client may get for a token of another one; its own tokens are as good as its registration.
    ///
    /// - Returns: `nil` when it may not exchange them.
    func exchangePair(with other: String, as client: String) -> ExchangePair? {
        // Registration has read every line; one that cannot be read gives nothing.
        for line in exchangeFrom ?? [] {
            if let pair = try? ExchangePair(line), pair.clientID == other { return pair }
        }
        return other == client ? ExchangePair(clientID: client) : nil
    }
}
