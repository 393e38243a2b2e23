import Core
import Hummingbird

/// What a browser keeps of one sign-in under way, in a cookie named after its state: ten tabs sign in
/// side by side without knowing of one another.
struct SignInAttempt: Sendable {
    let state: String
    let nonce: String
    let verifier: String
    let target: ReturnPath

    static let lifetime = Duration.minutes(15)
    /// Attempts kept by one browser; further ones push older ones out.
    static let limit = 12
    private static let prefix = "signin-"

    init(target: ReturnPath, surroundings: Surroundings) {
        state = surroundings.newHandle()
        nonce = surroundings.newHandle()
        verifier = surroundings.newHandle()
        self.target = target
    }

    /// The attempt that this state belongs to; `nil` when this browser did not start it, which is what
    /// defeats login CSRF (RFC 6749 §10.12).
    init?(state: String, request: Request, cookies: CookiePolicy) {
        guard state.utf8.count == 43, Base64URL.decode(state) != nil,
            let value = cookies.read(SignInAttempt.noun(of: state), from: request)
        else { return nil }
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, constantTimeEqual(String(parts[0]), state), let bytes = Base64URL.decode(parts[3]),
            let target = ReturnPath(String(decoding: bytes, as: UTF8.self))
        else { return nil }
        self.state = state
        nonce = String(parts[1])
        verifier = String(parts[2])
        self.target = target
    }

    /// The name shows a part of the state only.
    private static func noun(of state: String) -> String { prefix + state.prefix(12) }

    func remember(on response: inout Response, request: Request, cookies: CookiePolicy) {
        let open = cookies.nouns(startingWith: SignInAttempt.prefix, in: request)
        for noun in open.prefix(max(0, open.count - SignInAttempt.limit + 1)) {
            cookies.remove(noun, on: &response)
        }
        let value = [state, nonce, verifier, Base64URL.encode(target.text.utf8)].joined(separator: ".")
        cookies.set(SignInAttempt.noun(of: state), to: value, lifetime: SignInAttempt.lifetime, on: &response)
    }

    /// An attempt is used once, whatever comes of it.
    func forget(on response: inout Response, cookies: CookiePolicy) {
        cookies.remove(SignInAttempt.noun(of: state), on: &response)
    }
}
