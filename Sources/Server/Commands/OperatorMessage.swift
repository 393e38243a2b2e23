import Core
import Storage

/// An error in words an operator can act on; never a type name or a stack.
struct OperatorMessage: CustomStringConvertible {
    let description: String

    init(_ error: any Error) {
        switch error {
        case let error as StorageError: description = OperatorMessage.text(error)
        case let error as Problem: description = error.detail ?? error.kind.title
        case let error as any CustomStringConvertible: description = error.description
        default: description = "\(error)"
        }
    }

    private static func text(_ error: StorageError) -> String {
        switch error {
        case .unavailable(let reason): "The database cannot be used: \(reason)"
        case .migration(let reason): "The schema does not fit: \(reason)"
        case .busy: "The database is busy; try again."
        case .tooLong: "The database took too long; try again."
        case .constraint(let name): "The database refused the change (\(name))."
        case .unexpectedColumn(let name):
            "The database answered with an unexpected column (\(name)); run `yimen doctor`."
        case .statement(let text): "The database refused a statement: \(text)"
        }
    }
}
