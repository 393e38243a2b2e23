import Foundation
package import HTTPTypes
package import HummingbirdTesting
package import Testing

/// Whole HTTP exchanges, kept as text beside the test in `Exchanges/NAME.http`: whatever a caller would notice in an answer
/// – status, every header, every member of the body and their order – shows as a difference.
///
/// `make golden` writes the files anew; what has changed is then read in the diff.
package final class GoldenExchanges {
    private let client: any TestClientProtocol
    private let file: URL
    private var volatile = VolatileValues()
    private var text = ""

    /// - Parameter name: the file's name without its ending.
    package init(_ name: String, _ client: any TestClientProtocol, of testFile: String = #filePath) {
        self.client = client
        file = URL(filePath: testFile).deletingLastPathComponent().appending(path: "Exchanges/\(name).http")
    }

    /// Sends a request and notes it with its answer.
    ///
    /// - Parameter title: what the exchange shows, as its heading.
    package func send(
        _ title: String, _ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields = [:], body: String? = nil
    ) async throws -> TestResponse {
        let response = try await client.send(method, path, headers, body: body)
        text += "### \(title)\n\n\(method) \(path)\n" + Self.lines(headers)
        if let body, !body.isEmpty { text += "\n" + Self.shown(body, headers[.contentType]) + "\n" }
        let status = response.status
        text += "\nHTTP/1.1 \(status.code) \(status.reasonPhrase)\n" + Self.lines(response.headers)
        if !response.text.isEmpty {
            text += "\n" + Self.shown(response.text, response.headers[.contentType]) + "\n"
        }
        text += "\n"
        return response
    }

    /// Compares everything sent so far with the file.
    package func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let now = volatile.masked(text)
        if ProcessInfo.processInfo.environment["YIMEN_GOLDEN"] == "write" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(now.utf8).write(to: file)
            return
        }
        let kept = try String(contentsOf: file, encoding: .utf8)
        guard kept != now else { return }
        let difference = now.split(separator: "\n", omittingEmptySubsequences: false).difference(
            from: kept.split(separator: "\n", omittingEmptySubsequences: false))
        let lines = difference.map { change in
            switch change {
            case .insert(let line, let text, _): "+\(line + 1): \(text)"
            case .remove(let line, let text, _): "-\(line + 1): \(text)"
            }
        }
        Issue.record(
            "\(file.lastPathComponent) differs; if that is meant, `make golden`:\n\(lines.joined(separator: "\n"))",
            sourceLocation: sourceLocation)
    }

    /// In the order of their names, because that of a wire says nothing.
    private static func lines(_ headers: HTTPFields) -> String {
        headers.filter { ![.date, .contentLength].contains($0.name) }
            .map { "\($0.name.canonicalName): \($0.value)\n" }.sorted().joined()
    }

    private static func shown(_ body: String, _ type: String?) -> String {
        guard let type else { return body }
        if type.contains("json") { return JSONLayout.layOut(body) }
        if type.hasPrefix("application/x-www-form-urlencoded") { return body.replacing("&", with: "\n&") }
        return body
    }
}
