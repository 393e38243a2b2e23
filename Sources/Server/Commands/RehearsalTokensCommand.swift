import ArgumentParser
import Foundation
import Identity

/// `yimen rehearsal-tokens`, for `make bench`; of no use to an operator and so not listed among the commands.
struct RehearsalTokensCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearsal-tokens",
        abstract: "Writes access tokens of people who do not exist, for measurements on a demo.", shouldDisplay: false)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "How many, 1 to 100000.")
    var count: Int

    @Option(help: "The file to write, one token a line.")
    var output: String

    func validate() throws {
        guard (1...100_000).contains(count) else { throw ValidationError("--count must be between 1 and 100000.") }
    }

    func run() async throws {
        try await reporting {
            try await Groundwork.with(options) { groundwork in
                guard groundwork.settings.demo else {
                    throw StartupFault("Rehearsal tokens exist in the demo only (flag --demo or YIMEN_DEMO=true).")
                }
                let tokens = try RehearsalTokens(
                    keys: SigningKeys(database: groundwork.database, crypto: groundwork.provider),
                    settings: groundwork.settings.identity, surroundings: groundwork.surroundings)
                let text = try await tokens.make(count: count).joined(separator: "\n") + "\n"
                guard
                    FileManager.default.createFile(
                        atPath: output, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
                else { throw StartupFault("\(output) cannot be written.") }
                print("wrote \(count) tokens to \(output)")
            }
        }
    }
}
