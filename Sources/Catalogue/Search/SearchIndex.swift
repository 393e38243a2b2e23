/// What is found under which texts; built with the snapshot, read without locks.
struct SearchIndex: Sendable {
    /// Below this share of the best hit's score, others are noise.
    private static let noise = 0.6
    /// From this score on a term counts as found as it was typed, and misspellings are not looked for.
    private static let plain = 60.0

    struct Document: Sendable {
        let name: SearchField
        let english: SearchField
        let others: [SearchField]
        /// 0…100, decides between equal hits.
        let popularity: Int

        var fields: [SearchField] { [name, english] + others }
    }

    struct Hit: Sendable {
        /// Position of the document.
        let index: Int
        let score: Double
        /// The text that agreed best.
        let field: SearchField
        /// Found as it was typed, not only by what resembles it.
        let isPlain: Bool
    }

    private let documents: [Document]
    private let fields: [[SearchField]]

    init(_ documents: [Document]) {
        self.documents = documents
        fields = documents.map(\.fields)
    }

    /// Documents that agree with the terms, best first. A document that lacks a term is found only
    /// when none has them all.
    func hits(for query: SearchQuery) -> [Hit] {
        guard !query.terms.isEmpty else { return [] }
        let tables = query.terms.map(scores)
        var complete = [Hit]()
        var partial = [Hit]()
        for index in documents.indices {
            var sum = 0.0
            var found = 0
            var best = (score: 0.0, field: documents[index].name)
            for table in tables where table[index].score > 0 {
                sum += table[index].score
                found += 1
                if table[index].score > best.score { best = table[index] }
            }
            guard found > 0 else { continue }
            let score = sum / Double(tables.count) + Double(documents[index].popularity) / 25
            let hit = Hit(
                index: index, score: score, field: best.field, isPlain: best.score >= SearchIndex.plain)
            if found == tables.count { complete.append(hit) } else { partial.append(hit) }
        }
        let hits = (complete.isEmpty ? partial : complete).sorted { ($1.score, $0.index) < ($0.score, $1.index) }
        guard let best = hits.first else { return [] }
        return hits.filter { $0.score >= best.score * SearchIndex.noise }
    }

    private func scores(of term: FoldedText) -> [(score: Double, field: SearchField)] {
        var result = table { $0.agreement(with: term) }
        guard !result.contains(where: { $0.score >= SearchIndex.plain }) else { return result }
        let similar = table { $0.resemblance(to: term) }
        for index in result.indices where similar[index].score > result[index].score { result[index] = similar[index] }
        return result
    }

    private func table(_ measure: (SearchField) -> Double) -> [(score: Double, field: SearchField)] {
        fields.map { fields in
            var best = (score: 0.0, field: fields[0])
            for field in fields {
                let score = measure(field)
                if score > 0, score * field.kind.weight > best.score { best = (score * field.kind.weight, field) }
            }
            return best
        }
    }

    /// The stretches of a name that the query hit, in UTF-16 code units, in order and apart.
    static func marks(of query: SearchQuery, in field: SearchField) -> [Range<Int>] {
        let ranges = query.terms.compactMap { mark(of: $0, in: field) }.sorted { $0.lowerBound < $1.lowerBound }
        var merged = [Range<Int>]()
        for range in ranges {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    private static func mark(of term: FoldedText, in field: SearchField) -> Range<Int>? {
        let text = field.folded
        if let range = Approximation.find(term.scalars, in: text.scalars) { return text.origin(of: range) }
        if !term.isChinese {
            if text.isChinese, term.letters.count >= 2,
                let range = Approximation.spelling(term.letters, letters: text.letters, syllables: text.syllables)
            {
                return text.origin(of: range)
            }
            return field.misspelt(term).map { text.origin(of: $0.range) }
        }
        if let range = field.sameSound(as: term) { return text.origin(of: range) }
        if let run = Approximation.longestCommonRun(term.scalars, text.scalars), run.right.count >= 2 {
            return text.origin(of: run.right)
        }
        if term.count >= 2, let range = Approximation.subsequence(term.scalars, in: text.scalars) {
            return text.origin(of: range)
        }
        return field.misheard(term).map { text.origin(of: $0.range) }
    }
}
