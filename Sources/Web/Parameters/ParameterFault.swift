package import Core

/// Why a query or form was refused.
package enum ParameterFault: Error, Sendable, Hashable {
    case duplicate(name: String)
    case missing(name: String)
    /// A broken percent escape or text that is not UTF-8; `nil` when the name itself is broken.
    case malformed(name: String?)
    case tooMany(limit: Int)
    case tooLong(name: String?, limit: Int)

    package var parameter: String? {
        switch self {
        case .duplicate(let name), .missing(let name): name
        case .malformed(let name), .tooLong(let name, _): name
        case .tooMany: nil
        }
    }

    /// One sentence that never repeats a value.
    package var detail: String {
        switch self {
        case .duplicate: "the parameter is sent more than once"
        case .missing: "the parameter is missing"
        case .malformed: "the text is not percent-encoded UTF-8"
        case .tooMany(let limit): "there are more than \(limit) parameters"
        case .tooLong(_, let limit): "the parameter is longer than \(limit) bytes"
        }
    }

    package var problem: Problem { .invalid(parameter ?? "", detail) }
}
