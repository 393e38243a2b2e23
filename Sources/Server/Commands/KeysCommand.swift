import ArgumentParser
import Core
import Identity

/// `yimen keys …`: the keys that seal personal data and those that sign tokens.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Lists, rotates and retires sealing and signing keys.",
        subcommands: [List.self, Rotate.self, Retire.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the keys, their state and how many values are sealed under each.")

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    for line in try await SealingKeyRotation(groundwork: groundwork).list() { print(line) }
                    for key in try await groundwork.signingKeyRotation.list() { print(KeysCommand.line(key)) }
                }
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a new sealing key current and seals everything under it, while servers run.",
            discussion: """
                Can be interrupted at any point and run again: it goes on where it stopped. With several machines that do \
                not share the data directory: --prepare first, copy the key file to each, then rotate.
                --signing publishes the next keys that sign tokens instead; they sign after the usual lead.
                """)

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "Only says what would be done.")
        var dryRun = false

        @Flag(help: "Only adds a key that opens but does not seal yet.")
        var prepare = false

        @Flag(help: "Publishes the next signing keys of tokens now.")
        var signing = false

        func validate() throws {
            if prepare, signing { throw ValidationError("--prepare is about sealing keys; leave out --signing.") }
        }

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    let sealing = SealingKeyRotation(groundwork: groundwork)
                    if signing {
                        try await publishNext(groundwork)
                    } else if prepare {
                        try sealing.prepare(dryRun: dryRun)
                    } else {
                        try await sealing.rotate(dryRun: dryRun)
                    }
                }
            }
        }

        private func publishNext(_ groundwork: Groundwork) async throws {
            let rotation = groundwork.signingKeyRotation
            if dryRun { return print("Would publish the next signing keys; nothing was changed.") }
            for key in try await rotation.publishNext() { print(KeysCommand.line(key)) }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes an older sealing key out of use; refused while anything is sealed under it.",
            discussion: """
                Refused also within an hour of the rotation, while tokens and cookies sealed with it may be about.
                """)

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "Do not wait for tokens and cookies to run out: the key was stolen.")
        var now = false

        @Argument(help: "Its number, as `yimen keys list` shows it.")
        var number: Int

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) {
                    try await SealingKeyRotation(groundwork: $0).retire(number, atOnce: now)
                }
            }
        }
    }

    private static func line(_ key: KeyRotation.Listing) -> String {
        let from = ProvinceTime.format(key.signsFrom)
        return
            "signing\t\(key.kid)\t\(key.state)\t\(key.algorithm)\t\(key.state == "next" ? "signs from" : "since") \(from)"
    }
}
