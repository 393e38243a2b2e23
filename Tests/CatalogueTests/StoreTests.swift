import Catalogue
import Core
import Logging
import Storage
import TestKit
import Testing

@Suite("Catalogue tables: round trip, repeated seeding, refresh")
struct StoreTests {
    private static let now = Instant(seconds: 1_790_000_000)

    private func seeded<Value>(
        _ backend: Backend, _ body: (any Database, CatalogueStore) async throws -> Value
    ) async throws -> Value {
        try await withDatabase(backend, CatalogueMigrations.all) { database in
            let seeder = CatalogueSeeder(
                database: database, surroundings: Surroundings(clock: FixedClock(StoreTests.now)))
            #expect(try await seeder.seed(directory: DemoCatalogue.directory) > 500)
            return try await body(database, CatalogueStore(database: database))
        }
    }

    @Test(arguments: Backend.available) func `what the files say comes back from the tables`(backend: Backend)
        async throws
    {
        try await seeded(backend) { _, store in
            let content = try await store.load().content
            let wanted = DemoCatalogue.snapshot.content
            #expect(content.departments == wanted.departments)
            #expect(content.cities == wanted.cities)
            #expect(content.lifeEvents == wanted.lifeEvents)
            #expect(content.items == wanted.items)
            #expect(content.halls == wanted.halls)
            #expect(content.zones == wanted.zones)
            #expect(content.groups == wanted.groups)
            #expect(content.windows == wanted.windows)
            #expect(content.calendar == wanted.calendar)
        }
    }

    @Test(arguments: Backend.available) func `seeding again changes nothing and tells no one`(backend: Backend)
        async throws
    {
        try await seeded(backend) { database, store in
            let revision = try await store.revision()
            let seeder = CatalogueSeeder(database: database, surroundings: Surroundings())
            #expect(try await seeder.seed(directory: DemoCatalogue.directory) == 0)
            #expect(try await store.revision() == revision)
        }
    }

    @Test(arguments: Backend.available) func `a change of any kind is written alone`(backend: Backend) async throws {
        try await seeded(backend) { _, store in
            var content = DemoCatalogue.snapshot.content
            let revision = try await store.revision()
            // Two items exchange their codes, two groups their letters, and a window goes.
            content.items[0] = content.items[0].with(code: content.items[1].code)
            content.items[1] = content.items[1].with(code: DemoCatalogue.snapshot.content.items[0].code)
            content.groups[0] = content.groups[0].with(letter: content.groups[1].letter)
            content.groups[1] = content.groups[1].with(letter: DemoCatalogue.snapshot.content.groups[0].letter)
            content.windows.removeLast()
            #expect(try await store.apply(content, at: StoreTests.now) == 5)
            #expect(try await store.revision() == revision + 1)
            let stored = try await store.load().content
            #expect(stored == content)
        }
    }

    @Test(arguments: Backend.available) func `windows renumber, groups and hours go when a layout shrinks`(
        backend: Backend
    )
        async throws
    {
        try await seeded(backend) { _, store in
            var content = DemoCatalogue.snapshot.content
            content.windows.removeAll { $0.id == "jinan-general-4" }
            var number = 0
            content.windows = content.windows.map { window in
                guard window.hall == "jinan" else { return window }
                number += 1
                return ServiceWindow(
                    id: window.id, hall: window.hall, group: window.group, number: number, kind: window.kind)
            }
            content.windows.removeAll { $0.group == "jinan-help" }
            content.groups.removeAll { $0.id == "jinan-help" }
            content.halls = content.halls.map { hall in
                guard hall.id == "jinan" else { return hall }
                return Hall(
                    id: hall.id, level: hall.level, city: hall.city, regionCode: hall.regionCode, name: hall.name,
                    address: hall.address, place: hall.place, openings: hall.openings.filter { $0.weekday < 6 })
            }
            try await store.apply(content, at: StoreTests.now)
            #expect(try await store.load().content == content)
        }
    }

