import ArgumentParser
import Core
import Identity

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "People who sign in.",
        subcommands: [Add.self, List.self, Show.self, SetPassword.self, Assure.self, Lock.self, Unlock.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a person on record and prints the subject id.",
            discussion: "The password is read from the environment variable named by --password-from, or asked for.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "Full name; stored encrypted.")
        var name: String

        @Option(help: "Mobile number, a citizen's sign-in name; stored encrypted.")
        var phone: String?

        @Option(help: "Identity number; stored encrypted.")
        var identityNumber: String?

        @Option(help: "Sign-in name of staff.")
        var signInName: String?

        @Option(name: .customLong("role"), help: "officer, guide, manager, administrator or auditor. May be repeated.")
        var roles: [Role] = []

        @Option(help: "The hall that staff work in.")
        var hall: String?

        @Option(help: "Assurance level, L0 to L4.")
        var assurance: AssuranceLevel = .l1

        @OptionGroup var source: PasswordSource

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    if let hall { try await groundwork.requireHall(hall) }
                    let person = NewPerson(
                        name: name, identityNumber: identityNumber, phone: phone, signInName: signInName,
                        assurance: assurance, roles: Set(roles), hall: hall, password: try source.password())
                    let registry = PeopleRegistry(
                        database: groundwork.database, crypto: groundwork.provider, passwords: groundwork.passwords,
                        settings: groundwork.settings.identity, surroundings: groundwork.surroundings)
                    print(try await registry.add(person))
                }
            }
        }
    }
}

extension Role: ExpressibleByArgument {}
extension AssuranceLevel: ExpressibleByArgument {}
