import ArgumentParser
import Storage

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Looks at everything the server needs and says what is wrong.",
        discussion: "Changes nothing but a short-lived file in the data directory. Exit code 1 when a check failed.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        var findings = [Finding]()
        do {
            let settings = try ServerSettings(try await options.load())
            findings.append(.good("configuration", settings.issuer))
            findings += MachineChecks(settings: settings).findings()
            findings += await DatabaseChecks(settings: settings).findings()
        } catch {
            findings.append(.bad("configuration", "\(OperatorMessage(error))"))
        }
        for finding in findings { print(finding.line) }
        if findings.contains(where: { $0.verdict == .bad }) { throw ExitCode.failure }
    }
}
