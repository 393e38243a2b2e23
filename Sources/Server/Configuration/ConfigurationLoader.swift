import Configuration
import Foundation
import SystemPackage

/// Reads flags, environment and file, in this order of precedence, and refuses what it does not know.
struct ConfigurationLoader {
    /// Values given as flags, by key name.
    var flags: [String: String] = [:]
    /// Path of the file; `YIMEN_CONFIG` names it where no flag does.
    var file: String?
    var environment: [String: String] = ProcessInfo.processInfo.environment

    private struct Source {
        let name: String
        let provider: any ConfigProvider
    }

    /// - Throws: `ConfigurationFaults` naming every wrong key and value.
    func load() async throws -> ResolvedConfiguration {
        var faults = unknownFlags() + unknownEnvironment()
        let path = file ?? environment["YIMEN_CONFIG"]
        var lines = [String: Int]()
        if let path {
            do {
                for entry in try ConfigurationFile.entries(in: contents(of: path), named: path) {
                    lines[entry.key] = entry.line
                    if ConfigurationKeys.named[entry.key] == nil {
                        faults.append(unknown(entry.key, source: "\(path):\(entry.line)"))
                    }
                }
            } catch let fault as ConfigurationFault {
                throw ConfigurationFaults(faults: faults + [fault])
            }
        }
        // A file with nothing but comments sets nothing; the YAML library would want a mapping.
        let sources = try await sources(file: lines.isEmpty ? nil : path)
        var values = [String: ResolvedConfiguration.Value]()
        for key in ConfigurationKeys.all {
            do {
                if let value = try value(of: key, in: sources, lines: lines) { values[key.name] = value }
            } catch let fault as ConfigurationFault {
                faults.append(fault)
            }
        }
        guard faults.isEmpty else { throw ConfigurationFaults(faults: faults) }
        return ResolvedConfiguration(values: values)
    }

    private func sources(file: String?) async throws -> [Source] {
        var sources = [Source]()
        let given = Dictionary(
            uniqueKeysWithValues: flags.map {
                (AbsoluteConfigKey($0.key.split(separator: ".").map(String.init)), $0.value)
            })
        sources.append(
            Source(
                name: "flag",
                provider: InMemoryProvider(values: given.mapValues { ConfigValue(.string($0), isSecret: false) })))
        sources.append(
            Source(
                name: "environment",
                provider: EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "yimen")))
        if let file {
            sources.append(
                Source(name: file, provider: try await FileProvider<YAMLSnapshot>(filePath: FilePath(file))))
        }
        return sources
    }

    private func value(of key: ConfigurationKey, in sources: [Source], lines: [String: Int]) throws
        -> ResolvedConfiguration.Value?
    {
        let path = AbsoluteConfigKey(key.name.split(separator: ".").map(String.init))
        for source in sources {
            let name = place(of: key, in: source.name, lines: lines)
            let texts: [String]?
            do {
                texts = try self.texts(of: key, at: path, from: source.provider)
            } catch {
                throw ConfigurationFault(source: name, key: key.name, message: "must be \(key.allowedValues)")
            }
            guard let texts else { continue }
            for text in texts {
                if let fault = key.fault(in: text) {
                    let shown = key.isSecret ? "[secret]" : "\"\(text)\""
                    throw ConfigurationFault(source: name, key: key.name, message: "= \(shown) \(fault)")
                }
            }
            return ResolvedConfiguration.Value(texts: texts, source: name)
        }
        return key.standard.map { ResolvedConfiguration.Value(texts: [$0], source: "standard") }
    }

    private func texts(
        of key: ConfigurationKey, at path: AbsoluteConfigKey, from provider: any ConfigProvider
    ) throws -> [String]? {
        if case .list = key.kind {
            // A flag carries its list as one text, separated by commas.
            if provider is InMemoryProvider {
                return try provider.value(forKey: path, type: .string).value.flatMap { value in
                    guard case .string(let text) = value.content else { return nil }
                    return text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                }
            }
            guard case .stringArray(let texts)? = try provider.value(forKey: path, type: .stringArray).value?.content
            else { return nil }
            return texts
        }
        guard case .string(let text)? = try provider.value(forKey: path, type: .string).value?.content, !text.isEmpty
        else { return nil }
        return [text]
    }

    private func place(of key: ConfigurationKey, in source: String, lines: [String: Int]) -> String {
        switch source {
        case "flag": "flag"
        case "environment": "environment \(key.environmentName)"
        default: lines[key.name].map { "\(source):\($0)" } ?? source
        }
    }

    private func contents(of path: String) throws -> String {
        var isDirectory: ObjCBool = false
        func fault(_ message: String) -> ConfigurationFault {
            ConfigurationFault(source: path, key: "the file", message: message)
        }
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw fault("is not there")
        }
        guard !isDirectory.boolValue else { throw fault("is a directory; name a YAML file") }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw fault("cannot be read by this user")
        }
        guard let text = String(data: data, encoding: .utf8) else { throw fault("is no text in UTF-8") }
        return text
    }

    private func unknownFlags() -> [ConfigurationFault] {
        flags.keys.sorted().filter { ConfigurationKeys.named[$0] == nil }.map { unknown($0, source: "flag") }
    }

    /// `YIMEN_TEST_…` belongs to the test suite and `YIMEN_CONFIG` names the file itself.
    private func unknownEnvironment() -> [ConfigurationFault] {
        let known = Set(ConfigurationKeys.all.map(\.environmentName)).union(["YIMEN_CONFIG"])
        return environment.keys.sorted()
            .filter { $0.hasPrefix("YIMEN_") && !$0.hasPrefix("YIMEN_TEST_") && !known.contains($0) }
            .map { name in
                let hint =
                    Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }
                    ?? "`yimen configuration example` prints every one"
                return ConfigurationFault(source: "environment", key: name, message: "is no known variable; \(hint)")
            }
    }

    private func unknown(_ key: String, source: String) -> ConfigurationFault {
        let inside = ConfigurationKeys.members(of: key)
        guard inside.isEmpty else {
            return ConfigurationFault(
                source: source, key: key, message: "is a group; its keys: " + inside.joined(separator: ", "))
        }
        let parent = key.split(separator: ".").dropLast().joined(separator: ".")
        let beside = ConfigurationKeys.members(of: parent)
        let known = beside.isEmpty ? ConfigurationKeys.members(of: "") : beside
        return ConfigurationFault(
            source: source, key: key, message: "is no known key; known here: " + known.joined(separator: ", "))
    }
}
