import CPostgres

/// What the server or the connection refused, before it is translated.
struct PostgresFailure: Error {
    /// SQLSTATE; empty when the connection itself failed.
    let state: String
    /// The primary message only: DETAIL may hold values of the row.
    let message: String
    let constraint: String?

    init(state: String, message: String, constraint: String? = nil) {
        self.state = state
        self.message = message
        self.constraint = constraint
    }

    init(_ result: OpaquePointer) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        let text = field("M") ?? String(cString: PQresultErrorMessage(result))
        self.init(state: field("C") ?? "", message: text, constraint: field("n"))
    }

    static func lost(_ message: String) -> PostgresFailure {
        PostgresFailure(state: "", message: message.split(separator: "\n").joined(separator: " "))
    }

    /// The session is gone: link broken, server stopped, killed by an administrator.
    var isLoss: Bool {
        state.isEmpty || state.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(state)
    }

    /// The server undid the transaction for the sake of others: trying again makes sense.
    var isConflict: Bool { state == "40001" || state == "40P01" }

    /// The server knows our prepared statements no longer, or the tables have changed under them.
    var isStalePlan: Bool {
        state == "26000" || (state == "0A000" && message.contains("cached plan"))
    }

    var isLockTimeout: Bool { state == "55P03" }

    /// PostgreSQL, Appendix A (error codes).
    var translated: StorageError {
        if isLoss { return .unavailable("connection to PostgreSQL lost: \(message)") }
        switch state {
        case "40001", "40P01", "55P03": return .busy
        case "57014": return .tooLong
        case "25006" where message.contains("read-only transaction"):
            return .statement("a read must not write, or the server is a standby: \(message)")
        case "25006", "42501": return .unavailable("PostgreSQL refuses: \(message)")
        // Data exceptions name the value at fault in their text, so it is left out.
        case let state where state.hasPrefix("22"): return .constraint("value not possible (SQLSTATE \(state))")
        case let state where state.hasPrefix("23"): return .constraint(constraint ?? message)
        case let state where state.hasPrefix("53"), let state where state.hasPrefix("58"),
            let state where state.hasPrefix("XX"):
            return .unavailable("PostgreSQL: \(message) (SQLSTATE \(state))")
        default: return .statement("\(message) (SQLSTATE \(state))")
        }
    }
}
