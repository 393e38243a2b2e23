import Core

/// What must change in the table so that one day is as the rules want it; applied to nothing it is empty.
///
/// Cells are never deleted or rebuilt: bookings point at them. A cell that is wanted no longer, or smaller
/// than it is used, keeps its bookings and is marked with how many are over.
struct CellDiff: Sendable, Hashable {
    var added: [PlannedCell] = []
    var changed: [Change] = []
    /// Bookings stand in the way of what is wanted; the day has to be looked at again when they end.
    var isProvisional = false

    struct Change: Sendable, Hashable {
        let target: PlannedCell
        let open: Bool
    }

    var isEmpty: Bool { added.isEmpty && changed.isEmpty }

    /// - Parameters:
    ///   - wanted: distinct starts.
    ///   - stored: distinct starts.
    init(wanted: [PlannedCell], stored: [StoredCell]) {
        let wantedByStart = Dictionary(uniqueKeysWithValues: wanted.map { ($0.start, $0) })
        let storedByStart = Dictionary(uniqueKeysWithValues: stored.map { ($0.start, $0) })
        // Bookings in cells of another grid take the same officers' time.
        let displaced = stored.filter { cell in
            cell.used > 0 && wantedByStart[cell.start]?.end != cell.end
        }
        for cell in wanted {
            let target = CellDiff.reduced(cell, by: displaced)
            if target != cell { isProvisional = true }
            guard let old = storedByStart[cell.start] else {
                added.append(target)
                continue
            }
            // The length of a cell never changes under its bookings: it is closed and keeps its end.
            guard old.end == cell.end else {
                if old.used == 0 {
                    if !CellDiff.equals(old, target, open: true) { changed.append(Change(target: target, open: true)) }
                } else {
                    close(old)
                    isProvisional = true
                }
                continue
            }
            if CellDiff.exceeds(old, target) { isProvisional = true }
            if !CellDiff.equals(old, target, open: true) { changed.append(Change(target: target, open: true)) }
        }
        for cell in stored where wantedByStart[cell.start] == nil { close(cell) }
    }

    private mutating func close(_ cell: StoredCell) {
        let target = PlannedCell.none(from: cell.start, to: cell.end)
        if !CellDiff.equals(cell, target, open: false) { changed.append(Change(target: target, open: false)) }
    }

    private static func reduced(_ cell: PlannedCell, by displaced: [StoredCell]) -> PlannedCell {
        let taken = displaced.filter { $0.start != cell.start && $0.start < cell.end && cell.start < $0.end }
            .reduce(0) { $0 + $1.used }
        guard taken > 0 else { return cell }
        let cap = max(0, cell.cap - taken)
        return PlannedCell(
            start: cell.start, end: cell.end, places: cell.places, cap: cap, web: min(cell.web, cap),
            mobile: min(cell.mobile, cap), hall: min(cell.hall, cap))
    }

    /// Whether more is used than is wanted, in all or on a channel: the caps of the row follow what is used.
    private static func exceeds(_ old: StoredCell, _ target: PlannedCell) -> Bool {
        old.used > target.cap || old.webUsed > target.web || old.mobileUsed > target.mobile
            || old.hallUsed > target.hall
    }

    /// Whether the stored row already says what applying the target would make it say.
    private static func equals(_ old: StoredCell, _ target: PlannedCell, open: Bool) -> Bool {
        old.open == open && old.end == target.end && old.places == target.places
            && old.cap == max(target.cap, old.used) && old.over == max(0, old.used - target.cap)
            && old.webCap == max(target.web, old.webUsed) && old.mobileCap == max(target.mobile, old.mobileUsed)
            && old.hallCap == max(target.hall, old.hallUsed)
    }
}
