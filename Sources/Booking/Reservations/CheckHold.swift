import Catalogue
import Core
import Foundation
import Storage

/// What a hold asks for, checked against the catalogue.
struct HoldPlan: Sendable, Hashable {
    let hall: String
    let group: WindowGroup
    let items: [String]
    let start: Instant
    /// When the last item will be done by plan.
    let end: Instant
    let channel: Channel
    let mandate: String?
    /// Holds that wait are put into one transaction, ordered by the cell that they contend for; with more
    /// processors a few such transactions run side by side.
    var lane: CallLane {
        // The separator sorts before every character of an id: the order is that of the pairs.
        let cell = "\(group.id)\t\(start.milliseconds)"
        return CallLane(HoldPlan.lanes[Int(cell.hashValue.magnitude % UInt(HoldPlan.lanes.count))], row: cell)
    }

    private static let lanes = (1...max(1, ProcessInfo.processInfo.activeProcessorCount / 2)).map { "holds/\($0)" }
}

/// 1. the hall exists; 2. 1…5 different items, all known; 3. one window group of the hall serves them all;
/// 4. each may be booked; 5. the person's assurance is high enough; 6. the start lies ahead, within the horizon.
///
/// Whether a slot starts then, and whether it has room, only the cells can say.
enum CheckHold {
    static let maximumItems = 5
    static let maximumCells = 64

    static func plan(
        _ request: HoldRequest, by principal: Principal, catalogue: CatalogueSnapshot, settings: BookingSettings,
        at now: Instant
    ) throws -> HoldPlan {
        guard catalogue.hall(request.hall) != nil else { throw unknown("/hall", "No hall has this id.") }
        guard (1...maximumItems).contains(request.items.count) else {
            throw Problem.invalid("/items", "Between 1 and \(maximumItems) items.")
        }
        guard Set(request.items).count == request.items.count else {
            throw Problem.invalid("/items", "An item may be named once.")
        }
        var group: WindowGroup?
        var minutes = 0
        for (index, id) in request.items.enumerated() {
            let pointer = "/items/\(index)"
            guard let item = catalogue.item(id) else { throw unknown(pointer, "No item has this id.") }
            guard let serving = catalogue.group(serving: id, in: request.hall) else {
                throw unknown(pointer, "This hall does not serve the item.")
            }
            guard group == nil || group == serving else {
                throw Problem.invalid(pointer, "Items of one visit must be served at the same windows.")
            }
            guard item.booking == .allowed else {
                throw Problem.invalid(pointer, "This item is served without booking; just come to the hall.")
            }
            guard principal.assurance >= item.minimumAssurance else { throw stepUp(item.minimumAssurance) }
            group = serving
            minutes += item.minutes
        }
        guard let group else { throw Problem.invalid("/items", "At least one item.") }
        guard request.start > now, request.start <= now + .days(settings.horizonDays + 1) else {
            throw Problem(.notASlot, "The start lies in the past or too far ahead.")
        }
        return HoldPlan(
            hall: request.hall, group: group, items: request.items, start: request.start,
            end: request.start + .minutes(minutes), channel: principal.channel, mandate: request.mandate)
    }

    private static func unknown(_ pointer: String, _ detail: String) -> Problem {
        Problem(.notFound, detail, errors: [Problem.Fault(pointer, detail)])
    }

    /// A step-up challenge (RFC 9470 §3).
    private static func stepUp(_ level: AssuranceLevel) -> Problem {
        Problem(
            .assuranceRequired, "This item needs identity level \(level.rawValue).",
            extensions: [JSONValue.Member("acr", .string(level.rawValue))],
            headers: [
                Problem.Header(
                    "WWW-Authenticate",
                    "Bearer error=\"insufficient_user_authentication\", acr_values=\"\(level.rawValue)\"")
            ])
    }
}
