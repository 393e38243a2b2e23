import Catalogue
import Core
import Storage

extension NewTicket {
    var candidate: Candidate {
        Candidate(
            ticket: id, number: letter + "~", priority: priority, punctual: punctual, reference: reference,
            callableAt: callableAt, behind: 0, minutes: minutes)
    }

    /// Forecasts the wait of this ticket in the queue as it is now, and makes it the ticket's promise.
    func forecast<Step>(
        core: BookingCore, at now: Instant, _ make: (NewTicket, WaitForecast.Outlook) -> Step
    ) async throws -> Step {
        let queue = queue
        let view = try await core.database.read { try QueueView.read(queue, in: $0) }
        let outlook = view.outlook(joining: candidate, order: core.order, at: now)
        return make(
            NewTicket(
                id: id, reservation: reservation, hall: hall, letter: letter, queue: queue, reference: reference,
                priority: priority, punctual: punctual, minutes: minutes, callableAt: callableAt,
                promise: outlook.estimate), outlook)
    }

    /// Writes the ticket, the services of the visit and the event.
    func issue(
        for visit: Reservation, outlook: WaitForecast.Outlook, origin: String, core: BookingCore, at now: Instant,
        in tx: any Transaction
    ) throws -> QueueTicket {
        let number = try TicketStore.issue(self, at: now, in: tx)
        let catalogue = core.catalogue.current
        for (position, item) in visit.items.enumerated() {
            try ServiceStore.insert(
                reservation: visit.id, position: position, item: item,
                minutes: catalogue.item(item)?.minutes ?? minutes,
                in: tx)
        }
        let answer = QueueTicket(
            id: id, number: number, reservation: visit.id, hall: hall, queue: queue,
            zone: catalogue.group(queue)?.zone, windows: catalogue.windows(of: queue).map(\.id), items: visit.items,
            priority: priority, state: .waiting, ahead: outlook.ahead, wait: outlook.estimate,
            isStaffed: outlook.isStaffed, issuedAt: now, slotStart: visit.start, late: visit.start != nil && !punctual)
        let detail = JSONValue.object([
            "number": .string(number), "queue": .string(queue), "reservation": .string(visit.id),
            "origin": .string(origin), "class": .string(priority.rawValue),
            "waiting": .integer(Int64(try TicketStore.waiting(in: queue, tx))),
        ])
        try core.events.append([core.entry(.issued, hall: hall, subject: id, detail, at: now)], hall: hall, in: tx)
        return answer
    }
}

extension CatalogueSnapshot {
    /// Planned minutes of a visit, at least one.
    func minutes(of items: [String]) -> Int {
        max(1, items.compactMap { item($0)?.minutes }.reduce(0, +))
    }
}
