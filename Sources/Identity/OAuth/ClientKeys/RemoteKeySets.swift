import Core
import Cryptography

/// Key sets that clients publish at a `jwks_uri` (RFC 7591 §2), read when needed and kept in memory.
///
/// 1. A set is trusted for a minute, so that a key its owner withdrew is dead soon after;
/// 2. a token under a key that is not in the set makes it be read again, at most every three seconds, so that a new
///    key is good at once and garbage cannot make us hammer somebody's server;
/// 3. while the URL is down the last good set serves, for a day at most;
/// 4. one read at a time for a URL, whoever asks; the number of sets is bounded.
actor RemoteKeySets {
    static let trustedFor = Duration.seconds(60)
    static let leastPause = Duration.seconds(3)
    /// Between attempts while the last good set serves.
    static let pauseWhileDown = Duration.seconds(20)
    static let keptFor = Duration.hours(24)
    static let largest = 64 * 1024
    static let capacity = 2000

    private struct Entry {
        var keys: VerificationKeys?
        var readAt: Instant?
        var triedAt: Instant
    }

    private let documents: any OutboundDocuments
    private let surroundings: Surroundings
    private var entries: [String: Entry] = [:]
    private var underWay: [String: Task<VerificationKeys?, Never>] = [:]

    init(documents: any OutboundDocuments, surroundings: Surroundings) {
        self.documents = documents
        self.surroundings = surroundings
    }

    /// - Returns: `nil` when the URL has never given a key set, or not for a day.
    func keys(at uri: String) async -> VerificationKeys? {
        let now = surroundings.now()
        guard let entry = entries[uri] else { return await read(uri) }
        if let readAt = entry.readAt, now - readAt < Self.trustedFor { return entry.keys }
        let pause = entry.keys == nil ? Self.leastPause : Self.pauseWhileDown
        guard underWay[uri] != nil || now - entry.triedAt >= pause else { return kept(uri, now) }
        return await read(uri)
    }

    /// The set as it is now, for a token whose key was not found.
    ///
    /// - Returns: `nil` when it was read a moment ago.
    func renewed(at uri: String) async -> VerificationKeys? {
        if underWay[uri] == nil, let entry = entries[uri], surroundings.now() - entry.triedAt < Self.leastPause {
            return nil
        }
        return await read(uri)
    }

    private func read(_ uri: String) async -> VerificationKeys? {
        if let task = underWay[uri] { return await task.value }
        let task = Task { await fetch(uri) }
        underWay[uri] = task
        let keys = await task.value
        underWay[uri] = nil
        return keys
    }

    private func fetch(_ uri: String) async -> VerificationKeys? {
        makeRoom()
        let started = surroundings.now()
        entries[uri, default: Entry(triedAt: started)].triedAt = started
        let fresh: VerificationKeys?
        do {
            let bytes = try await documents.document(at: uri, limit: Self.largest)
            fresh = try VerificationKeys(jwks: try JSONParser.parse(bytes, limits: .init(bytes: Self.largest)))
        } catch {
            fresh = nil
        }
        guard let fresh, !fresh.isEmpty else { return kept(uri, surroundings.now()) }
        entries[uri] = Entry(keys: fresh, readAt: started, triedAt: started)
        return fresh
    }

    private func kept(_ uri: String, _ now: Instant) -> VerificationKeys? {
        guard let entry = entries[uri], let readAt = entry.readAt, now - readAt < Self.keptFor else { return nil }
        return entry.keys
    }

    /// Forgets what was not read for longest; a set is small, so this is far from the limit in practice.
    private func makeRoom() {
        guard entries.count >= Self.capacity else { return }
        let oldest = entries.sorted { $0.value.triedAt < $1.value.triedAt }.prefix(Self.capacity / 4)
        for (uri, _) in oldest where underWay[uri] == nil { entries[uri] = nil }
    }
}
