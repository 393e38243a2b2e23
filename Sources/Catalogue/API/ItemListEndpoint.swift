import Core

/// `GET /api/v1/items`: all items, or those found, with counts by department.
struct ItemListEndpoint {
    func answer(_ filter: CatalogueFilter) throws -> [UInt8] {
        let snapshot = filter.snapshot
        let text = try filter.text()
        let city = try filter.city()
        let department = try filter.department()
        let limit = try filter.limit()
        let cursor = try filter.cursor()
        let reachable = ItemSelection.items(text: text, city: city?.id, in: snapshot)
        let chosen = department.map { chosen in reachable.filter { $0.value.department == chosen.id } } ?? reachable
        let page = try PageCursor.page(chosen, after: cursor, limit: limit) { $0.value.id }
        var output = Array("{\"items\":[".utf8)
        for (index, found) in page.rows.enumerated() {
            if index > 0 { output.append(0x2C) }
            snapshot.fragments.append(item: found.value.id, text == nil ? [] : extra(found), to: &output)
        }
        output.append(0x5D)
        var rest: [JSONValue.Member] = [
            .init("total", .integer(Int64(chosen.count))),
            .init("facets", facets(reachable, text: text, in: snapshot)),
        ]
        if let next = page.next { rest.append(.init("next", .string(next))) }
        output.append(0x2C)
        output.append(contentsOf: JSONValue.object(rest).encoded().dropFirst())
        return output
    }

    private func extra(_ found: Found<ServiceItem>) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = [
            .init(
                "marks",
                .object(["zh": CatalogueJSON.marks(found.marks), "en": CatalogueJSON.marks(found.englishMarks)]))
        ]
        if let alias = found.alias {
            members.append(.init("alias", .string(alias)))
            members.append(.init("aliasMarks", CatalogueJSON.marks(found.aliasMarks)))
        }
        return members
    }

    /// How many there are of each kind before the department is chosen.
    private func facets(_ found: [Found<ServiceItem>], text: String?, in snapshot: CatalogueSnapshot) -> JSONValue {
        let departments = ItemSelection.departments(of: found, in: snapshot).map { entry -> JSONValue in
            .object([
                "id": .string(entry.department.id), "name": CatalogueJSON.localized(entry.department.name),
                "count": .integer(Int64(entry.count)),
            ])
        }
        let halls = text.map { snapshot.search.halls(matching: $0).count }
        return .object([
            "items": .integer(Int64(found.count)),
            "departments": .array(departments),
            "halls": halls.map { .integer(Int64($0)) },
        ])
    }
}
