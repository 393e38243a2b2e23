import Core

extension HoldRequest {
    /// Equal requests, and only those, have equal texts.
    var canonicalText: String {
        let text = JSONValue.object([
            "hall": .string(hall), "items": .strings(items), "start": .integer(start.milliseconds),
            "mandate": mandate.map(JSONValue.string),
        ])
        return String(decoding: text.encoded(), as: UTF8.self)
    }
}

extension Reservation: StoredAnswer {
    var stored: JSONValue {
        .object([
            "id": .string(id), "person": person.map(JSONValue.string), "origin": .string(origin.rawValue),
            "hall": .string(hall), "group": .string(group), "items": .strings(items),
            "mandate": mandate.map(JSONValue.string), "state": .string(state.rawValue), "version": .integer(version),
            "revision": .integer(Int64(revision)), "code": code.map(JSONValue.string),
            "start": start.map { .integer($0.milliseconds) }, "end": end.map { .integer($0.milliseconds) },
            "expiresAt": expiresAt.map { .integer($0.milliseconds) }, "createdAt": .integer(createdAt.milliseconds),
            "updatedAt": .integer(updatedAt.milliseconds),
        ])
    }

    init?(stored: JSONValue) {
        guard let id = stored.text("id"), let origin = stored.text("origin").flatMap(Origin.init),
            let hall = stored.text("hall"), let group = stored.text("group"), let items = stored.texts("items"),
            let state = stored.text("state").flatMap(ReservationState.init), let version = stored.number("version"),
            let revision = stored.number("revision"), let createdAt = stored.number("createdAt"),
            let updatedAt = stored.number("updatedAt")
        else { return nil }
        self.init(
            id: id, person: stored.text("person"), origin: origin, hall: hall, group: group, items: items,
            mandate: stored.text("mandate"), state: state, version: version, revision: Int(revision),
            code: stored.text("code"), start: stored.instant("start"), end: stored.instant("end"),
            expiresAt: stored.instant("expiresAt"), createdAt: Instant(milliseconds: createdAt),
            updatedAt: Instant(milliseconds: updatedAt))
    }
}

/// Reading of our own stored JSON.
extension JSONValue {
    func text(_ name: String) -> String? {
        guard case .string(let text)? = self[name] else { return nil }
        return text
    }

    func number(_ name: String) -> Int64? {
        guard case .integer(let number)? = self[name] else { return nil }
        return number
    }

    func flag(_ name: String) -> Bool? {
        guard case .bool(let flag)? = self[name] else { return nil }
        return flag
    }

    func instant(_ name: String) -> Instant? { number(name).map { Instant(milliseconds: $0) } }

    func texts(_ name: String) -> [String]? {
        guard case .array(let values)? = self[name] else { return nil }
        return values.compactMap {
            guard case .string(let text) = $0 else { return nil }
            return text
        }
    }
}
