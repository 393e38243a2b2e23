import ArgumentParser
import Core
import Identity

extension UserCommand {
    /// Whom a command is about.
    struct Whom: ParsableArguments {
        @Argument(help: ArgumentHelp("Subject id, sign-in name or phone.", valueName: "person"))
        var who: String
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists people by subject id; names and phones are masked.",
            discussion: "Columns: subject id, state, level, roles, hall, sign-in name or masked phone, masked name.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The last subject id of the page before.")
        var after = ""

        @Option(help: "People on a page, 1 to 1000.")
        var limit = 50

        func validate() throws {
            guard (1...1000).contains(limit) else { throw ValidationError("--limit must be between 1 and 1000.") }
        }

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    for person in try await groundwork.administration.list(after: after, limit: limit) {
                        let roles = person.roles.map(\.rawValue).sorted().joined(separator: ",")
                        let columns = [
                            person.id, person.state.rawValue, person.assurance.rawValue, roles.isEmpty ? "-" : roles,
                            person.hall ?? "-", person.signInName ?? person.maskedPhone ?? "-", person.maskedName,
                        ]
                        print(columns.joined(separator: "\t"))
                    }
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one person, and how many sessions and grants they have open.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var whom: Whom

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    guard let person = try await groundwork.administration.find(whom.who) else {
                        throw StartupFault("Nobody has the id, sign-in name or phone \"\(whom.who)\".")
                    }
                    let access = try await groundwork.administration.access(of: person.id)
                    let lines = [
                        ("subject", person.id), ("state", person.state.rawValue), ("name", person.maskedName),
                        ("phone", person.maskedPhone ?? "-"), ("sign-in name", person.signInName ?? "-"),
                        ("level", person.assurance.rawValue),
                        ("roles", person.roles.map(\.rawValue).sorted().joined(separator: ",")),
                        ("hall", person.hall ?? "-"), ("open sessions", String(access.sessions)),
                        ("live grants", String(access.grants)),
                    ]
                    for (name, value) in lines {
                        print(name + String(repeating: " ", count: 15 - name.count) + (value.isEmpty ? "-" : value))
                    }
                }
            }
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password",
            abstract: "Sets a new password; ends every session and grant of the person and tells them.",
            discussion: "The password is read from the environment variable named by --password-from, or asked for.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var whom: Whom
        @OptionGroup var source: PasswordSource

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.administration.setPassword(try source.password(), of: whom.who)
                    print("the password is changed; every session and grant of the person has ended")
                }
            }
        }
    }

    struct Assure: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sets the assurance level that a person has been verified to.",
            discussion: "A higher level is stated from the next sign-in; a lower one ends every session and grant.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var whom: Whom

        @Option(help: "Assurance level, L0 to L4.")
        var level: AssuranceLevel

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.administration.setAssurance(level, of: whom.who)
                    print("the level is \(level.rawValue) now")
                }
            }
        }
    }

    struct Lock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Locks a person out: ends every session and grant, refuses every sign-in until unlocked.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var whom: Whom

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.administration.lock(whom.who)
                    print("locked; every session and grant of the person has ended")
                }
            }
        }
    }

    struct Unlock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets a locked person sign in again.")

        @OptionGroup var options: ConfigurationOptions
        @OptionGroup var whom: Whom

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.administration.unlock(whom.who)
                    print("unlocked")
                }
            }
        }
    }
}

extension Groundwork {
    /// A running server learns of ended sessions from the database.
    fileprivate var administration: PeopleAdministration {
        PeopleAdministration(
            database: database, crypto: provider, passwords: passwords,
            clients: ClientDirectory(database: database, logger: logger),
            listener: PageSessionListener(
                table: PageSessionTable(database: database, provider: provider, surroundings: surroundings),
                logger: logger),
            demo: settings.demo, surroundings: surroundings)
    }
}
