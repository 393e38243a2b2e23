import CPostgres
import Core
import Dispatch
import Foundation
import Logging
import Synchronization

/// The connection that hears what other processes announce (LISTEN) and hands it to the listeners here.
///
/// Whenever it has been away, and whenever a channel is heard for the first time, listeners get
/// `Change.missed`, because what was announced before is gone.
final class PostgresListener: Sendable {
    private let settings: PostgresSettings
    private let feed: LocalChangeFeed
    private let announcer: PostgresAnnouncer
    private let metrics: StorageMetrics
    private let logger: Logger
    private let wanted = Mutex<Set<String>>([])
    private let isClosing = Mutex(false)
    private let wakeUp: WakeUpPipe

    init(
        _ settings: PostgresSettings, _ feed: LocalChangeFeed, _ announcer: PostgresAnnouncer,
        _ metrics: StorageMetrics, _ logger: Logger
    ) throws {
        self.metrics = metrics
        self.settings = settings
        self.feed = feed
        self.announcer = announcer
        self.logger = logger
        wakeUp = try WakeUpPipe()
    }

    func want(_ channel: String) {
        if wanted.withLock({ $0.insert(channel).inserted }) { wakeUp.signal() }
    }

    func close() {
        isClosing.withLock { $0 = true }
        wakeUp.signal()
    }

    /// Works until closed; connects only once somebody listens.
    func run() {
        var pause = Duration.milliseconds(100)
        while !isClosing.withLock({ $0 }) {
            if wanted.withLock({ $0.isEmpty }) {
                wakeUp.wait(with: nil, for: nil)
                continue
            }
            do {
                let link = try PostgresLink(settings)
                defer { PQfinish(link.handle) }
                pause = .milliseconds(100)
                try hear(link)
            } catch {
                logger.warning("change feed interrupted", metadata: ["reason": "\(error)"])
                wakeUp.wait(with: nil, for: pause * Double.random(in: 0.7...1.3))
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    private func hear(_ link: PostgresLink) throws {
        var heard = Set<String>()
        let prefix = PostgresChannel.prefix(link.schema)
        try listen(to: PostgresChannel.everybody, prefix, link)
        try listen(to: PostgresChannel.pulse, prefix, link)
        while !isClosing.withLock({ $0 }) {
            let fresh = wanted.withLock { $0 }.subtracting(heard)
            for channel in fresh.sorted() { try listen(to: channel, prefix, link) }
            heard.formUnion(fresh)
            if !fresh.isEmpty { feed.publishMissed(fresh) }
            publishNotices(link, prefix)
            wakeUp.wait(with: PQsocket(link.handle), for: nil)
            guard PQconsumeInput(link.handle) == 1 else {
                throw StorageError.unavailable(String(cString: PQerrorMessage(link.handle)))
            }
            publishNotices(link, prefix)
        }
    }

    private func listen(to channel: String, _ prefix: String, _ link: PostgresLink) throws {
        let name = PostgresLink.quoted(prefix + channel, link.handle)
        _ = try PostgresLink.answer(to: "LISTEN \(name)", link.handle)
    }

    private func publishNotices(_ link: PostgresLink, _ prefix: String) {
        while let notice = PQnotifies(link.handle) {
            defer { PQfreemem(notice) }
            let name = String(cString: notice.pointee.relname)
            let isOwn = announcer.isOwn(notice.pointee.be_pid)
            let channel = String(name.dropFirst(prefix.count))
            if isOwn, channel == PostgresChannel.pulse { measure(String(cString: notice.pointee.extra)) }
            guard name.hasPrefix(prefix), !isOwn, channel != PostgresChannel.pulse else { continue }
            if channel == PostgresChannel.everybody {
                feed.publishMissed()
            } else {
                feed.publish(channel: channel, payload: String(cString: notice.pointee.extra))
            }
        }
    }

    /// - Parameter pulse: when the change was committed, as the announcer wrote it on the same clock.
    private func measure(_ pulse: String) {
        guard let since = UInt64(pulse) else { return }
        metrics.recordFeedLag(nanoseconds: DispatchTime.now().uptimeNanoseconds &- since)
    }
}
