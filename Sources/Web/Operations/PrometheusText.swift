/// The text format that Prometheus reads (version 0.0.4).
enum PrometheusText {
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// Letters, digits, `_` and `:`; anything else becomes `_`.
    static func name(_ label: String) -> String {
        var result = ""
        for character in label.unicodeScalars {
            switch character {
            case "a"..."z", "A"..."Z", "_", ":": result.unicodeScalars.append(character)
            case "0"..."9" where !result.isEmpty: result.unicodeScalars.append(character)
            default: result.append("_")
            }
        }
        return result
    }

    /// `route="/x",status="2xx"` without braces.
    static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(self.name(name))=\"\(escaped)\""
        }.joined(separator: ",")
    }

    static func line(_ name: String, _ labels: String, _ value: Double, to output: inout String) {
        output += name
        if !labels.isEmpty { output += "{" + labels + "}" }
        output += value == value.rounded() && abs(value) < 1e15 ? " \(Int64(value))\n" : " \(value)\n"
    }

    static func render(_ series: [any Series]) -> String {
        var output = ""
        var last = ""
        for entry in series.sorted(by: { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }) {
            if entry.key.name != last {
                last = entry.key.name
                output += "# TYPE \(last) \(entry.key.kind)\n"
            }
            entry.write(to: &output)
        }
        return output
    }
}
