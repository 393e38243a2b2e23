import ArgumentParser
import Core
import Storage

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Looks at everything the server needs and says what is wrong and what to do.",
        discussion: """
            Packages, data directory, keys, disk, clock, database, schema, sealed data, demo data, outbox, resources, \
            certificate and the public address. Changes nothing but a short-lived file in the data directory. Each line is \
            ok, warn or FAIL; the exit code is 1 when a check failed and 0 with warnings.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        var findings = [Finding]()
        do {
            let settings = try ServerSettings(try await options.load())
            findings.append(.good("configuration", settings.issuer))
            findings += MachineChecks(settings: settings).findings()
            findings += await DatabaseChecks(settings: settings).findings()
            findings += await SetupChecks(settings: settings, clock: SystemClock()).findings()
        } catch {
            findings.append(.bad("configuration", "\(OperatorMessage(error))"))
        }
        for finding in findings { print(finding.line) }
        if findings.contains(where: { $0.verdict == .bad }) { throw ExitCode.failure }
    }
}
