package import Core
package import Logging

/// The log of the whole program as JSON lines; values under names that smell of secrets are hidden,
/// whoever logged them.
package struct JSONLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    package var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let sink: LogSink
    private let clock: any WallClock

    package init(label: String, sink: LogSink, level: Logger.Level = .info, clock: any WallClock = SystemClock()) {
        self.label = label
        self.sink = sink
        self.clock = clock
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = JSONLine(level: event.level.rawValue, message: event.message.description, at: clock.now())
        line.add("logger", label)
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        if let own = event.metadata { all.merge(own) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        for (name, value) in all.sorted(by: { $0.key < $1.key }) {
            let plain = name == "hb.request.id" ? "id" : name
            line.add(plain, JSONLogHandler.isSecret(name) ? "[secret]" : String(value.description.prefix(2000)))
        }
        sink.write(line.finished(), atOnce: event.level >= .error)
    }

    private static let secretWords = [
        "password", "secret", "token", "authorization", "cookie", "code_verifier", "assertion", "handle", "private",
    ]

    static func isSecret(_ name: String) -> Bool {
        let lowered = name.lowercased()
        return secretWords.contains { lowered.contains($0) }
    }
}
