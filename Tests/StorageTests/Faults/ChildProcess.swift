import Foundation
import Storage
import Synchronization
import TestKit
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

    /// Runs a program to its end and returns its lines.
    ///
    /// They and the exit code go through a file: a server that the program leaves behind inherits
    /// what Foundation watches a child by, and would count as the program still running.
    /// - Throws: `StorageError.unavailable` when it ends with a fault.
    @discardableResult
    static func run(_ program: String, _ arguments: String...) async throws -> [String] {
        try await withTemporaryDirectory { directory in
            let file = directory + "/output"
            let child = Process()
            child.executableURL = URL(filePath: "/bin/bash")
            child.arguments = ["-c", #"(shift; "$@"; echo "exit $?") >"$1" 2>&1"#, "run", file, program] + arguments
            child.standardInput = FileHandle.nullDevice
            try child.run()
            let deadline = ContinuousClock.now + .seconds(60)
            while ContinuousClock.now < deadline {
                let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
                let lines = text.split(separator: "\n").map(String.init)
                if lines.last == "exit 0" { return lines.dropLast() }
                if lines.last?.hasPrefix("exit ") == true { throw StorageError.unavailable(text) }
                try await Task.sleep(for: .milliseconds(20))
            }
            throw StorageError.unavailable("\(program) does not end")
        }
    }
}
