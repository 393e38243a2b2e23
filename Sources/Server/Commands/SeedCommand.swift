import ArgumentParser

struct SeedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seed", abstract: "Fills the database from the files of config/seed; safe to repeat.",
        discussion: """
            catalogue: departments, service items, halls and the work calendar.
            demo: the same, with demo people, systems, devices and schedules; refused unless demo is true.
            """)

    enum Content: String, ExpressibleByArgument, CaseIterable {
        case catalogue, demo
    }

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "What to load.")
    var content: Content

    func run() async throws {
        try await reporting {
            try await Groundwork.with(options) { groundwork in
                guard content == .catalogue || groundwork.settings.demo else {
                    throw StartupFault("Demo data is refused unless demo is true (flag --demo or YIMEN_DEMO=true).")
                }
                let seeding = Seeding(groundwork: groundwork)
                for line in try await seeding.run(demo: content == .demo) { print(line) }
            }
        }
    }
}
