import ArgumentParser
import Core
import Storage

/// `yimen outbox …`: messages to other systems that have not been delivered.
struct OutboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox", abstract: "Messages to other systems that wait or were given up.",
        subcommands: [List.self, Retry.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Counts what waits and what was given up, with the reasons.")

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    let backlog = try await groundwork.database.read { try Outbox.backlog($0) }
                    if backlog.isEmpty { print("nothing waits") }
                    for topic in backlog {
                        print("\(topic.topic)\t\(topic.waiting) waiting\t\(topic.givenUp) given up")
                        let reasons = try await groundwork.database.read {
                            try Outbox.givenUp(topic: topic.topic, in: $0)
                        }
                        for (reason, count) in reasons { print("\t\(count)\t\(reason)") }
                    }
                }
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delivers messages of a topic that were given up once more, from the first attempt on.")

        @OptionGroup var options: ConfigurationOptions

        @Argument(help: "The topic, as `yimen outbox list` shows it.")
        var topic: String

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    let (topic, now) = (topic, groundwork.surroundings.now())
                    let count = try await groundwork.database.transaction {
                        try Outbox.retry(topic: topic, at: now, in: $0)
                    }
                    guard count > 0 else { throw StartupFault("Nothing of \"\(topic)\" was given up.") }
                    print("\(count) messages will be delivered again")
                }
            }
        }
    }
}
