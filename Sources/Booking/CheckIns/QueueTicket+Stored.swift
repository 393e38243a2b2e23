import Core

extension QueueTicket: StoredAnswer {
    var stored: JSONValue {
        .object([
            "id": .string(id), "number": .string(number), "reservation": .string(reservation), "hall": .string(hall),
            "queue": .string(queue), "zone": zone.map(JSONValue.string), "windows": .strings(windows),
            "items": .strings(items), "priority": .string(priority.rawValue), "state": .string(state.rawValue),
            "ahead": .integer(Int64(ahead)), "median": wait.map { .integer(Int64($0.median)) },
            "low": wait.map { .integer(Int64($0.low)) }, "high": wait.map { .integer(Int64($0.high)) },
            "issuedAt": .integer(issuedAt.milliseconds), "slotStart": slotStart.map { .integer($0.milliseconds) },
            "late": .bool(late), "staffed": .bool(isStaffed),
        ])
    }

    init?(stored: JSONValue) {
        guard let id = stored.text("id"), let number = stored.text("number"),
            let reservation = stored.text("reservation"), let hall = stored.text("hall"),
            let queue = stored.text("queue"), let windows = stored.texts("windows"), let items = stored.texts("items"),
            let priority = stored.text("priority").flatMap(PriorityClass.init),
            let state = stored.text("state").flatMap(ReservationState.init), let ahead = stored.number("ahead"),
            let issuedAt = stored.instant("issuedAt"), let late = stored.flag("late")
        else { return nil }
        var wait: WaitEstimate?
        if let median = stored.number("median"), let low = stored.number("low"), let high = stored.number("high") {
            wait = WaitEstimate(median: Int(median), low: Int(low), high: Int(high))
        }
        self.init(
            id: id, number: number, reservation: reservation, hall: hall, queue: queue, zone: stored.text("zone"),
            windows: windows, items: items, priority: priority, state: state, ahead: Int(ahead), wait: wait,
            isStaffed: stored.flag("staffed") ?? true, issuedAt: issuedAt, slotStart: stored.instant("slotStart"),
            late: late)
    }
}
