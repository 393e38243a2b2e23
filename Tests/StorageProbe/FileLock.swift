import Foundation
import GRDB

/// Another program that holds the database file for itself.
struct FileLock {
    let file: String

    func hold() throws {
        let queue = try DatabaseQueue(path: file)
        try queue.inDatabase { database in
            try database.execute(sql: "BEGIN IMMEDIATE")
            FileHandle.standardOutput.write(Data("locked\n".utf8))
            // Until standard input is closed, or the process is killed.
            _ = FileHandle.standardInput.readDataToEndOfFile()
            try database.execute(sql: "ROLLBACK")
        }
    }
}
