/// Unguessable text for cookies, states, nonces and verifiers: 256 bits, 43 characters.
enum Handle {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64URLText.encode((0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
