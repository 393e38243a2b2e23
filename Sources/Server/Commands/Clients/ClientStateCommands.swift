import ArgumentParser
import Core
import Identity

extension ClientCommand {
    struct Secret: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a new secret, prints it once, and refuses the old one.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The client_id.")
        var id: String

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    print("client_secret  \(try await groundwork.clients.rotateSecret(id).reveal())")
                }
            }
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets a system work that was switched off.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The client_id.")
        var id: String

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.clients.setEnabled(true, id)
                    print("\(id) is enabled")
                }
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switches a system off and keeps its registration; everything given to it ends.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The client_id.")
        var id: String

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.clients.setEnabled(false, id)
                    print("\(id) is disabled")
                }
            }
        }
    }

    struct Approve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets a system work that has registered itself and waits.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The client_id.")
        var id: String

        @Option(help: "The version you have read; a registration that was changed since is not approved.")
        var seen: Int64?

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.clients.approve(id, expecting: seen)
                    print("\(id) is approved")
                }
            }
        }
    }

    struct Members: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Lists the members of a client: in files and the administration, in the registration protocol, as flag."
        )

        func run() {
            for member in ClientMembers.all {
                print([member.camelName, member.name, member.flag].joined(separator: "\t"))
            }
        }
    }
}
