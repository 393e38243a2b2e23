/// The values in force, each with the place it came from.
struct ResolvedConfiguration: Sendable {
    struct Value: Sendable, Equatable {
        let texts: [String]
        let source: String
    }

    private let values: [String: Value]

    init(values: [String: Value]) {
        self.values = values
    }

    func source(_ key: String) -> String? { values[key]?.source }

    /// The text of a key, its standard value included; `nil` when unset.
    func text(_ key: String) -> String? { values[key]?.texts.first }

    func list(_ key: String) -> [String] { values[key]?.texts ?? [] }

    /// - Precondition: the key is declared as integer with a standard value.
    func integer(_ key: String) -> Int {
        guard let value = text(key).flatMap({ Int($0) }) else { preconditionFailure("\(key) is no declared integer") }
        return value
    }

    /// - Precondition: the key is declared as boolean with a standard value.
    func boolean(_ key: String) -> Bool {
        guard let value = text(key) else { preconditionFailure("\(key) is no declared boolean") }
        return value == "true"
    }

    func seconds(_ key: String) -> Duration { .seconds(integer(key)) }
}
