import Foundation
import Storage
import Synchronization
import Testing

/// A child process whose lines of output can be awaited.
final class ChildProcess: Sendable {
    /// Complete lines of standard output; ends with the process.
    let lines: AsyncStream<String>
    private let process: Mutex<Process>
    private let identifier: Int32

    /// The probe program, which is built beside the tests.
    static func probe(_ arguments: String...) throws -> ChildProcess {
        let folder = try #require(Bundle.main.executableURL).deletingLastPathComponent()
        return try ChildProcess(folder.appending(path: "StorageProbe").path, arguments)
    }

    init(_ program: String, _ arguments: [String], errors: FileHandle = .nullDevice) throws {
        let (lines, sink) = AsyncStream<String>.makeStream()
        self.lines = lines
        let child = Process()
        child.executableURL = URL(filePath: program)
        child.arguments = arguments
        let input = Pipe()
        let output = Pipe()
        child.standardInput = input
        child.standardOutput = output
        child.standardError = errors
        let rest = Mutex(Data())
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                sink.finish()
                return
            }
            rest.withLock { rest in
                rest.append(data)
                while let end = rest.firstIndex(of: 0x0A) {
                    sink.yield(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                    rest = Data(rest[(end + 1)...])
                }
            }
        }
        try child.run()
        identifier = child.processIdentifier
        process = Mutex(child)
    }

    /// SIGKILL: nothing is tidied up.
    func kill() {
        _ = Foundation.kill(identifier, SIGKILL)
    }

    /// The rest of the output, once the process has ended.
    func remainingLines() async -> [String] {
        await lines.reduce(into: []) { $0.append($1) }
    }

    /// Runs a program to the end of its output and returns its lines.
    ///
    /// The exit code comes as a line too: Foundation takes a program for running as long as a
    /// server that it has started is.
    /// - Throws: `StorageError.unavailable` when it ends with a fault.
    @discardableResult
    static func run(_ program: String, _ arguments: String...) async throws -> [String] {
        let child = try ChildProcess("/bin/bash", ["-c", #""$0" "$@"; echo "exit $?""#, program] + arguments)
        let lines = await child.remainingLines()
        guard lines.last == "exit 0" else { throw StorageError.unavailable("\(program): \(lines.last ?? "no end")") }
        return lines.dropLast()
    }
}
