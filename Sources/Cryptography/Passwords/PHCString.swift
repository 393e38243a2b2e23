import Core

/// A password hash in the PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`, base64 without padding.
struct PHCString: Sendable, Hashable, CustomStringConvertible {
    let parameters: PasswordParameters
    let salt: [UInt8]
    let hash: [UInt8]

    init(parameters: PasswordParameters, salt: [UInt8], hash: [UInt8]) {
        self.parameters = parameters
        self.salt = salt
        self.hash = hash
    }

    /// `nil` for another algorithm or version, costs out of bounds, or any departure from the one spelling.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard text.utf8.count <= 256, parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19"
        else { return nil }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3, let memory = PHCString.number(costs[0], "m="),
            let passes = PHCString.number(costs[1], "t="), let lanes = PHCString.number(costs[2], "p="),
            (1...8).contains(lanes)
        else { return nil }
        let parameters = PasswordParameters(memoryKiB: memory, passes: passes, lanes: lanes)
        guard parameters.isWithinBounds, let salt = PHCString.decode(parts[4]), let hash = PHCString.decode(parts[5]),
            (8...64).contains(salt.count), (16...64).contains(hash.count)
        else { return nil }
        self.init(parameters: parameters, salt: salt, hash: hash)
    }

    var description: String {
        let costs = "m=\(parameters.memoryKiB),t=\(parameters.passes),p=\(parameters.lanes)"
        return "$argon2id$v=19$\(costs)$\(PHCString.encode(salt))$\(PHCString.encode(hash))"
    }

    private static func number(_ text: Substring, _ prefix: String) -> Int? {
        guard text.hasPrefix(prefix), let number = Int32(text.dropFirst(2)), number > 0,
            String(number) == text.dropFirst(2)
        else { return nil }
        return Int(number)
    }

    /// The format uses the other base64 alphabet (RFC 4648 §4); the rules on spare bits are the same.
    private static func decode(_ text: Substring) -> [UInt8]? {
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }) else { return nil }
        return Base64URL.decode(swapped(text, "+/", "-_"))
    }

    private static func encode(_ bytes: [UInt8]) -> String {
        swapped(Base64URL.encode(bytes)[...], "-_", "+/")
    }

    private static func swapped(_ text: Substring, _ from: StaticString, _ to: StaticString) -> String {
        let bytes = text.utf8.map { byte in
            byte == from.utf8Start[0] ? to.utf8Start[0] : byte == from.utf8Start[1] ? to.utf8Start[1] : byte
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
