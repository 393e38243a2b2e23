import ArgumentParser
import Core
import Foundation

/// Where a command takes a new password from: never from its arguments, which everybody on the machine can read.
struct PasswordSource: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Environment variable that holds the password; asked for at the terminal when absent.",
            valueName: "variable"))
    var passwordFrom: String?

    /// - Throws: `StartupFault` when there is none, or the two typed ones differ.
    func password() throws -> Secret<String> {
        if let passwordFrom {
            guard let value = ProcessInfo.processInfo.environment[passwordFrom], !value.isEmpty else {
                throw StartupFault("The environment variable \(passwordFrom) is not set.")
            }
            return Secret(value)
        }
        let typed = try ask("New password: ")
        guard try ask("Once more: ").reveal() == typed.reveal() else { throw StartupFault("The two are not the same.") }
        return typed
    }

    private func ask(_ prompt: String) throws -> Secret<String> {
        guard let typed = getpass(prompt) else { throw StartupFault("No password was given.") }
        return Secret(String(cString: typed))
    }
}
