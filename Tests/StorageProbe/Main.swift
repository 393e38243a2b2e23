import Foundation
import Logging
import Storage

/// A process of its own for what a test cannot do inside itself: being killed, and being measured.
///
///     StorageProbe write FILE                   claims without end, printing each acknowledged one
///     StorageProbe lock FILE                    holds the database file locked until killed
///     StorageProbe bench sqlite DIRECTORY       claims per second by 64 tasks, hot and spread
///     StorageProbe bench postgres URL
@main struct StorageProbe {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.dropFirst().first, arguments.count) {
        case ("write", let file?, 2): try await CrashWriter(file: file).run()
        case ("lock", let file?, 2): try FileLock(file: file).hold()
        case ("bench", let engine?, 3): try await Bench(engine: engine, place: arguments.last ?? "").run()
        default:
            FileHandle.standardError.write(
                Data("usage: StorageProbe write|lock FILE | bench sqlite|postgres PLACE\n".utf8))
            exit(64)
        }
    }
}
