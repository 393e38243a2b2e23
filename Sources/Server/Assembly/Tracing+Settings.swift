import Core
import Foundation
import Logging
import Web

extension ServerSettings {
    /// Where spans go, when anywhere.
    enum SpanTarget: Sendable, Equatable {
        case collector(String)
        case file(String)
    }

    /// Why no spans can be appended to a file; `nil` when they can.
    static func fault(inTraceFile path: String) -> String? {
        let manager = FileManager.default
        var isDirectory: ObjCBool = false
        if manager.fileExists(atPath: path, isDirectory: &isDirectory) {
            if isDirectory.boolValue { return "is a directory; name a file in it" }
            return manager.isWritableFile(atPath: path) ? nil : "cannot be written by this user"
        }
        let directory = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        return manager.isWritableFile(atPath: directory)
            ? nil : "cannot be made: its directory is not there, or this user cannot write in it"
    }

    /// The recorder of spans; `nil` where tracing is off, which costs nothing then.
    func spanRecorder() -> SpanRecorder? {
        spanTarget.map { _ in SpanRecorder(percent: spanPercent) }
    }

    /// The operator names the collector, so it may lie inside.
    func spanExport(_ recorder: SpanRecorder, surroundings: Surroundings, logger: Logger) -> SpanExport? {
        switch spanTarget {
        case nil: return nil
        case .file(let path): return SpanExport(recorder, to: .file(path), surroundings: surroundings, logger: logger)
        case .collector(let url):
            let anywhere = ["0.0.0.0/0", "::/0"].compactMap(AddressRange.init)
            let client = OutboundClient(policy: OutboundPolicy(allowedRanges: anywhere, allowsPlainHTTP: true))
            return SpanExport(recorder, to: .collector(url, client), surroundings: surroundings, logger: logger)
        }
    }
}
