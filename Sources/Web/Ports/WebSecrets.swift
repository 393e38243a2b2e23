/// The two functions of cryptography that pages need; `Server` hands in the provider's.
package protocol WebSecrets: Sendable {
    /// SHA-256 in base64url: PKCE challenges and the stored form of session handles.
    func digest(_ text: String) -> String
    /// A keyed code in base64url or hex over `text`, separate for each purpose.
    func authenticate(_ text: String, purpose: String) -> String
}
