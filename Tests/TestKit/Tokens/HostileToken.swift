/// A token that nobody who reads tokens may take, by the trick it plays (RFC 8725 §2, §3; RFC 7515 §10).
///
/// One list for every reader: of client assertions, request objects, hints, access tokens and proofs of possession.
package struct HostileToken: Sendable {
    /// Where a trick is none.
    package enum Trait: Sendable {
        /// Rightly signed with the key that it brings: what proofs of possession are.
        case bringsItsKey
        /// White space around the token, which HTTP takes off a header.
        case spaceAround
    }

    package let name: String
    package let text: String
    package let trait: Trait?

    init(_ name: String, _ text: String, _ trait: Trait? = nil) {
        self.name = name
        self.text = text
        self.trait = trait
    }

    package static func all(from mould: TokenMould) throws -> [HostileToken] {
        try unsigned(mould) + symmetric(mould) + otherAlgorithms(mould) + degenerateSignatures(mould)
            + foreignKeys(mould) + keyNames(mould) + criticalMembers(mould) + otherTypes(mould) + headers(mould)
            + parts(mould) + encodings(mould) + serializations(mould) + payloads(mould) + texts(mould) + times(mould)
    }
}
