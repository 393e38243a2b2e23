import Core

/// `GET /api/v1/halls`: halls by item, city, time and nearness.
struct HallListEndpoint {
    func answer(_ filter: CatalogueFilter) throws -> [UInt8] {
        let snapshot = filter.snapshot
        let selection = HallSelection(
            item: try filter.item()?.id, city: try filter.city()?.id, near: try filter.near(),
            openAt: try filter.openAt())
        let limit = try filter.limit()
        let cursor = try filter.cursor()
        let halls = selection.halls(in: snapshot)
        let page = try PageCursor.page(halls, after: cursor, limit: limit) { $0.hall.id }
        var output = Array("{\"halls\":[".utf8)
        for (index, row) in page.rows.enumerated() {
            if index > 0 { output.append(0x2C) }
            let distance = row.metres.map { [JSONValue.Member("metres", .integer(Int64($0.rounded())))] }
            snapshot.fragments.append(hall: row.hall.id, distance ?? [], to: &output)
        }
        output.append(0x5D)
        var rest: [JSONValue.Member] = [.init("total", .integer(Int64(halls.count)))]
        if let next = page.next { rest.append(.init("next", .string(next))) }
        output.append(0x2C)
        output.append(contentsOf: JSONValue.object(rest).encoded().dropFirst())
        return output
    }
}

/// `GET /api/v1/halls/{hall}`: one hall with zones, groups, windows and the hours of the days ahead.
struct HallEndpoint {
    private static let daysAhead = 14

    func answer(_ hall: Hall, today: LocalDate, in snapshot: CatalogueSnapshot) -> [UInt8] {
        var output = [UInt8]()
        let days = (0..<HallEndpoint.daysAhead).map {
            CatalogueJSON.day(today.adding(days: $0), of: hall, in: snapshot)
        }
        snapshot.fragments.append(
            hall: hall.id,
            [
                .init("days", .array(days)),
                .init("zones", .array(snapshot.zones(in: hall.id).map(CatalogueJSON.zone))),
                .init("groups", .array(snapshot.groups(in: hall.id).map { CatalogueJSON.group($0, in: snapshot) })),
                .init("items", .strings(snapshot.items(in: hall.id).map(\.id))),
                .init("branches", .strings(snapshot.halls.filter { $0.parent == hall.id }.map(\.id))),
            ], to: &output)
        return output
    }
}

/// `GET /api/v1/items/{item}`: one item with its guide and the halls that do it.
struct ItemEndpoint {
    func answer(_ item: ServiceItem, in snapshot: CatalogueSnapshot) -> [UInt8] {
        var members = CatalogueJSON.content(of: item)
        members.append(.init("version", .string(snapshot.version(ofItem: item.id) ?? "")))
        members.append(.init("halls", .strings(snapshot.halls(serving: item.id).map(\.id))))
        return JSONValue.object(members).encoded()
    }
}