    @Test(arguments: Backend.available) func `nothing is kept of content that breaks a rule of the schema`(
        backend: Backend
    )
        async throws
    {
        try await seeded(backend) { _, store in
            let before = try await store.load()
            var content = before.content
            content.departments[0] = Department(id: "police", name: LocalizedText(zh: "改名", en: "Renamed"))
            content.windows[0] = ServiceWindow(
                id: "stray", hall: "jinan", group: "no-such-group", number: 900, kind: .general)
            await #expect(throws: StorageError.self) { try await store.apply(content, at: StoreTests.now) }
            let after = try await store.load()
            #expect(after.content == before.content && after.revision == before.revision)
        }
    }

    @Test(arguments: Backend.available) func `the snapshot follows a change by itself`(backend: Backend)
        async throws
    {
        try await seeded(backend) { database, store in
            let catalogue = try await Catalogue(loading: database)
            #expect(catalogue.current.item("estate-query")?.minutes == 8)
            let refresh = CatalogueRefresh(
                catalogue: catalogue, database: database, logger: Logger(label: "test.catalogue"))
            try await withThrowingTaskGroup { group in
                group.addTask { try await refresh.run() }
                try await Task.sleep(for: .milliseconds(50))
                var content = catalogue.current.content
                let index = try #require(content.items.firstIndex { $0.id == "estate-query" })
                content.items[index] = content.items[index].with(minutes: 9)
                try await store.apply(content, at: StoreTests.now)
                #expect(try await waited(for: catalogue) { $0.item("estate-query")?.minutes == 9 })

                // Another process tells this one nothing: only the revision in the table moves.
                try await database.transaction { transaction in
                    try transaction.execute("UPDATE catalogue_item SET minutes = 11 WHERE id = 'estate-query'")
                    try transaction.execute(
                        "UPDATE catalogue_revision SET revision = revision + 1 WHERE id = 'catalogue'")
                }
                #expect(try await waited(for: catalogue) { $0.item("estate-query")?.minutes == 11 })
                group.cancelAll()
            }
        }
    }

    /// How long it took until the condition held; `nil` after three seconds.
    private func waited(
        for catalogue: Catalogue, _ condition: (CatalogueSnapshot) -> Bool
    ) async throws -> Bool {
        let clock = ContinuousClock()
        let start = clock.now
        while clock.now - start < .seconds(30) {
            if condition(catalogue.current) { return true }
            try await Task.sleep(for: .milliseconds(5))
        }
        return false
    }

    @Test func `the version of an item follows its content and nothing else`() throws {
        let snapshot = DemoCatalogue.snapshot
        var content = snapshot.content
        content.items[0] = content.items[0].with(minutes: 99)
        content.departments[0] = Department(id: "police", name: LocalizedText(zh: "改名", en: "Renamed"))
        let changed = CatalogueSnapshot(content: content, revision: 77)
        #expect(changed.version(ofItem: content.items[0].id) != snapshot.version(ofItem: content.items[0].id))
        for item in content.items.dropFirst() {
            #expect(changed.version(ofItem: item.id) == snapshot.version(ofItem: item.id))
        }
    }
}

extension ServiceItem {
    fileprivate func with(code: String? = nil, minutes: Int? = nil) -> ServiceItem {
        ServiceItem(
            id: id, code: code ?? self.code, department: department, name: name, summary: summary,
            minutes: minutes ?? self.minutes, kind: kind, applicants: applicants, channels: channels,
            presence: presence,
            absenceReason: absenceReason, reach: reach, booking: booking, minimumAssurance: minimumAssurance,
            proxyAllowed: proxyAllowed, materials: materials, words: words, lifeEvents: lifeEvents,
            popularity: popularity)
    }
}

extension WindowGroup {
    fileprivate func with(letter: String) -> WindowGroup {
        WindowGroup(id: id, hall: hall, zone: zone, letter: letter, name: name, items: items)
    }
}
