import ArgumentParser

struct ConfigurationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configuration", abstract: "Prints the configuration reference.",
        subcommands: [Example.self, Markdown.self])

    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "An example file with every key and its standard value.")

        func run() { print(ConfigurationReference.exampleFile(), terminator: "") }
    }

    struct Markdown: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The reference as a Markdown table.")

        func run() { print(ConfigurationReference.markdown(), terminator: "") }
    }
}
