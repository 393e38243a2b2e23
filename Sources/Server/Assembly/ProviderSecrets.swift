import Cryptography
import Web

/// The provider's functions in the form that pages need.
struct ProviderSecrets: WebSecrets {
    let provider: StandardProvider

    func digest(_ text: String) -> String { provider.digest(text) }

    func authenticate(_ text: String, purpose: String) -> String {
        provider.blindIndex(text, domain: "web." + purpose)
    }
}
