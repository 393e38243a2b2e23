/// Prints the reference from the declared keys, so that it cannot drift from the program.
enum ConfigurationReference {
    /// A YAML file with every key, its documentation and its standard value; optional keys are commented out.
    static func exampleFile() -> String {
        var lines = [
            "# Every key of Yimen with its standard value. Flags come first, then the environment",
            "# (the name in brackets), then this file. Printed by `yimen configuration example`.",
        ]
        var open = [String]()
        for key in ConfigurationKeys.all {
            let parts = key.name.split(separator: ".").map(String.init)
            let parents = Array(parts.dropLast())
            var shared = 0
            while shared < min(open.count, parents.count), open[shared] == parents[shared] { shared += 1 }
            if shared == 0 { lines.append("") }
            for depth in shared..<parents.count { lines.append(indent(depth) + parents[depth] + ":") }
            open = parents
            let margin = indent(parents.count)
            lines += wrapped(key.documentation, width: 96).map { margin + "# " + $0 }
            lines.append(margin + "# Allowed: \(key.allowedValues). [\(key.environmentName)]")
            let name = parts[parts.count - 1]
            lines.append(key.standard.map { margin + name + ": " + $0 } ?? margin + "# " + name + ":")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The same as a Markdown table.
    static func markdown() -> String {
        var lines = [
            "# Configuration", "",
            "Flags come first, then the environment, then the file. Printed by `yimen configuration markdown`; a test",
            "keeps it equal to the program.", "",
            "| key | environment | allowed | standard | meaning |", "| --- | --- | --- | --- | --- |",
        ]
        for key in ConfigurationKeys.all {
            let standard = key.standard.map { "`\($0)`" } ?? "–"
            lines.append(
                "| `\(key.name)` | `\(key.environmentName)` | \(key.allowedValues) | \(standard) | \(key.documentation) |"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + word.count < width {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
