import Catalogue
package import Core

/// Free times from memory: however many ask, one list is read at most every 400 ms and is never older than a second.
package final class SlotBoard: Sendable {
    private let core: BookingCore
    private let lists = FreshCache<ListKey, SlotList>(
        refreshAfter: .milliseconds(400), limit: .milliseconds(950), capacity: 20_000)
    private let days = FreshCache<DaysKey, Availability>(
        refreshAfter: .milliseconds(400), limit: .milliseconds(950), capacity: 5_000)

    private struct ListKey: Hashable, Sendable {
        let group: String
        let minutes: Int
        let date: LocalDate
        let channel: Channel
    }

    private struct DaysKey: Hashable, Sendable {
        let group: String
        let minutes: Int
        let from: LocalDate
        let to: LocalDate
        let channel: Channel
    }

    init(core: BookingCore) {
        self.core = core
    }

    package func slots(
        hall: String, item: String, date: LocalDate, channel: Channel = .web
    ) async throws -> SlotList {
        try await slots(hall: hall, items: [item], date: date, channel: channel)
    }

    /// The times of one day at which a visit for the items may start, full ones with 0; none for items that are not
    /// booked, or not served together, and outside the horizon.
    ///
    /// - Throws: `not-found` for an unknown hall or item, or one that the hall does not serve.
    package func slots(
        hall: String, items: [String], date: LocalDate, channel: Channel
    ) async throws -> SlotList {
        let service = try resolve(hall: hall, items: items)
        let group = service.group
        let today = ProvinceTime.date(of: core.now())
        guard service.isBooked, today <= date, date < today.adding(days: core.settings.horizonDays) else {
            return SlotList(slots: [], json: Array(#"{"slots":[]}"#.utf8), readAt: core.now())
        }
        let key = ListKey(group: group.id, minutes: service.minutes, date: date, channel: channel)
        return try await lists.value(for: key, notBefore: core.changes.last(key.group)) {
            let now = core.now()
            // One day more: a visit may run past midnight.
            let cells = try await core.database.read {
                try CellStore.cells(group: key.group, from: date, to: date.adding(days: 1), in: $0)
            }
            let slots = SlotFinder(minutes: key.minutes, channel: channel, now: now).slots(in: cells)
                .filter { ProvinceTime.date(of: $0.start) == date }
            return SlotList(slots: slots, json: SlotBoard.json(slots), readAt: now)
        }
    }

    package func availability(
        hall: String, item: String, from: LocalDate, to: LocalDate, channel: Channel = .web
    ) async throws -> Availability {
        try await availability(hall: hall, items: [item], from: from, to: to, channel: channel)
    }

    /// Whether and how much is free on each day for a visit for the items. Days before today and past the horizon are
    /// left out: nothing is planned there, so neither open nor closed would be true.
    ///
    /// - Throws: `not-found` as for `slots`, `invalid-request` for a range that is reversed or longer than 62 days.
    package func availability(
        hall: String, items: [String], from: LocalDate, to: LocalDate, channel: Channel
    ) async throws -> Availability {
        let service = try resolve(hall: hall, items: items)
        let group = service.group
        guard from <= to else { throw Problem.invalid("to", "The last day lies before the first.") }
        guard to.dayNumber - from.dayNumber < 62 else { throw Problem.invalid("to", "At most 62 days.") }
        let key = DaysKey(group: group.id, minutes: service.minutes, from: from, to: to, channel: channel)
        let horizon = core.settings.horizonDays
        return try await days.value(for: key, notBefore: core.changes.last(key.group)) {
            let now = core.now()
            let today = ProvinceTime.date(of: now)
            let first = max(from, today)
            let last = min(to, today.adding(days: horizon - 1))
            var cells = [StoredCell]()
            if service.isBooked, first <= last {
                cells = try await core.database.read {
                    try CellStore.cells(group: key.group, from: first, to: last.adding(days: 1), in: $0)
                }
            }
            let visits = SlotFinder(minutes: key.minutes, channel: channel, now: now).visits(in: cells)
            let offered = first <= last ? Array(first.dayNumber...last.dayNumber) : []
            let days = offered.map { number in
                let date = LocalDate(dayNumber: number)
                let left = visits[date]
                return DayAvailability(date: date, open: left != nil, remaining: left ?? 0)
            }
            return Availability(days: days, json: SlotBoard.json(days), readAt: now)
        }
    }

    /// What the items of one visit ask for together.
    private struct Service {
        let group: WindowGroup
        let minutes: Int
        /// All may be booked, and one group serves them.
        let isBooked: Bool
    }

    private func resolve(hall: String, items: [String]) throws -> Service {
        let catalogue = core.catalogue.current
        guard catalogue.hall(hall) != nil else { throw Problem(.notFound, "No hall has this id.") }
        let services = try items.map { id in
            guard let service = catalogue.item(id) else { throw Problem(.notFound, "No item has this id.") }
            return service
        }
        let groups = items.compactMap { catalogue.group(serving: $0, in: hall) }
        guard groups.count == items.count, let group = groups.first else {
            throw Problem(.notFound, "This hall does not serve the item.")
        }
        return Service(
            group: group, minutes: services.reduce(0) { $0 + $1.minutes },
            isBooked: services.allSatisfy { $0.booking == .allowed } && groups.allSatisfy { $0 == group })
    }

    private static func json(_ slots: [Slot]) -> [UInt8] {
        JSONValue.object([
            "slots": .array(
                slots.map { slot in
                    .object([
                        "start": .string(ProvinceTime.format(slot.start)),
                        "end": .string(ProvinceTime.format(slot.end)), "remaining": .integer(Int64(slot.remaining)),
                    ])
                })
        ]).encoded()
    }

    private static func json(_ days: [DayAvailability]) -> [UInt8] {
        JSONValue.object([
            "days": .array(
                days.map { day in
                    .object([
                        "date": .string(day.date.description), "open": .bool(day.open),
                        "remaining": .integer(Int64(day.remaining)),
                    ])
                })
        ]).encoded()
    }
}
