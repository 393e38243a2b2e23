import Core
import Storage

/// What is known of a browser's session before the database is asked.
enum SessionAtHand: Sendable {
    /// The browser sent no handle.
    case none
    /// The digest of the handle that the browser sent.
    case handle(String, at: Instant)
    /// Read a moment ago.
    case known(SSOSession)

    /// - Returns: `nil` for visitors and for sessions that have ended.
    func find(in statements: any Statements) throws -> SSOSession? {
        switch self {
        case .none: nil
        case .handle(let hash, let now): try SSOSessionStore.find(handleHash: hash, at: now, in: statements)
        case .known(let session): session
        }
    }
}
