import ArgumentParser
import Identity

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The record of what was done.", subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Proves that no audit record was changed or removed; exit code 1 names the first broken place.")

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    let chain = AuditChain(
                        database: groundwork.database, crypto: groundwork.provider, logger: groundwork.logger)
                    switch try await chain.verify() {
                    case .intact(let links): print("intact: \(links) records")
                    case .broken(let position): throw StartupFault("The audit chain is broken at record \(position).")
                    }
                }
            }
        }
    }
}
