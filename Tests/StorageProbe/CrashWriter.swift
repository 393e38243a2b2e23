import Foundation
import Logging
import Storage

/// Writes from many tasks and prints the number of each call that was acknowledged.
struct CrashWriter {
    let file: String

    func run() async throws {
        var settings = SQLiteSettings(path: file)
        // So that many a process dies while the log is moved back or begins anew.
        settings.logPages = 100
        let database = try SQLiteDatabase(settings, logger: Logger(label: "probe"))
        try await Migrator(database: database).migrate([ProbeTables.all])
        try? await ProbeTables.addCounters(1, to: database)
        let prefix = UUID().uuidString
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<32 {
                group.addTask {
                    for number in 0... {
                        let holder = "\(prefix)-\(task)-\(number)"
                        guard try await ProbeTables.claim("0", by: holder, in: database) else { return }
                        // One write per line: lines of several tasks do not mix in a pipe.
                        FileHandle.standardOutput.write(Data((holder + "\n").utf8))
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
