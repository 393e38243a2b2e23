package import HTTPTypes
import Hummingbird
import Synchronization

/// One path of the router: what it serves and to whom.
package final class RouteEntry: Sendable {
    /// `/api/v1/halls/{hall}`: the label in logs and metrics, free of personal data.
    package let path: String
    package let surface: Surface
    private let pattern: RouterPath
    private let offered = Mutex<[HTTPRequest.Method]>([])

    init(pattern: RouterPath, surface: Surface) {
        self.pattern = pattern
        self.path = pattern.description
        self.surface = surface
    }

    /// The methods offered, HEAD beside every GET.
    package var methods: [HTTPRequest.Method] { offered.withLock { $0 } }

    func offer(_ method: HTTPRequest.Method) {
        offered.withLock { methods in
            for method in method == .get ? [.get, .head] : [method] where !methods.contains(method) {
                methods.append(method)
            }
        }
    }

    /// Whether the pattern matches the segments, by the router's own rules.
    func matches(_ segments: [Substring]) -> Bool {
        let elements = pattern.components
        for (index, element) in elements.enumerated() {
            // It stands for one segment at least.
            if element == .recursiveWildcard { return index < segments.count }
            guard index < segments.count, element ~= segments[index] else { return false }
        }
        return elements.count == segments.count
    }
}

/// All routes, so that a known path with another method is 405 and not 404 (RFC 9110 §15.5.6).
package final class RouteTable: Sendable {
    private let entries = Mutex<[String: RouteEntry]>([:])

    func add(_ pattern: RouterPath, method: HTTPRequest.Method, surface: Surface) -> RouteEntry {
        let entry = entries.withLock { entries in
            if let entry = entries[pattern.description] { return entry }
            let entry = RouteEntry(pattern: pattern, surface: surface)
            entries[pattern.description] = entry
            return entry
        }
        entry.offer(method)
        return entry
    }

    /// The entry of the pattern that the router matched.
    subscript(endpointPath: String?) -> RouteEntry? {
        guard let endpointPath else { return nil }
        return entries.withLock { $0[endpointPath] }
    }

    /// The methods that the path offers under any pattern, in alphabetical order; empty for a path
    /// that nothing matches.
    func methods(at path: String) -> (methods: [HTTPRequest.Method], surface: Surface?) {
        let segments = path.split(separator: "/")
        let matching = entries.withLock { $0.values.filter { $0.matches(segments) } }
        var methods = Set(matching.flatMap(\.methods))
        if !methods.isEmpty { methods.insert(.options) }
        return (methods.sorted { $0.rawValue < $1.rawValue }, matching.first?.surface)
    }

    /// Every method and path, for the comparison with the API document.
    package var all: [(method: String, path: String)] {
        entries.withLock { $0.values.flatMap { entry in entry.methods.map { ($0.rawValue, entry.path) } } }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }.map { (method: $0.0, path: $0.1) }
    }
}
