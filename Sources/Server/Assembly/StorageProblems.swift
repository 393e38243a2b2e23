import Core
import Storage

/// What a caller is told when the database cannot answer; defects of ours stay unknown errors.
enum StorageProblems {
    static func translate(_ error: any Error) -> Problem? {
        guard let error = error as? StorageError else { return nil }
        switch error {
        case .busy: return .busy(retryAfter: 1)
        case .unavailable: return .busy(retryAfter: 5)
        case .tooLong: return Problem(.timeout, headers: [Problem.Header("Retry-After", "2")])
        case .constraint, .unexpectedColumn, .statement, .migration: return nil
        }
    }
}
