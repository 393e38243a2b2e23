import Catalogue
import Core
import Foundation

/// `rules.json`: how many people a window serves in a slot, and how the places are shared; groups may differ.
struct RuleSeed: Sendable {
    struct Capacity: Sendable, Hashable {
        var placesPerWindow: Int
        var walkInPercent: Int
        var shares: ChannelShares
    }

    let standard: Capacity
    /// By hall id.
    let halls: [String: Capacity]

    init(_ data: Data) throws {
        let root: JSONValue
        do {
            root = try JSONParser.parse(data)
        } catch {
            throw RuleSeedFault(member: "", reason: "is no JSON: \(error)")
        }
        try RuleSeed.refuseUnknown(root, known: ["standard", "halls"], at: "")
        guard let standard = root["standard"] else { throw RuleSeedFault(member: "/standard", reason: "is missing") }
        self.standard = try RuleSeed.capacity(standard, at: "/standard", otherwise: nil)
        var halls = [String: Capacity]()
        if let value = root["halls"] {
            guard case .object(let members) = value else {
                throw RuleSeedFault(member: "/halls", reason: "must be an object")
            }
            for member in members {
                halls[member.name] = try RuleSeed.capacity(
                    member.value, at: "/halls/\(member.name)", otherwise: self.standard)
            }
        }
        self.halls = halls
    }

    /// One rule for each stretch of opening hours of each group that has windows and bookable items.
    func rules(for catalogue: CatalogueSnapshot) throws -> [Rule] {
        for hall in halls.keys where catalogue.hall(hall) == nil {
            throw RuleSeedFault(member: "/halls/\(hall)", reason: "names no hall of the catalogue")
        }
        return catalogue.halls.flatMap { hall in
            catalogue.groups(in: hall.id).flatMap { rules(of: $0, in: hall, catalogue: catalogue) }
        }
    }

    private func rules(of group: WindowGroup, in hall: Hall, catalogue: CatalogueSnapshot) -> [Rule] {
        let windows = catalogue.windows(of: group.id).count
        guard windows > 0, group.items.contains(where: { catalogue.item($0)?.booking == .allowed }) else { return [] }
        let capacity = halls[hall.id] ?? standard
        let stretches = Dictionary(grouping: hall.openings) { [$0.opens, $0.closes] }
        return stretches.map { hours, openings in
            Rule(
                series: "\(group.id)/\(hours[0])-\(hours[1])", version: 1, group: group.id,
                weekdays: Set(openings.map(\.weekday)), from: hours[0], to: hours[1], slotMinutes: hall.slotMinutes,
                places: windows * capacity.placesPerWindow, walkInPercent: capacity.walkInPercent,
                shares: capacity.shares)
        }.sorted { $0.series < $1.series }
    }

    private static func capacity(_ value: JSONValue, at pointer: String, otherwise: Capacity?) throws -> Capacity {
        try refuseUnknown(value, known: ["placesPerWindow", "walkInPercent", "channels"], at: pointer)
        func number(_ value: JSONValue, _ name: String, _ range: ClosedRange<Int>, _ standard: Int?, at place: String)
            throws -> Int
        {
            guard let member = value[name] else {
                guard let standard else { throw RuleSeedFault(member: "\(place)/\(name)", reason: "is missing") }
                return standard
            }
            guard case .integer(let number) = member, range.contains(Int(number)) else {
                throw RuleSeedFault(
                    member: "\(place)/\(name)",
                    reason: "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return Int(number)
        }
        let channels = value["channels"] ?? .object([])
        let place = pointer + "/channels"
        try refuseUnknown(channels, known: ["web", "mobile", "hall"], at: place)
        return Capacity(
            placesPerWindow: try number(value, "placesPerWindow", 1...50, otherwise?.placesPerWindow, at: pointer),
            walkInPercent: try number(value, "walkInPercent", 0...100, otherwise?.walkInPercent, at: pointer),
            shares: ChannelShares(
                web: try number(channels, "web", 0...100, otherwise?.shares.web, at: place),
                mobile: try number(channels, "mobile", 0...100, otherwise?.shares.mobile, at: place),
                hall: try number(channels, "hall", 0...100, otherwise?.shares.hall, at: place)))
    }

    private static func refuseUnknown(_ value: JSONValue, known: Set<String>, at pointer: String) throws {
        guard case .object(let members) = value else {
            throw RuleSeedFault(member: pointer, reason: "must be an object")
        }
        for member in members where !known.contains(member.name) {
            throw RuleSeedFault(
                member: "\(pointer)/\(member.name)",
                reason: "is not known; known are \(known.sorted().joined(separator: ", "))")
        }
    }
}
