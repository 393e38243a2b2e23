import ArgumentParser
import Core
import Identity

struct DeviceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device", abstract: "Kiosks and other machines that stand in a hall.", subcommands: [Enrol.self])

    struct Enrol: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Enrols a machine for one hall and prints its secret once.",
            discussion: "Enter id and secret at /kiosk on the machine, or use them for the grant client_credentials.")

        @OptionGroup var options: ConfigurationOptions

        @Option(help: "Id of the hall, for example jinan.")
        var hall: String

        @Option(help: "Id of the machine, for example kiosk-jinan-1.")
        var id: String

        @Option(help: "Where it stands; shown to staff.")
        var name: String?

        @Option(help: "A secret of 16 to 256 characters; made when absent.")
        var secret: String?

        func run() async throws {
            try await reporting {
                try await Groundwork.with(options) { groundwork in
                    try await groundwork.requireHall(hall)
                    let device = try await groundwork.clients.enrolDevice(
                        id: id, name: name, hall: hall, secret: secret.map { Secret($0) })
                    print(
                        "client_id      \(device.clientID)\nclient_secret  \(device.secret.reveal())\nhall           \(hall)"
                    )
                }
            }
        }
    }
}
