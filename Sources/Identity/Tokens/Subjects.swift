import Core
import Cryptography

/// Which addresses make systems one sector (OpenID Connect Core §8.1).
enum Sector {
    /// The host of an https address, which its owner alone answers at. Others name none: every app may claim a private
    /// scheme and write any host behind it, and `localhost` is everybody's.
    static func host(of uri: String) -> String? {
        guard let parts = RedirectURI.Parts(uri), parts.scheme == "https", !parts.host.isEmpty else { return nil }
        return parts.host.lowercased()
    }
}

/// Who a person is to a client: the same id everywhere, or one that differs by sector (OpenID Connect Core §8.1).
///
/// A pairwise subject is a keyed code over sector and person: stable, the same for all systems of one sector, and
/// worth nothing to two systems that compare notes. Nobody can compute the person back from it, so a token that
/// carries one also carries the person sealed for us alone.
struct Subjects: Sendable {
    let crypto: any CryptoProvider

    func subject(of person: String, for client: Client) -> String {
        guard client.policy.pairwiseSubjects ?? false else { return person }
        return crypto.blindIndex(Self.sector(of: client) + "\n" + person, domain: "identity.pairwise-subject")
    }

    /// What `reveal` opens again; `nil` where the subject is the person's id anyway.
    func sealed(_ person: String, for client: Client) throws -> String? {
        guard client.policy.pairwiseSubjects ?? false else { return nil }
        return try crypto.seal(person, context: Self.context(client.id))
    }

    /// - Returns: `nil` for text that we did not seal for tokens of this client.
    func reveal(_ sealed: String, of client: String) -> String? {
        try? crypto.openText(sealed, context: Self.context(client))
    }

    /// The host of the sector identifier, else of the redirect URIs, which registration keeps to one host for
    /// pairwise clients without a sector (Core §8.1). A client that has no such host is a sector of its own.
    private static func sector(of client: Client) -> String {
        let uris = client.policy.sectorIdentifierURI.map { [$0] } ?? client.redirectURIs
        let hosts = Set(uris.map(Sector.host))
        return hosts.count == 1 ? (hosts.first ?? nil) ?? client.subject : client.subject
    }

    private static func context(_ client: String) -> String { "token.person:" + client }
}
