import ArgumentParser
import Booking
import Identity

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The record of what was done.", subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Proves that no record was changed or removed, in any chain.",
            discussion: """
                One line for each chain: that of identities and accounts, and that of each hall's visits. A broken chain is \
                named with its first wrong position, and the exit code is 1. Records cut off at the end of the first chain \
                show only against a count noted earlier.
                """)

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    let report = try await AuditReport(groundwork).run()
                    for line in report.lines { print(line) }
                    if !report.isIntact { throw ExitCode.failure }
                }
            }
        }
    }
}

/// What `yimen audit verify` finds.
struct AuditReport {
    private(set) var lines = [String]()
    private(set) var isIntact = true
    private let groundwork: Groundwork

    init(_ groundwork: Groundwork) {
        self.groundwork = groundwork
    }

    consuming func run() async throws -> AuditReport {
        let chain = AuditChain(
            database: groundwork.database, crypto: groundwork.provider, logger: groundwork.logger)
        switch try await chain.verify() {
        case .intact(let links): lines.append("identity: intact, \(links) records")
        case .broken(let position): broken("identity", position)
        }
        let proof = EventChainProof(database: groundwork.database, crypto: groundwork.provider)
        for hall in try await proof.halls() {
            switch try await proof.verify(hall) {
            case .intact(let events, let head):
                lines.append("booking \(hall): intact, \(events) records, the last one \(head.prefix(16))")
            case .broken(let position): broken("booking \(hall)", position)
            }
        }
        return self
    }

    private mutating func broken(_ chain: String, _ position: Int64) {
        isIntact = false
        lines.append("\(chain): BROKEN at record \(position)")
    }
}
