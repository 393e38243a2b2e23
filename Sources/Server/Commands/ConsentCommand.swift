import ArgumentParser
import Core
import Identity

/// `yimen consent …`: what people have allowed systems to have of them.
struct ConsentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent", abstract: "What people have allowed systems to have of them.",
        subcommands: [List.self, Withdraw.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the systems that have something of a person: client, since when, what.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The person's subject id.")
        var person: String

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    for entry in try await groundwork.consents.list(of: person) {
                        print(
                            [entry.clientID, ProvinceTime.format(entry.since), entry.items.joined(separator: " ")]
                                .joined(separator: "\t"))
                    }
                }
            }
        }
    }

    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes back what a person allowed a system; its tokens and sessions end at once.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The person's subject id.")
        var person: String

        @Option(help: "The client_id of the system.")
        var client: String

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    guard try await groundwork.consents.withdraw(client, of: person, by: "system") else {
                        throw StartupFault("\(client) has nothing of this person.")
                    }
                    print("taken back from \(client)")
                }
            }
        }
    }
}

extension Groundwork {
    var consents: ConsentRegistry {
        ConsentRegistry(database: database, logger: logger, surroundings: surroundings)
    }
}
