import ArgumentParser
import Core
import Identity

/// `yimen client …`: the systems that hand their sign-in to Yimen.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Registers, changes, lists and removes relying systems.",
        subcommands: [
            Add.self, Update.self, Apply.self, Show.self, List.self, Remove.self, Secret.self, Enable.self,
            Disable.self,
            Approve.self, InitialToken.self, Members.self,
        ])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Registers a system; a running server knows it within a second.",
            discussion: """
                Example:
                  yimen client add --id social-security --secret "$SECRET" \\
                    --redirect-uri https://shebao.example/callback \\
                    --post-logout-redirect-uri https://shebao.example/ \\
                    --backchannel-logout-uri https://shebao.example/backchannel-logout \\
                    --scope openid --scope profile
                """)

        @OptionGroup var options: ConfigurationOptions

        @Option(help: ArgumentHelp("client_id: letters, digits, '-', '.', '_'.", valueName: "id"))
        var id: String

        @Option(help: "Client secret, 16 to 256 characters; without one the client is public and uses PKCE alone.")
        var secret: String?

        @OptionGroup(title: "The client") var flags: ClientFlags

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.requireDepartment(flags.department)
                    if let hall = flags.hall { try await groundwork.requireHall(hall) }
                    var registration = ClientRegistration(id: id)
                    registration.secret = secret.map { Core.Secret($0) }
                    try ClientFlags.apply(try flags.members(), to: &registration)
                    print("registered \(try await groundwork.clients.add(registration).id)")
                }
            }
        }
    }

    struct Update: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Changes what the flags name and leaves the rest; lists are replaced as a whole.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The client_id.")
        var id: String

        @Option(help: "A new secret of 16 to 256 characters; `yimen client secret` makes one.")
        var secret: String?

        @Option(
            name: .customLong("clear"), help: "A member to put back to its default, as `yimen client show` names it.")
        var cleared: [String] = []

        @OptionGroup(title: "The client") var flags: ClientFlags

        func run() async throws {
            try await reporting {
                let reset = try cleared.map { name in
                    guard let member = ClientMembers.camelNamed[name] ?? ClientMembers.named[name] else {
                        throw StartupFault("--clear \(name): no member of a client; `yimen client members` lists them.")
                    }
                    return (name: member.name, value: JSONValue.null)
                }
                let members = reset + (try flags.members())
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.requireDepartment(flags.department)
                    if let hall = flags.hall { try await groundwork.requireHall(hall) }
                    let updated = try await groundwork.clients.update(id) { registration in
                        if let secret { registration.secret = Core.Secret(secret) }
                        try ClientFlags.apply(members, to: &registration)
                    }
                    print("\(id) stands at version \(updated.record.version)")
                    if let made = updated.secret { print("client_secret  \(made.reveal())") }
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints one system as a file that `yimen client apply` reads.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The client_id.")
        var id: String

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    guard let record = try await groundwork.clients.record(id) else {
                        throw ClientChangeRefusal.notFound(id)
                    }
                    print(try ClientFile.text(record))
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists every registered system, whatever its state.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "Part of an id or a name.")
        var query = ""

        @Option(help: "active, pending or disabled.")
        var state: ClientRecord.State?

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    var last = ""
                    while true {
                        let page = try await groundwork.clients.records(
                            after: last, query: query, state: state, limit: 200)
                        for record in page { print(Self.line(record)) }
                        guard page.count == 200, let end = page.last else { return }
                        last = end.client.id
                    }
                }
            }
        }

        private static func line(_ record: ClientRecord) -> String {
            let client = record.client
            let grants = client.grants.map(\.rawValue).sorted().joined(separator: ",")
            return [client.id, client.authMethod.rawValue, grants, record.state.rawValue, client.name]
                .joined(separator: "\t")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a system; its tokens are refused from then on.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "The client_id.")
        var id: String

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    guard try await groundwork.clients.remove(id) else { throw ClientChangeRefusal.notFound(id) }
                    print("removed \(id)")
                }
            }
        }
    }
}

extension ClientRecord.State: ExpressibleByArgument {}
