/// What one check of `yimen doctor` found.
struct Finding: Sendable, Equatable {
    enum Verdict: String, Sendable {
        case good = "ok"
        case doubtful = "warn"
        case bad = "FAIL"
    }

    let verdict: Verdict
    /// What was looked at.
    let subject: String
    /// What was seen and, unless it is good, what to do.
    let message: String

    static func good(_ subject: String, _ message: String) -> Finding {
        Finding(verdict: .good, subject: subject, message: message)
    }

    static func doubtful(_ subject: String, _ message: String) -> Finding {
        Finding(verdict: .doubtful, subject: subject, message: message)
    }

    static func bad(_ subject: String, _ message: String) -> Finding {
        Finding(verdict: .bad, subject: subject, message: message)
    }

    var line: String {
        let mark = verdict.rawValue.padding(to: 4)
        return "\(mark)  \(subject.padding(to: 16))  \(message)"
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
