/// One text under which something can be found. A class, so that the search passes references around.
final class SearchField: Sendable {
    enum Kind: Sendable {
        case name, word, english, department, code

        /// How much a hit in this text counts.
        var weight: Double {
            switch self {
            case .name: 1
            case .word: 0.97
            case .english: 0.95
            case .department: 0.8
            case .code: 0.9
            }
        }
    }

    let kind: Kind
    let text: String
    let folded: FoldedText

    init(_ kind: Kind, _ text: String, pinyin: PinyinTable) {
        self.kind = kind
        self.text = text
        folded = FoldedText(text, pinyin: pinyin)
    }

    /// How well a term agrees with this text when nothing is misspelt, 0…100.
    func agreement(with term: FoldedText) -> Double {
        let hasAll = term.mask & ~folded.mask == 0
        if hasAll, let range = Approximation.find(term.scalars, in: folded.scalars) {
            return contained(range.lowerBound == 0, share: Double(term.count) / Double(folded.count), top: 100)
        }
        guard kind != .code else { return 0 }
        let hasLetters = term.letterMask & ~folded.letterMask == 0
        if !term.isChinese {
            guard hasLetters, term.letters.count >= 2, kind != .english else { return 0 }
            guard let range = Approximation.spelling(term.letters, letters: folded.letters, syllables: folded.syllables)
            else { return 0 }
            let spelt = folded.syllables[range.upperBound] - folded.syllables[range.lowerBound]
            // Few letters for many syllables are initials; those may be met by chance.
            let fullness = Double(term.letters.count) / Double(max(1, spelt))
            let share = Double(range.count) / Double(folded.count)
            return contained(range.lowerBound == 0, share: share, top: 84 + 10 * fullness)
        }
        if hasLetters, term.letters.count >= 3, sameSound(as: term) { return 66 }
        if hasAll, term.count >= 2, let range = Approximation.subsequence(term.scalars, in: folded.scalars) {
            let density = Double(term.count) / Double(range.count)
            return 44 + 22 * density
        }
        return 0
    }

    private func contained(_ atStart: Bool, share: Double, top: Double) -> Double {
        top - (atStart ? 0 : 6) - 14 * (1 - share)
    }

    /// Whether some stretch is read like the term: 身分证 for 身份证.
    private func sameSound(as term: FoldedText) -> Bool {
        guard let range = Approximation.find(term.letters, in: folded.letters) else { return false }
        return folded.syllables.contains(range.lowerBound) && folded.syllables.contains(range.upperBound)
    }

    /// How well a term agrees with this text when it may be misspelt or say more than the text, 0…100.
    func resemblance(to term: FoldedText) -> Double {
        guard kind != .code, !folded.isEmpty else { return 0 }
        var best = 0.0
        if kind != .department, folded.count >= 2, folded.count < term.count, folded.mask & ~term.mask == 0,
            Approximation.find(folded.scalars, in: term.scalars) != nil
        {
            best = 54 + 30 * Double(folded.count) / Double(term.count)
        }
        guard term.isChinese else {
            guard term.letters.count >= 4 else { return best }
            let limit = term.letters.count >= 10 ? 2 : 1
            return max(best, slip(limit: limit, of: term, top: 60))
        }
        if term.count >= 3 {
            let limit = term.count >= 6 ? 2 : 1
            if lacking(term.mask, folded.mask) <= limit,
                let distance = Approximation.distance(of: term.scalars, within: folded.scalars, limit: limit)
            {
                best = max(best, 64 - 40 * Double(distance) / Double(term.count))
            }
            let share = Double(Approximation.sharedPairs(term.scalars, folded.scalars)) / Double(term.count - 1)
            if share >= 0.3 { best = max(best, 30 + 30 * share) }
        }
        if term.letters.count >= 6 {
            best = max(best, slip(limit: term.letters.count >= 14 ? 2 : 1, of: term, top: 62))
        }
        return best
    }

    /// Agreement of the letters with at most `limit` slips.
    private func slip(limit: Int, of term: FoldedText, top: Double) -> Double {
        guard lacking(term.letterMask, folded.letterMask) <= limit,
            let distance = Approximation.distance(of: term.letters, within: folded.letters, limit: limit)
        else { return 0 }
        return top - 60 * Double(distance) / Double(term.letters.count)
    }

    /// A lower bound for the number of elements that one has and the other lacks.
    private func lacking(_ wanted: UInt64, _ present: UInt64) -> Int {
        (wanted & ~present).nonzeroBitCount
    }
}
