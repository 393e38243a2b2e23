package import Core
package import Storage

/// The catalogue's tables, read and written as a whole.
package struct CatalogueStore: Sendable {
    /// The change feed's channel; the payload is the new revision.
    package static let channel = "catalogue"

    private let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    package func revision() async throws -> Int64 {
        try await database.read { try CatalogueStore.revision($0) }
    }

    /// Everything, with the revision it belongs to.
    package func load() async throws -> (content: CatalogueContent, revision: Int64) {
        try await database.read { statements in
            (try CatalogueStore.content(statements), try CatalogueStore.revision(statements))
        }
    }

    /// Brings the tables to what `content` says: rows that differ are written; zones, groups, windows,
    /// hours and calendar days that a named hall or year no longer has are deleted. Departments, cities,
    /// items and halls that `content` does not name stay.
    ///
    /// - Returns: the number of rows changed; 0 when there was nothing to do, and then no one is told.
    @discardableResult
    package func apply(_ content: CatalogueContent, at instant: Instant) async throws -> Int {
        try await database.transaction { transaction in
            // Taking the row first makes two seedings follow one another on every engine.
            try transaction.execute(
                "UPDATE catalogue_revision SET changed_at_ms = changed_at_ms WHERE id = 'catalogue'")
            let count = try CatalogueStore.write(content, in: transaction)
            guard count > 0 else { return 0 }
            try transaction.execute(
                "UPDATE catalogue_revision SET revision = revision + 1, changed_at_ms = $1 WHERE id = 'catalogue'",
                instant)
            try transaction.notify(CatalogueStore.channel, String(try CatalogueStore.revision(transaction)))
            return count
        }
    }

    private static func revision(_ statements: any Statements) throws -> Int64 {
        try statements.first("SELECT revision FROM catalogue_revision WHERE id = 'catalogue'")?.integer("revision") ?? 0
    }

    private static func content(_ statements: any Statements) throws -> CatalogueContent {
        var content = CatalogueContent()
        content.departments = try ItemTables.departments.all(statements)
        content.lifeEvents = try ItemTables.lifeEvents.all(statements)
        content.items = try ItemTables.items.all(statements)
        content.cities = try HallTables.cities.all(statements)
        let openings = Dictionary(grouping: try HallTables.openings.all(statements), by: \.hall)
        content.halls = try HallTables.halls.all(statements).map { hall in
            hall.opening(openings[hall.id, default: []].map(\.opening))
        }
        content.zones = try HallTables.zones.all(statements)
        let services = Dictionary(grouping: try HallTables.services.all(statements), by: \.group)
        content.groups = try HallTables.groups.all(statements).map { group in
            let served = Set(services[group.id, default: []].map(\.item))
            return group.serving(content.items.map(\.id).filter(served.contains))
        }
        content.windows = try HallTables.windows.all(statements)
        let days = Dictionary(grouping: try CalendarTables.days.all(statements), by: \.year)
        content.calendar = try CalendarTables.years.all(statements).map { year in
            CalendarYear(
                year: year.year, status: year.status, notice: year.notice, guardDays: year.guardDays,
                days: days[year.year, default: []].map(\.day))
        }
        return content
    }

    private static func write(_ content: CatalogueContent, in transaction: any Transaction) throws -> Int {
        let openings = content.halls.flatMap { hall in
            hall.openings.map { HallTables.HallOpening(hall: hall.id, opening: $0) }
        }
        let services = content.groups.flatMap { group in
            group.items.map { HallTables.Service(hall: group.hall, item: $0, group: group.id) }
        }
        let days = content.calendar.flatMap { year in year.days.map { CalendarTables.Day(year: year.year, day: $0) } }
        let halls = Set(content.halls.map(\.id))
        var count = 0
        count += try HallTables.services.prune(keeping: services, owner: "hall", of: halls, in: transaction)
        count += try HallTables.windows.prune(keeping: content.windows, owner: "hall", of: halls, in: transaction)
        count += try HallTables.openings.prune(keeping: openings, owner: "hall", of: halls, in: transaction)
        count += try CalendarTables.days.prune(
            keeping: days, owner: "year", of: Set(content.calendar.map { String($0.year) }), in: transaction)
        count += try ItemTables.departments.store(content.departments, in: transaction)
        count += try ItemTables.lifeEvents.store(content.lifeEvents, in: transaction)
        count += try ItemTables.items.store(content.items, in: transaction)
        count += try HallTables.cities.store(content.cities, in: transaction)
        count += try HallTables.halls.store(content.halls, first: { $0.parent == nil }, in: transaction)
        count += try HallTables.openings.store(openings, in: transaction)
        count += try HallTables.zones.store(content.zones, in: transaction)
        count += try HallTables.groups.store(content.groups, in: transaction)
        count += try HallTables.services.store(services, in: transaction)
        count += try HallTables.windows.store(content.windows, in: transaction)
        count += try CalendarTables.years.store(content.calendar, in: transaction)
        count += try CalendarTables.days.store(days, in: transaction)
        count += try HallTables.groups.prune(keeping: content.groups, owner: "hall", of: halls, in: transaction)
        count += try HallTables.zones.prune(keeping: content.zones, owner: "hall", of: halls, in: transaction)
        return count
    }
}
