import Yams

/// The keys that a configuration file sets and the lines they stand on, read apart from the values
/// so that a misspelt key can be named with its line.
enum ConfigurationFile {
    struct Entry: Equatable {
        let key: String
        let line: Int
    }

    /// - Throws: `ConfigurationFault` when the text is no YAML mapping of scalars and lists.
    static func entries(in text: String, named file: String) throws -> [Entry] {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch let error as YamlError {
            throw ConfigurationFault(source: file, key: "the file", message: "is not YAML: \(error)")
        }
        guard let root else { return [] }
        guard case .mapping(let mapping) = root else {
            throw ConfigurationFault(source: file, key: "the file", message: "must hold keys and values")
        }
        return try entries(in: mapping, below: "", file: file)
    }

    private static func entries(in mapping: Node.Mapping, below prefix: String, file: String) throws -> [Entry] {
        var result = [Entry]()
        for (key, value) in mapping {
            let line = key.mark?.line ?? 0
            guard let name = key.scalar?.string else {
                throw ConfigurationFault(source: "\(file):\(line)", key: prefix + "?", message: "is no plain key")
            }
            switch value {
            case .mapping(let inner): result += try entries(in: inner, below: prefix + name + ".", file: file)
            case .scalar(let scalar) where scalar.string.isEmpty: continue
            default: result.append(Entry(key: prefix + name, line: line))
            }
        }
        return result
    }
}
