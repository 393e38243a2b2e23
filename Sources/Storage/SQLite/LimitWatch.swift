import GRDBSQLite

/// Lets SQLite ask, every few thousand steps, whether the closure's time is over.
final class LimitWatch {
    var limit = TimeLimit.none

    func install(on handle: OpaquePointer) {
        sqlite3_progress_handler(
            handle, 4000,
            { context in
                guard let context else { return 0 }
                return Unmanaged<LimitWatch>.fromOpaque(context).takeUnretainedValue().limit.isOver ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
