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
        let left = open.map { $0.remaining(on: channel) }
        return open.indices.compactMap { index in
            visit(from: index, in: open).map { visit in
                Slot(start: open[index].start, end: open[visit.upperBound].end, remaining: left[visit].min() ?? 0)
            }
        }
    }

    /// How many visits of this length each day can still take beside and after one another; 0 for a day that is full,
    /// none for a day on which nothing starts. The places of all starts together are more, as their times overlap.
    func visits(in cells: [StoredCell]) -> [LocalDate: Int] {
        let open = cells.filter(\.open)
        var left = open.map { $0.remaining(on: channel) }
        var result = [LocalDate: Int]()
        for index in open.indices {
            guard let visit = visit(from: index, in: open), let count = left[visit].min() else { continue }
            // The earliest first: visits of one length leave the most room so.
            for cell in visit { left[cell] -= count }
            result[ProvinceTime.date(of: open[index].start), default: 0] += count
        }
        return result
    }

    /// The cells of a visit that begins with this one; `nil` when it has begun or they do not follow one another.
    private func visit(from index: Int, in open: [StoredCell]) -> ClosedRange<Int>? {
        let start = open[index].start
        guard start > now else { return nil }
        let needed = start + .minutes(minutes)
        var end = start
        for last in index..<open.endIndex {
            guard open[last].start == end else { return nil }
            end = open[last].end
            if end >= needed { return index...last }
        }
        return nil
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
