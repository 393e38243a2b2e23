/// Comparisons of short sequences, used on characters and on letters alike.
enum Approximation {
    /// The first place where `part` occurs in `whole`.
    static func find<Element: Equatable>(_ part: [Element], in whole: [Element]) -> Range<Int>? {
        guard !part.isEmpty, part.count <= whole.count else { return nil }
        return part.withUnsafeBufferPointer { part in
            whole.withUnsafeBufferPointer { whole in
                let head = part[0]
                for start in 0...(whole.count - part.count) where whole[start] == head {
                    var length = 1
                    while length < part.count, whole[start + length] == part[length] { length += 1 }
                    if length == part.count { return start..<(start + length) }
                }
                return nil
            }
        }
    }

    /// Where the elements of `part` occur in `whole` in order, with others between them: the stretch
    /// from the first to the last, found greedily.
    static func subsequence<Element: Equatable>(_ part: [Element], in whole: [Element]) -> Range<Int>? {
        guard let head = part.first, part.count <= whole.count, let start = whole.firstIndex(of: head) else {
            return nil
        }
        var next = 0
        for index in start..<whole.count where whole[index] == part[next] {
            next += 1
            if next == part.count { return start..<(index + 1) }
        }
        return nil
    }

    /// How many neighbouring pairs of `part` are neighbours in `whole` too.
    static func sharedPairs<Element: Equatable>(_ part: [Element], _ whole: [Element]) -> Int {
        guard part.count >= 2, whole.count >= 2 else { return 0 }
        return part.withUnsafeBufferPointer { part in
            whole.withUnsafeBufferPointer { whole in
                var count = 0
                for left in 1..<part.count {
                    for right in 1..<whole.count
                    where whole[right] == part[left] && whole[right - 1] == part[left - 1] {
                        count += 1
                        break
                    }
                }
                return count
            }
        }
    }

    /// The longest run of elements that both have.
    static func longestCommonRun<Element: Equatable>(_ left: [Element], _ right: [Element]) -> (
        left: Range<Int>, right: Range<Int>
    )? {
        var best = (left: 0..<0, right: 0..<0)
        var previous = [Int](repeating: 0, count: right.count + 1)
        for row in left.indices {
            var current = [Int](repeating: 0, count: right.count + 1)
            for column in right.indices where left[row] == right[column] {
                let length = previous[column] + 1
                current[column + 1] = length
                if length > best.left.count {
                    best = ((row + 1 - length)..<(row + 1), (column + 1 - length)..<(column + 1))
                }
            }
            previous = current
        }
        return best.left.isEmpty ? nil : best
    }

    /// The least number of insertions, deletions, replacements and swaps of neighbours that turn `part`
    /// into some stretch of `whole` (optimal string alignment with free ends in `whole`).
    ///
    /// - Returns: `nil` when more than `limit` are needed.
    static func distance<Element: Equatable>(of part: [Element], within whole: [Element], limit: Int) -> Int? {
        guard !part.isEmpty, part.count <= whole.count + limit else { return nil }
        let width = whole.count + 1
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: 3 * width) { cells in
            cells.initialize(repeating: 0)
            var beforeLast = 0
            var last = width
            var current = 2 * width
            for row in 1...part.count {
                cells[current] = row
                var least = row
                for column in 1..<width {
                    let same = part[row - 1] == whole[column - 1]
                    var value = min(
                        cells[last + column] + 1, cells[current + column - 1] + 1,
                        cells[last + column - 1] + (same ? 0 : 1))
                    if !same, row > 1, column > 1, part[row - 1] == whole[column - 2],
                        part[row - 2] == whole[column - 1]
                    {
                        value = min(value, cells[beforeLast + column - 2] + 1)
                    }
                    cells[current + column] = value
                    least = min(least, value)
                }
                if least > limit { return nil }
                (beforeLast, last, current) = (last, current, beforeLast)
            }
            let best = cells[last..<(last + width)].min() ?? part.count
            return best <= limit ? best : nil
        }
    }

    /// The stretch of `whole` that comes nearest to `part`, counted as in `distance`, among those that may begin and
    /// end where `starts` and `ends` say.
    ///
    /// - Parameters:
    ///   - starts: for each position of `whole`, whether a stretch may begin there.
    ///   - ends: the same for the position behind the last element of a stretch; one element longer than `whole`.
    /// - Returns: `nil` when more than `limit` changes are needed.
    static func nearest<Element: Equatable>(
        to part: [Element], in whole: [Element], limit: Int, starts: [Bool], ends: [Bool]
    ) -> (range: Range<Int>, distance: Int)? {
        guard !part.isEmpty, part.count <= whole.count + limit else { return nil }
        let none = (cost: part.count + whole.count + 1, start: 0)
        var beforeLast = [(cost: Int, start: Int)]()
        var last = whole.indices.map { starts[$0] ? (cost: 0, start: $0) : none } + [none]
        for row in part.indices {
            var current = [(cost: last[0].cost + 1, start: last[0].start)]
            for column in whole.indices {
                let same = part[row] == whole[column]
                var best = (cost: last[column].cost + (same ? 0 : 1), start: last[column].start)
                if last[column + 1].cost + 1 < best.cost {
                    best = (last[column + 1].cost + 1, last[column + 1].start)
                }
                if current[column].cost + 1 < best.cost { best = (current[column].cost + 1, current[column].start) }
                if !same, row > 0, column > 0, part[row] == whole[column - 1], part[row - 1] == whole[column],
                    beforeLast[column - 1].cost + 1 < best.cost
                {
                    best = (beforeLast[column - 1].cost + 1, beforeLast[column - 1].start)
                }
                current.append(best)
            }
            if current.allSatisfy({ $0.cost > limit }) { return nil }
            (beforeLast, last) = (last, current)
        }
        var found: (range: Range<Int>, distance: Int)?
        for end in 1..<last.count where ends[end] && last[end].cost <= limit && last[end].start < end {
            if let best = found, best.distance <= last[end].cost { continue }
            found = (last[end].start..<end, last[end].cost)
        }
        return found
    }

    /// Whether `typed` spells the syllables of a text from one of them on, each by its first letters:
    /// `bdcdj`, `budongchan` and `budcdj` all spell 不动产登记.
    ///
    /// - Returns: the syllables spelt.
    static func spelling(_ typed: [UInt8], letters: [UInt8], syllables: [Int]) -> Range<Int>? {
        guard let head = typed.first, syllables.count > 1 else { return nil }
        for start in 0..<(syllables.count - 1)
        where syllables[start] < letters.count && letters[syllables[start]] == head {
            if let end = spelling(typed[...], letters: letters, syllables: syllables, at: start) { return start..<end }
        }
        return nil
    }

    private static func spelling(_ typed: ArraySlice<UInt8>, letters: [UInt8], syllables: [Int], at syllable: Int)
        -> Int?
    {
        if typed.isEmpty { return syllable }
        guard syllable < syllables.count - 1 else { return nil }
        let reading = letters[syllables[syllable]..<syllables[syllable + 1]]
        var matched = 0
        for (left, right) in zip(typed, reading) {
            guard left == right else { break }
            matched += 1
        }
        guard matched > 0 else { return nil }
        for length in stride(from: matched, through: 1, by: -1) {
            let rest = typed.dropFirst(length)
            if let end = spelling(rest, letters: letters, syllables: syllables, at: syllable + 1) { return end }
        }
        return nil
    }
}
