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

    private static let shortestCode = 12

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
        // All codes begin alike: some digits of one say nothing.
        if kind == .code, term.count < SearchField.shortestCode { return 0 }
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
        if hasLetters, sameSound(as: term) != nil { return 66 }
        if hasAll, term.count >= 2, let range = Approximation.subsequence(term.scalars, in: folded.scalars) {
            let density = Double(term.count) / Double(range.count)
            return 44 + 22 * density
        }
        return 0
    }

    private func contained(_ atStart: Bool, share: Double, top: Double) -> Double {
        top - (atStart ? 0 : 6) - 14 * (1 - share)
    }

    /// The stretch that is read like the term, character for character: 身分证 for 身份证. One character alone has
    /// too many others that are read like it.
    func sameSound(as term: FoldedText) -> Range<Int>? {
        term.count >= 2 ? Approximation.find(term.sounds, in: folded.sounds) : nil
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
            guard let slip = misspelt(term) else { return best }
            return max(best, 60 - 60 * Double(slip.distance) / Double(term.letters.count))
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
        if let sound = misheard(term) {
            best = max(best, 62 - 40 * Double(sound.distance) / Double(term.count))
        }
        return best
    }

    /// The stretch that is read like the term but for few characters; whole syllables are compared.
    func misheard(_ term: FoldedText) -> (range: Range<Int>, distance: Int)? {
        let limit = term.count >= 6 ? 2 : 1
        guard term.isChinese, term.count >= 4,
            Approximation.distance(of: term.sounds, within: folded.sounds, limit: limit) != nil
        else { return nil }
        let anywhere = [Bool](repeating: true, count: folded.count + 1)
        return Approximation.nearest(
            to: term.sounds, in: folded.sounds, limit: limit, starts: anywhere, ends: anywhere)
    }

    /// The stretch of whole words that is spelt like the term with at most one slip, or two in a long one. The first
    /// letter is right, and more than one syllable is meant: short ones are met by chance.
    func misspelt(_ term: FoldedText) -> (range: Range<Int>, distance: Int)? {
        let limit = term.letters.count >= 10 ? 2 : 1
        guard !term.isChinese, term.letters.count >= 4, lacking(term.letterMask, folded.letterMask) <= limit,
            Approximation.distance(of: term.letters, within: folded.letters, limit: limit) != nil
        else { return nil }
        let words = folded.wordStarts()
        let starts = folded.letters.indices.map { words[$0] && folded.letters[$0] == term.letters[0] }
        guard starts.contains(true),
            let found = Approximation.nearest(
                to: term.letters, in: folded.letters, limit: limit, starts: starts, ends: words),
            let range = folded.scalars(spelling: found.range), range.count >= 2
        else { return nil }
        return (range, found.distance)
    }

    /// A lower bound for the number of elements that one has and the other lacks.
    private func lacking(_ wanted: UInt64, _ present: UInt64) -> Int {
        (wanted & ~present).nonzeroBitCount
    }
}
