import Catalogue
package import Core

extension BoardEvent {
    static let snapshotName = "snapshot"
    /// A call told later than this after it was made is shown and no longer spoken.
    private static let spokenWithin = Duration.seconds(20)

    /// What boards are told of one row of the chain: the change of the ticket, then the length of its queue. Both
    /// have the row's sequence number, and the last of them says that the row has been told.
    static func projections(of row: (sequence: Int64, entry: EventStore.Entry), at now: Instant) -> [BoardEvent] {
        var events = changes(of: row, at: now)
        if let last = events.indices.last { events[last].endsRow = true }
        return events
    }

    private static func changes(of row: (sequence: Int64, entry: EventStore.Entry), at now: Instant) -> [BoardEvent] {
        let (sequence, entry) = row
        guard entry.kind.isOnBoard, let detail = try? JSONParser.parse(entry.detail) else { return [] }
        var events = [BoardEvent]()
        let isCall = entry.kind == .called || entry.kind == .recalled
        if let name = name(of: entry.kind) {
            events.append(
                event(
                    sequence, name,
                    [
                        "number": detail["number"], "window": detail["window"], "zone": detail["zone"],
                        "queue": detail["queue"], "recalls": detail["recalls"],
                        "state": state(after: entry.kind).map { .string($0.rawValue) },
                        "at": .string(ProvinceTime.format(entry.at)),
                        "late": isCall && now - entry.at > spokenWithin ? .bool(true) : nil,
                    ]))
        }
        if let waiting = detail["waiting"] {
            events.append(event(sequence, "queue", ["queue": detail["queue"], "waiting": waiting]))
        }
        return events
    }

    private static func event(
        _ sequence: Int64, _ name: String, _ members: KeyValuePairs<String, JSONValue?>
    ) -> BoardEvent {
        BoardEvent(
            sequence: sequence, name: name, endsRow: false,
            data: String(decoding: JSONValue.object(members).encoded(), as: UTF8.self))
    }

    /// `nil` for what only changes the length of a queue.
    private static func name(of kind: EventKind) -> String? {
        switch kind {
        case .called: "called"
        case .recalled: "recalled"
        case .serving: "serving"
        case .skipped, .parked, .transferred, .done, .left, .takenBack: "closed"
        default: nil
        }
    }

    init(_ snapshot: BoardSnapshot) {
        self.init(
            sequence: snapshot.sequence, name: BoardEvent.snapshotName, endsRow: true,
            data: String(decoding: snapshot.json.encoded(), as: UTF8.self))
    }

    private static func state(after kind: EventKind) -> ReservationState? {
        switch kind {
        case .issued, .rejoined, .resumed, .transferred, .takenBack: .waiting
        case .called, .recalled: .called
        case .serving: .serving
        case .skipped: .skipped
        case .parked: .parked
        case .done: .done
        case .left: .left
        default: nil
        }
    }
}

extension BoardCall {
    init?(_ row: TicketRow) {
        guard let call = row.call else { return nil }
        self.init(
            number: row.number, window: call.window, zone: nil, state: row.state, calledAt: call.lastCalledAt,
            recalls: call.recalls)
    }

    func inZone(_ catalogue: CatalogueSnapshot) -> BoardCall {
        BoardCall(
            number: number, window: window, zone: catalogue.window(window).flatMap { catalogue.group($0.group)?.zone },
            state: state, calledAt: calledAt, recalls: recalls)
    }
}

extension BoardSnapshot {
    /// The answer of the board endpoint, and the data of the event of that name.
    package var json: JSONValue {
        .object([
            "hall": .string(hall), "sequence": .integer(sequence), "at": .string(ProvinceTime.format(at)),
            "calls": .array(
                calls.map { call in
                    .object([
                        "number": .string(call.number), "window": .string(call.window),
                        "zone": call.zone.map(JSONValue.string), "state": .string(call.state.rawValue),
                        "calledAt": .string(ProvinceTime.format(call.calledAt)),
                        "recalls": .integer(Int64(call.recalls)),
                    ])
                }),
            "queues": .array(
                queues.map { queue in
                    .object([
                        "queue": .string(queue.queue), "waiting": .integer(Int64(queue.waiting)),
                        "openWindows": .integer(Int64(queue.openWindows)),
                    ])
                }),
        ])
    }
}
