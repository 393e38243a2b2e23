import ArgumentParser
import Core
import Identity

/// `yimen client …`: the systems that hand their sign-in to Yimen.
struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Registers, lists and removes relying systems.",
        subcommands: [Add.self, List.self, Remove.self])

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

        @Option(help: "Name shown to people; standard: the id.")
        var name: String?

        @Option(help: "Client secret, 16 to 256 characters; without one the client is public and uses PKCE alone.")
        var secret: String?

        @Option(
            name: .customLong("redirect-uri"), help: "Where codes may be sent, compared byte for byte. May be repeated."
        )
        var redirectURIs: [String] = []

        @Option(name: .customLong("post-logout-redirect-uri"), help: "Where a sign-out may end. May be repeated.")
        var postLogoutRedirectURIs: [String] = []

        @Option(name: .customLong("backchannel-logout-uri"), help: "Where logout tokens are posted.")
        var backchannelLogoutURI: String?

        @Option(
            name: .customLong("grant"),
            help: "authorization_code, refresh_token, client_credentials. May be repeated; standard: the first two.")
        var grants: [String] = []

        @Option(name: .customLong("scope"), help: "A scope it may ask for. May be repeated; standard: openid profile.")
        var scopes: [String] = []

        @Option(help: "client_secret_basic, client_secret_post or none.")
        var authMethod: String?

        @Option(name: .customLong("protocol"), help: "oidc.")
        var protocolName = "oidc"

        @Option(help: "Signature of its ID tokens: ES256 or RS256.")
        var idTokenAlgorithm: String?

        @Option(help: "The channel its people come through: web, mobile or hall.")
        var channel: Channel = .web

        @Option(help: "The one hall its tokens are good for.")
        var hall: String?

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { foundation in
                    var registration = ClientRegistration(id: id)
                    registration.name = name
                    registration.secret = secret.map { Secret($0) }
                    registration.redirectURIs = redirectURIs
                    registration.postLogoutRedirectURIs = postLogoutRedirectURIs
                    registration.backchannelLogoutURI = backchannelLogoutURI
                    registration.grants = grants
                    registration.scopes = scopes
                    registration.authMethod = authMethod
                    registration.protocolName = protocolName
                    registration.idTokenAlgorithm = idTokenAlgorithm
                    registration.channel = channel
                    registration.hall = hall
                    let client = try await foundation.clients.add(registration)
                    print("registered \(client.id)")
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists every registered system.")

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { foundation in
                    for client in try await foundation.clients.list() {
                        let grants = client.grants.map(\.rawValue).sorted().joined(separator: ",")
                        print([client.id, client.authMethod.rawValue, grants, client.name].joined(separator: "\t"))
                    }
                }
            }
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
                try await Groundwork.with(options) { foundation in
                    guard try await foundation.clients.remove(id) else {
                        throw StartupFault("There is no client \"\(id)\"; `yimen client list` shows them.")
                    }
                    print("removed \(id)")
                }
            }
        }
    }
}

extension Channel: ExpressibleByArgument {}
