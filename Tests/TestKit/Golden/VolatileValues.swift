/// Replaces what differs from run to run – ids, tokens, codes – by names. The same value gets the same name, so that it
/// still shows which answer took up what another had given.
struct VolatileValues {
    private var names: [String: String] = [:]
    private var counts: [String: Int] = [:]

    mutating func masked(_ text: String) -> String {
        // The longest first: a token holds what looks like a handle.
        var text = replace(/eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/, in: text, by: "token")
        text = replace(/[0-9A-Z $%*+\-.\/:]{158}/, in: text, by: "hall ticket")
        text = replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, in: text, by: "id")
        text = replace(/\b[0-9a-f]{32}\b/, in: text, by: "trace")
        text = replace(/[A-Za-z0-9_-]{43,}/, in: text, by: "handle")
        return replace(/\b\d{10}\b/, in: text, by: "code")
    }

    private mutating func replace(_ pattern: Regex<Substring>, in text: String, by kind: String) -> String {
        text.replacing(pattern) { match in
            let value = String(match.output)
            // A long name, such as a member of discovery, is no handle.
            guard value.contains(where: { $0.isUppercase || $0.isNumber }) else { return value }
            if let name = names[value] { return name }
            counts[kind, default: 0] += 1
            let name = "<\(kind) \(counts[kind] ?? 0)>"
            names[value] = name
            return name
        }
    }
}
