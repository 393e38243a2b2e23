import ArgumentParser
import Cryptography
import Foundation
import Storage
import Web

/// Runs a command's work and turns what goes wrong into one clear message and an exit code.
func reporting(_ work: () async throws -> Void) async throws {
    do {
        try await work()
    } catch let code as ExitCode {
        throw code
    } catch {
        FileHandle.standardError.write(Data("yimen: \(OperatorMessage(error))\n".utf8))
        throw ExitStatus.of(error)
    }
}

/// The exit codes of every command (sysexits.h); wrong usage is 64, by the argument parser.
enum ExitStatus {
    /// EX_UNAVAILABLE: the database cannot be reached or used.
    static let unavailable = ExitCode(69)
    /// EX_TEMPFAIL: too busy just now; trying again makes sense.
    static let busy = ExitCode(75)
    /// EX_NOPERM: a key file cannot be read, or others can read it.
    static let permission = ExitCode(77)
    /// EX_CONFIG: a setting is wrong, missing or contradicts another, or the folder of pages that it names is not whole.
    static let configuration = ExitCode(78)

    static func of(_ error: any Error) -> ExitCode {
        switch error {
        case is ConfigurationFaults, is PageFault: configuration
        case StorageError.unavailable: unavailable
        case StorageError.busy, StorageError.tooLong: busy
        case KeyRingFault.permissions, KeyRingFault.unreachable: permission
        default: .failure
        }
    }
}
