import Catalogue
import Core
import Cryptography
import Foundation
import Storage
import Synchronization
import TestKit
import Testing

@testable import Booking

/// People by identity number, as the identity room would find them.
struct TestPersons: PersonDirectory {
    static let number = "11010519491231002X"

    func subject(identityNumber: String) async throws -> String? {
        identityNumber == TestPersons.number ? BookingWorld.person(1).subject : nil
    }
}

/// A booking room with one round-the-clock hall, its parent, and a database of its own.
struct BookingWorld: Sendable {
    /// Monday, 2026-11-23, 10:00 in the province.
    static let start = ProvinceTime.instant(of: LocalDate(dayNumber: 20780), minute: 600)
    static let hall = "night"
    static let item = "card"
    static let group = "night-a"

    let database: any Database
    let clock: MovableClock
    let booking: Booking
    var core: BookingCore { booking.reservations.core }

    /// The start of the n-th slot after the beginning.
    static func slot(_ number: Int) -> Instant { start + .minutes(10 * number) }

    static func person(_ number: Int, channel: Channel = .web) -> Principal {
        Principal(
            subject: "person-\(number)", clientID: "client-\(channel.rawValue)", scopes: [Scope.booking],
            assurance: .l2, channel: channel)
    }

    static let kiosk = Principal(
        subject: "client:kiosk", clientID: "kiosk", scopes: [Scope.kiosk], hall: hall, channel: .hall)

    static func officer(_ number: Int, hall: String = "night") -> Principal {
        Principal(
            subject: "officer-\(number)", clientID: "portal", scopes: [Scope.window], roles: [.officer],
            assurance: .l3, hall: hall, channel: .hall)
    }

    static let manager = Principal(
        subject: "manager-1", clientID: "portal", scopes: [Scope.window], roles: [.manager], assurance: .l3,
        hall: "day",
        channel: .hall)

    static func request(_ slot: Int, items: [String] = [item]) -> HoldRequest {
        HoldRequest(hall: hall, items: items, start: BookingWorld.slot(slot))
    }

    func hold(_ slot: Int, by number: Int, channel: Channel = .web) async throws -> Reservation {
        try await booking.reservations.hold(
            BookingWorld.request(slot), by: BookingWorld.person(number, channel: channel))
    }

    func book(_ slot: Int, by number: Int) async throws -> ConfirmedReservation {
        let held = try await hold(slot, by: number)
        return try await booking.reservations.confirm(held.id, by: BookingWorld.person(number))
    }

    func walkIn(_ priority: PriorityClass = .ordinary) async throws -> QueueTicket {
        try await booking.walkIns.issue(
            hall: BookingWorld.hall, item: BookingWorld.item, priority: priority, by: BookingWorld.kiosk)
    }

    func remaining(_ slot: Int, channel: Channel = .web) async throws -> Int? {
        let start = BookingWorld.slot(slot)
        let list = try await booking.slots.slots(
            hall: BookingWorld.hall, item: BookingWorld.item, date: ProvinceTime.date(of: start), channel: channel)
        return list.slots.first { $0.start == start }?.remaining
    }
}

extension BookingWorld {
    static var content: CatalogueContent {
        func text(_ word: String) -> LocalizedText { LocalizedText(zh: word, en: word) }
        func item(_ id: String, minutes: Int, booking: BookingMode = .allowed, assurance: AssuranceLevel = .l1)
            -> ServiceItem
        {
            ServiceItem(
                id: id, code: "code-\(id)", department: "police", name: text(id), summary: text(id), minutes: minutes,
                kind: .instant, booking: booking, minimumAssurance: assurance)
        }
        let always = (1...7).map { Opening(weekday: $0, opens: 0, closes: 1440) }
        let office = (1...5).flatMap {
            [Opening(weekday: $0, opens: 540, closes: 720), Opening(weekday: $0, opens: 780, closes: 1020)]
        }
        func hall(_ id: String, parent: String?, openings: [Opening], calendar: Bool, slot: Int) -> Hall {
            Hall(
                id: id, level: .city, city: "jinan", regionCode: "370100", parent: parent, name: text(id),
                address: text(id), place: Place(latitude: 36, longitude: 117), slotMinutes: slot,
                followsCalendar: calendar, openings: openings)
        }
        var content = CatalogueContent()
        content.items = [
            item("card", minutes: 8), item("long", minutes: 25), item("other", minutes: 10),
            item("walk", minutes: 5, booking: .none), item("strict", minutes: 5, assurance: .l4),
        ]
        content.halls = [
            hall("day", parent: nil, openings: office, calendar: true, slot: 30),
            hall("night", parent: "day", openings: always, calendar: false, slot: 10),
            hall("far", parent: nil, openings: always, calendar: false, slot: 10),
        ]
        content.groups = [
            WindowGroup(
                id: "night-a", hall: "night", zone: "night-hall", letter: "A", name: text("a"),
                items: ["card", "long", "walk", "strict"]),
            WindowGroup(
                id: "night-b", hall: "night", zone: "night-hall", letter: "B", name: text("b"), items: ["other"]),
            WindowGroup(id: "day-a", hall: "day", zone: "day-hall", letter: "A", name: text("a"), items: ["card"]),
            WindowGroup(id: "far-a", hall: "far", zone: "far-hall", letter: "A", name: text("a"), items: ["card"]),
        ]
        content.windows = ["night-a", "night-b", "day-a", "far-a"].flatMap { group in
            (1...3).map { number in
                ServiceWindow(
                    id: "\(group)-\(number)", hall: String(group.split(separator: "-")[0]), group: group,
                    number: number, kind: .general)
            }
        }
        content.calendar = [CalendarYear(year: 2026, status: .final, notice: "notice", days: [])]
        return content
    }

