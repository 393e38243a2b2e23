import ArgumentParser
import Foundation

/// Runs a command's work and turns what goes wrong into one clear message and exit code 1.
func reporting(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let code as ExitCode {
        throw code
    } catch {
        FileHandle.standardError.write(Data("yimen: \(OperatorMessage(error))\n".utf8))
        throw ExitCode.failure
    }
}
