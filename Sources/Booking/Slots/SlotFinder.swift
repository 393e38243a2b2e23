import Core

/// From cells to the times at which a visit of a given length may start.
struct SlotFinder: Sendable {
    /// Planned length of the visit.
    let minutes: Int
    let channel: Channel
    let now: Instant

    /// - Parameter cells: in order of time.
    func slots(in cells: [StoredCell]) -> [Slot] {
        let open = cells.filter(\.open)
        return open.indices.compactMap { index in
            let start = open[index].start
            guard start > now else { return nil }
            let needed = start + .minutes(minutes)
            var remaining = Int.max
            var end = start
            for cell in open[index...] {
                guard cell.start == end else { return nil }
                remaining = min(remaining, cell.remaining(on: channel))
                end = cell.end
                if end >= needed { return Slot(start: start, end: end, remaining: max(0, remaining)) }
            }
            return nil
        }
    }
}

extension StoredCell {
    /// Places that the channel can still take; a cell marked over has none.
    func remaining(on channel: Channel) -> Int {
        let share =
            switch channel {
            case .web: webCap - webUsed
            case .mobile: mobileCap - mobileUsed
            case .hall: hallCap - hallUsed
            }
        return max(0, min(cap - over - used, share))
    }
}