    static func rule(_ group: String, slot: Int, places: Int, version: Int = 1) -> Rule {
        Rule(
            series: group, version: version, group: group, weekdays: Set(1...7), from: 0, to: 1440, slotMinutes: slot,
            places: places, walkInPercent: 30, shares: ChannelShares(web: 100, mobile: 100, hall: 100))
    }
}

/// Runs `body` in a fresh world whose slots have `places` places, a third of them for walk-ins.
func withWorld(
    _ backend: Backend, places: Int = 10, settings: BookingSettings = BookingSettings(),
    _ body: (BookingWorld) async throws -> Void
) async throws {
    try await withDatabase(backend, BookingMigrations.all) { database in
        let world = try BookingWorld(
            database, clock: MovableClock(BookingWorld.start), keyRing: KeyRing.temporary(), settings: settings)
        try await world.open(places: places)
        try await body(world)
    }
}

extension BookingWorld {
    /// A booking room over a database that is migrated; several may share one, as the processes of one system do.
    init(
        _ database: any Database, clock: MovableClock, keyRing: KeyRing, settings: BookingSettings,
        content: CatalogueContent = BookingWorld.content, random: any RandomSource = SystemRandom()
    ) throws {
        var settings = settings
        settings.horizonDays = min(settings.horizonDays, 2)
        let booking = Booking(
            database: database, catalogue: Catalogue(CatalogueSnapshot(content: content)),
            crypto: StandardProvider(keyRing: keyRing), tickets: try HallTicketCodec(keyRing: keyRing),
            persons: TestPersons(), settings: settings, surroundings: Surroundings(clock: clock, random: random))
        self.init(database: database, clock: clock, booking: booking)
    }

    /// Puts the rules in force and plans the first days.
    func open(places: Int) async throws {
        try await change(to: ["night-a", "night-b", "far-a"].map { BookingWorld.rule($0, slot: 10, places: places) })
        try await booking.planner.plan()
    }

    /// New rules, which are not yet planned.
    func change(to rules: [Rule]) async throws {
        let now = clock.now()
        try await database.transaction { tx in
            try RuleStore.replace(
                by: rules, at: now, newID: { "rule-" + UUIDv7.make(at: now, random: SystemRandom()) }, in: tx)
        }
    }
}

/// Runs `second` while the transaction of `first` is still open: on PostgreSQL it meets rows that are locked and
/// changes that it cannot see yet; SQLite runs them one after the other.
func overlapping(
    _ database: any Database, _ first: @escaping @Sendable (any Transaction) throws -> Void,
    _ second: () async throws -> Void
) async throws {
    let (isOpen, signal) = AsyncStream.makeStream(of: Void.self)
    let hasEnded = Mutex(false)
    async let one: Void = database.transaction { tx in
        defer { signal.finish() }
        try first(tx)
        signal.finish()
        // On a busy machine the second may be slow to come this far.
        let latest = ContinuousClock.now + .seconds(database.engine == .postgres ? 10 : 0.4)
        while .now < latest, !hasEnded.withLock({ $0 }), try !isWaitedFor(tx, database.engine) {
            Thread.sleep(forTimeInterval: 0.02)
        }
    }
    for await _ in isOpen {}
    let ended: Result<Void, any Error>
    do {
        ended = .success(try await second())
    } catch {
        ended = .failure(error)
    }
    hasEnded.withLock { $0 = true }
    try await one
    try ended.get()
}

/// Whether another transaction stands before a row that this one holds; SQLite cannot tell.
private func isWaitedFor(_ tx: any Transaction, _ engine: DatabaseEngine) throws -> Bool {
    guard engine == .postgres else { return false }
    return try !tx.query(
        "SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    ).isEmpty
}

/// The problem that `body` throws; `nil` when it throws none. Any other error is an issue of the test.
func problem(_ body: () async throws -> Void) async -> Problem? {
    do {
        try await body()
    } catch let problem as Problem {
        return problem
    } catch {
        Issue.record(error)
    }
    return nil
}
