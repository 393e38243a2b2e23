import Synchronization

/// How long a cell of a window group was when last seen: a guess that lets a hold name its cell exactly. A wrong
/// guess costs a statement, never a wrong booking.
final class CellLengths: Sendable {
    private let lengths = Mutex<[String: Duration]>([:])

    subscript(group: String) -> Duration? {
        get { lengths.withLock { $0[group] } }
        set { lengths.withLock { $0[group] = newValue } }
    }
}
