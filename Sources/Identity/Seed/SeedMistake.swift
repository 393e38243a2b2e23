import Core

/// Where a seed file does not fit and what would, as the other seed files are told of: member, then reason.
struct SeedMistake: CustomStringConvertible {
    let description: String

    init(_ error: DecodingError) {
        let (path, reason): ([any CodingKey], String) =
            switch error {
            case .keyNotFound(let key, let context): (context.codingPath + [key], "is missing")
            case .valueNotFound(_, let context): (context.codingPath, "must not be null")
            case .typeMismatch(let type, let context): (context.codingPath, "must be \(SeedMistake.kind(of: type))")
            case .dataCorrupted(let context):
                (context.codingPath, SeedMistake.choices(at: context.codingPath) ?? context.debugDescription)
            @unknown default: ([], "cannot be read")
            }
        let pointer = path.map { "/" + ($0.intValue.map(String.init) ?? JSONFault.escape($0.stringValue)) }.joined()
        description = pointer.isEmpty ? reason : "\(pointer): \(reason)"
    }

    private static func kind(of type: Any.Type) -> String {
        if type == String.self { return "a text" }
        return type == [Any].self ? "a list" : "an object"
    }

    /// Only values that are one of a few can be read as texts and still be wrong.
    private static func choices(at path: [any CodingKey]) -> String? {
        let known: [String]
        switch path.last(where: { $0.intValue == nil })?.stringValue {
        case "assurance": known = AssuranceLevel.allCases.map(\.rawValue)
        case "roles": known = Role.allCases.map(\.rawValue)
        case "channel": known = Channel.allCases.map(\.rawValue)
        default: return nil
        }
        return "must be one of \(known.joined(separator: ", "))"
    }
}
