/// What the calls of one group have left for its end, and what the call under way makes of it.
///
/// A call sees what those before it in the group have done, as it would after their commits: before one of its
/// statements names a table with waiting rows, they are written. When that call is undone, they wait again.
final class GroupRows {
    private var rows = WaitingRows()
    private var isWritten = false
    /// Why the database refused rows of earlier calls: the call under way is not to blame.
    private(set) var refusal: (any Error)?

    var isEmpty: Bool { rows.isEmpty }

    func write(before sql: SQL, _ run: (SQL, [SQLValue]) throws -> Void) throws {
        guard !isWritten, rows.areNamed(in: sql) else { return }
        isWritten = true
        do {
            try rows.write(run)
        } catch {
            refusal = refusal ?? error
            throw error
        }
    }

    /// - Parameter left: what the call leaves for the end; `nil` when it was undone, and what was written for it too.
    func callEnded(leaving left: WaitingRows?) {
        if let left {
            if isWritten { rows = WaitingRows() }
            rows.append(left)
        }
        isWritten = false
    }

    func writeRest(_ run: (SQL, [SQLValue]) throws -> Void) rethrows {
        try rows.write(run)
    }
}
