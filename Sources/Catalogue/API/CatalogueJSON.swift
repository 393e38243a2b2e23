import Core

/// How the public API shows things of the catalogue (`docs/api/openapi.json`).
enum CatalogueJSON {
    static func localized(_ text: LocalizedText) -> JSONValue {
        .object(["zh": .string(text.zh), "en": .string(text.en)])
    }

    /// What lists and the item itself have in common.
    static func members(of item: ServiceItem) -> [JSONValue.Member] {
        [
            .init("id", .string(item.id)),
            .init("code", .string(item.code)),
            .init("name", localized(item.name)),
            .init("department", .string(item.department)),
            .init("minutes", .integer(Int64(item.minutes))),
            .init("kind", .string(item.kind.rawValue)),
            .init("minimumAssurance", .string(item.minimumAssurance.rawValue)),
            .init("booking", .string(item.booking.rawValue)),
            .init("presence", .string(item.presence.rawValue)),
            .init("reach", .string(item.reach.rawValue)),
            .init("applicants", .strings(item.applicants.map(\.rawValue).sorted())),
            .init("channels", .strings(item.channels.map(\.rawValue).sorted())),
            .init("proxyAllowed", .bool(item.proxyAllowed)),
        ]
    }

    /// Everything that makes up a version of the item; its fingerprint is the same on every channel
    /// exactly when the content is.
    static func content(of item: ServiceItem) -> [JSONValue.Member] {
        var result = members(of: item)
        result.append(.init("summary", localized(item.summary)))
        result.append(.init("materials", .array(item.materials.map(localized))))
        result.append(.init("lifeEvents", .strings(item.lifeEvents)))
        if let reason = item.absenceReason { result.append(.init("absenceReason", .string(reason.rawValue))) }
        return result
    }

    static func members(of hall: Hall, city: City?) -> [JSONValue.Member] {
        var result: [JSONValue.Member] = [
            .init("id", .string(hall.id)),
            .init("name", localized(hall.name)),
            .init("level", .string(hall.level.rawValue)),
            .init("city", .string(city?.code ?? hall.regionCode)),
            .init("regionCode", .string(hall.regionCode)),
        ]
        if let parent = hall.parent { result.append(.init("parent", .string(parent))) }
        result += [
            .init("address", localized(hall.address)),
            .init(
                "place",
                .object(["latitude": .number(hall.place.latitude), "longitude": .number(hall.place.longitude)])),
            .init("slotMinutes", .integer(Int64(hall.slotMinutes))),
            .init("roundTheClock", .bool(hall.isRoundTheClock)),
            .init(
                "hours",
                .array(
                    hall.openings.map { opening in
                        .object([.init("weekday", .integer(Int64(opening.weekday)))] + members(of: opening))
                    })),
        ]
        return result
    }

    /// A stretch of hours without its weekday; 24:00 is the end of the day.
    static func members(of opening: Opening) -> [JSONValue.Member] {
        [
            .init("opens", .string(ProvinceTime.clock(minute: opening.opens))),
            .init("closes", .string(ProvinceTime.clock(minute: opening.closes))),
            .init("extended", .bool(opening.extended)),
        ]
    }

    /// The hall's hours on one date, holidays and make-up days applied.
    static func day(_ date: LocalDate, of hall: Hall, in snapshot: CatalogueSnapshot) -> JSONValue {
        let day = snapshot.day(date)
        return .object([
            "date": .string(date.description),
            "kind": .string(day.kind.rawValue),
            "name": day.name.map(localized),
            "openings": .array(snapshot.openings(of: hall, on: date).map { .object(members(of: $0)) }),
        ])
    }

    static func group(_ group: WindowGroup, in snapshot: CatalogueSnapshot) -> JSONValue {
        .object([
            "id": .string(group.id),
            "letter": .string(group.letter),
            "name": localized(group.name),
            "zone": .string(group.zone),
            "items": .strings(group.items),
            "windows": .array(
                snapshot.windows(of: group.id).map { window in
                    .object([
                        "id": .string(window.id), "number": .integer(Int64(window.number)),
                        "kind": .string(window.kind.rawValue),
                    ])
                }),
        ])
    }

    static func zone(_ zone: Zone) -> JSONValue {
        .object([
            "id": .string(zone.id), "kind": .string(zone.kind.rawValue), "floor": .integer(Int64(zone.floor)),
            "name": localized(zone.name),
        ])
    }

    static func marks(_ ranges: [Range<Int>]) -> JSONValue {
        .array(ranges.map { .array([.integer(Int64($0.lowerBound)), .integer(Int64($0.upperBound))]) })
    }
}
