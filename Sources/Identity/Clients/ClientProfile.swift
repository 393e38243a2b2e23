/// What people and administrators are told about a client (RFC 7591 §2, OpenID Connect Registration §2).
///
/// Every member is optional, so that a row written before a member existed still reads.
package struct ClientProfile: Sendable, Hashable, Codable {
    /// Its name for readers of English (RFC 7591 §2.2); absent shows them the one name there is.
    package var nameEnglish: String?
    /// The department that answers for the system: an id of the catalogue.
    package var department: String?
    /// E-mail addresses or telephone numbers of the people who run it.
    package var contacts: [String]?
    package var logoURI: String?
    /// The system's home page.
    package var clientURI: String?
    package var policyURI: String?
    package var termsURI: String?
    /// https page that starts a sign-in at the system (OpenID Connect Core §4).
    package var initiateLoginURI: String?
    package var softwareID: String?
    package var softwareVersion: String?
    /// `web` or `native` (OpenID Connect Registration §2); absent means native for a public client and web otherwise.
    package var applicationType: String?

    package init() {}
}
