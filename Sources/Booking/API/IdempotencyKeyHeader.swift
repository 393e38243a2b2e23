import Core
import HTTPTypes
import Hummingbird

extension Request {
    /// The caller's key for repeating this request: 8…64 visible characters; `nil` when none is sent.
    ///
    /// - Throws: `invalid-request` for a key of another form, or several.
    func idempotencyKey() throws -> String? {
        let sent = headers[values: .idempotencyKey]
        guard let key = sent.first else { return nil }
        guard sent.count == 1, (8...64).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Problem.invalid("Idempotency-Key", "one key of 8 to 64 visible ASCII characters is expected")
        }
        return key
    }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .accept
}
