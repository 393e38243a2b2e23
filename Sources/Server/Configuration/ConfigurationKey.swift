/// One thing an operator can set: its name in the file, what it takes, and why one would set it.
///
/// `config/yimen.example.yaml` and `docs/configuration.md` are printed from these, and a file, an
/// environment variable or a flag that matches none of them stops the start.
struct ConfigurationKey: Sendable {
    /// Dotted path in the file: `http.port`. Components are lower camel case.
    let name: String
    let kind: Kind
    /// The value used when nothing sets it, as it would be written in the file; `nil` means unset.
    let standard: String?
    /// One or two sentences for the operator, with unit and range.
    let documentation: String
    /// Secrets are never printed.
    let isSecret: Bool

    enum Kind: Sendable {
        case text
        case path
        case url(schemes: [String])
        case integer(ClosedRange<Int>)
        case boolean
        case choice([String])
        case list
    }

    init(_ name: String, _ kind: Kind, standard: String? = nil, isSecret: Bool = false, _ documentation: String) {
        self.name = name
        self.kind = kind
        self.standard = standard
        self.isSecret = isSecret
        self.documentation = documentation
    }

    /// `http.idleTimeout` → `YIMEN_HTTP_IDLE_TIMEOUT`.
    var environmentName: String {
        var result = "YIMEN_"
        for character in name {
            if character == "." {
                result.append("_")
            } else if character.isUppercase {
                result.append("_")
                result.append(character)
            } else {
                result.append(contentsOf: character.uppercased())
            }
        }
        return result
    }

    /// What is wrong with a value, in words for the operator; `nil` for a good one.
    func fault(in value: String) -> String? {
        switch kind {
        case .text, .path, .list:
            return value.isEmpty ? "is empty" : nil
        case .url(let schemes):
            let good = schemes.contains { value.hasPrefix($0 + "://") && value.count > $0.count + 3 }
            return good ? nil : "is no URL of the form " + schemes.map { $0 + "://…" }.joined(separator: " or ")
        case .integer(let range):
            guard let number = Int(value), range.contains(number) else {
                return "is no whole number from \(range.lowerBound) to \(range.upperBound)"
            }
            return nil
        case .boolean:
            return value == "true" || value == "false" ? nil : "is neither true nor false"
        case .choice(let allowed):
            return allowed.contains(value) ? nil : "is none of: " + allowed.joined(separator: ", ")
        }
    }

    /// The allowed values, for the reference.
    var allowedValues: String {
        switch kind {
        case .text: "text"
        case .path: "a path"
        case .url(let schemes): "a URL (" + schemes.joined(separator: ", ") + ")"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .boolean: "true, false"
        case .choice(let allowed): allowed.joined(separator: ", ")
        case .list: "a list of texts"
        }
    }
}
