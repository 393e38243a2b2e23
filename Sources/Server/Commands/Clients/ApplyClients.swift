import ArgumentParser
import Core
import Foundation
import Identity

extension ClientCommand {
    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings systems to the state that files describe, one system a file.",
            discussion: """
                Every file is read and judged before anything is written. A member that a file leaves out stands at
                its default. A secret that is needed and not named by secretFrom is made and printed once.

                Example:
                  yimen client apply config/sso/*.yaml
                """)

        @OptionGroup var options: ConfigurationOptions

        @Flag(help: "Judges the files and writes nothing.")
        var check = false

        @Argument(help: "YAML files.")
        var files: [String]

        func run() async throws {
            try await reporting {
                let read = try Self.read(files)
                try await Groundwork.with(options) { groundwork in
                    var faults = [String]()
                    var plans = [ClientRegistry.Plan]()
                    for file in read {
                        do {
                            plans.append(try await Self.plan(file, groundwork))
                        } catch let fault as ClientFileFault {
                            faults += fault.lines
                        }
                    }
                    guard faults.isEmpty else { throw ClientFileFault(lines: faults) }
                    guard !check else { return print("\(read.count) files are good") }
                    for line in try await groundwork.clients.carryOut(plans) { print(line) }
                }
            }
        }

        /// All faults of all files at once.
        private static func read(_ paths: [String]) throws -> [ClientFile] {
            var faults = [String]()
            var files = [ClientFile]()
            for path in paths {
                do {
                    files.append(try ClientFile(path: path))
                } catch let fault as ClientFileFault {
                    faults += fault.lines
                }
            }
            for (id, same) in Dictionary(grouping: files, by: \.id) where same.count > 1 {
                faults.append(ClientFileFault.line(same[1].path, nil, "id", "\(id) stands in \(same[0].path) too"))
            }
            guard faults.isEmpty else { throw ClientFileFault(lines: faults) }
            return files
        }

        private static func plan(_ file: ClientFile, _ groundwork: Groundwork) async throws -> ClientRegistry.Plan {
            let known = try await groundwork.clients.record(file.id)
            var registration = try file.registration(
                keeping: known?.client.secretHash, environment: ProcessInfo.processInfo.environment)
            try await judge("department", in: file) {
                try await groundwork.requireDepartment(registration.profile.department)
            }
            if let hall = registration.hall {
                try await judge("hall", in: file) { try await groundwork.requireHall(hall) }
            }
            do {
                return try groundwork.clients.plan(&registration, over: known)
            } catch let fault as ClientRegistrationFault {
                try file.report(fault.faults)
                throw fault
            }
        }

        /// Says at the member's line what the catalogue does not know.
        private static func judge(_ member: String, in file: ClientFile, _ check: () async throws -> Void) async throws
        {
            do {
                try await check()
            } catch let fault as StartupFault {
                try file.report([ClientFault(member, fault.description)])
            }
        }
    }
}
