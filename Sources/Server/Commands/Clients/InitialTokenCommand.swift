import ArgumentParser
import Core
import Identity

extension ClientCommand {
    struct InitialToken: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "initial-token",
            abstract: "Makes a token with which systems register themselves at /oauth2/register, and prints it once.",
            discussion: "Hand it to a department's engineer; whoever has it can register systems until it is used up.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "For whom it is; shown in lists.")
        var label = ""

        @Option(help: "Registrations it is good for, 1 to 1000.")
        var uses = 1

        @Option(help: ArgumentHelp("Days until it expires, 1 to 90.", valueName: "days"))
        var expires = 7

        @Flag(inversion: .prefixedNo, help: "Systems registered with it must use PKCE.")
        var requirePkce = true

        @Option(help: "Withdraws a token by its id instead of making one.")
        var revoke: String?

        @Flag(help: "Lists the tokens that are still good instead of making one.")
        var list = false

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    let tokens = InitialTokens(
                        database: groundwork.database, crypto: groundwork.provider,
                        surroundings: groundwork.surroundings)
                    if let revoke {
                        guard try await tokens.revoke(revoke) else {
                            throw StartupFault(
                                "There is no such token; `yimen client initial-token --list` shows them.")
                        }
                        print("withdrawn \(revoke)")
                    } else if list {
                        for token in try await tokens.list() {
                            let until = ProvinceTime.format(token.expiresAt)
                            print([token.id, "\(token.usesLeft) uses", until, token.label].joined(separator: "\t"))
                        }
                    } else {
                        let made = try await tokens.make(
                            label: label, uses: uses, life: .days(expires), requirePKCE: requirePkce)
                        print("id     \(made.token.id)\ntoken  \(made.secret.reveal())")
                    }
                }
            }
        }
    }
}
