/// Why the configuration cannot be used: where the value stands, which key, what would be right.
struct ConfigurationFault: Error, Equatable, CustomStringConvertible {
    let source: String
    let key: String
    let message: String

    var description: String { "\(source): \(key) \(message)" }
}

/// Everything that is wrong at once, so that an operator mends it in one go.
struct ConfigurationFaults: Error, CustomStringConvertible {
    let faults: [ConfigurationFault]

    var description: String {
        "The configuration cannot be used.\n" + faults.map { "  " + $0.description }.joined(separator: "\n")
    }
}
