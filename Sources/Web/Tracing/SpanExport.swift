package import Core
import Foundation
package import Logging
import ServiceLifecycle

/// Writes ended spans once a second: to a collector over OTLP/HTTP, or as lines of OTLP/JSON to a file.
package struct SpanExport: Service {
    package enum Target: Sendable {
        /// A collector's address, `http://127.0.0.1:4318/v1/traces`.
        case collector(String, OutboundClient)
        /// A file that is appended to.
        case file(String)
    }

    private let recorder: SpanRecorder
    private let target: Target
    private let instance: String
    private let logger: Logger
    private static let batch = 512

    package init(_ recorder: SpanRecorder, to target: Target, surroundings: Surroundings, logger: Logger) {
        self.recorder = recorder
        self.target = target
        instance = surroundings.newID()
        self.logger = logger
    }

    package func run() async throws {
        let isTroubled = await cancelWhenGracefulShutdown {
            var isTroubled = false
            while (try? await Task.sleep(for: .seconds(1))) != nil { isTroubled = await flush(isTroubled) }
            return isTroubled
        }
        await flush(isTroubled)
    }

    /// - Returns: whether the target could not be reached; an outage is logged once and its spans are gone.
    @discardableResult
    package func flush(_ wasTroubled: Bool = false) async -> Bool {
        var isTroubled = wasTroubled
        while true {
            let spans = recorder.take(atMost: SpanExport.batch)
            guard !spans.isEmpty else { return isTroubled }
            do {
                try await write(OTLPText.encode(spans, instance: instance))
                isTroubled = false
            } catch {
                // Being told to stop is no failure.
                guard !Task.isCancelled else { return isTroubled }
                if !isTroubled { logger.warning("spans cannot be exported", metadata: ["reason": "\(error)"]) }
                isTroubled = true
            }
        }
    }

    private func write(_ text: [UInt8]) async throws {
        switch target {
        case .collector(let url, let client):
            let status = try await client.post(text, as: "application/json", to: url)
            guard (200..<300).contains(status) else { throw OutboundFault.status(status) }
        case .file(let path):
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            defer { try? file.close() }
            try file.seekToEnd()
            try file.write(contentsOf: text + [0x0A])
        }
    }
}
