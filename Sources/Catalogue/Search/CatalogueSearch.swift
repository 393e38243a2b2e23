import Core

/// Finds items and halls by what people type: partial words, pinyin in full or in initials, everyday
/// names, and the same with a slip of the finger.
package struct CatalogueSearch: Sendable {
    private let pinyin: PinyinTable
    private let items: [ServiceItem]
    private let halls: [Hall]
    private let itemIndex: SearchIndex
    private let hallIndex: SearchIndex
    private let itemTexts: [Shown]
    private let hallTexts: [Shown]

    /// The texts of a row, in which hits are marked.
    private struct Shown: Sendable {
        let zh: SearchField
        let en: SearchField
        /// The department of an item, the address of a hall.
        var placeZh: SearchField?
        var placeEn: SearchField?
    }

    init(_ content: CatalogueContent, pinyin known: PinyinTable? = nil) {
        let pinyin = known ?? PinyinTable(covering: CatalogueSearch.texts(of: content))
        self.pinyin = pinyin
        items = content.items
        halls = content.halls
        let departments = Dictionary(content.departments.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let cities = Dictionary(content.cities.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let itemDocuments = content.items.map { item in
            let department = departments[item.department].map {
                [
                    SearchField(.department, $0.name.zh, pinyin: pinyin),
                    SearchField(.department, $0.name.en, pinyin: pinyin),
                ]
            }
            return SearchIndex.Document(
                name: SearchField(.name, item.name.zh, pinyin: pinyin),
                english: SearchField(.english, item.name.en, pinyin: pinyin),
                others: item.words.map { SearchField(.word, $0, pinyin: pinyin) } + (department ?? [])
                    + [SearchField(.code, item.code, pinyin: pinyin)],
                popularity: item.popularity)
        }
        let hallDocuments = content.halls.map { hall in
            let city = cities[hall.city].map { SearchField(.department, $0.name.zh, pinyin: pinyin) }
            return SearchIndex.Document(
                name: SearchField(.name, hall.name.zh, pinyin: pinyin),
                english: SearchField(.english, hall.name.en, pinyin: pinyin), others: city.map { [$0] } ?? [],
                popularity: hall.level == .city ? 60 : 40)
        }
        itemIndex = SearchIndex(itemDocuments)
        hallIndex = SearchIndex(hallDocuments)
        itemTexts = zip(content.items, itemDocuments).map { item, document in
            let name = departments[item.department]?.name
            return Shown(
                zh: document.name, en: document.english,
                placeZh: name.map { SearchField(.department, $0.zh, pinyin: pinyin) },
                placeEn: name.map { SearchField(.department, $0.en, pinyin: pinyin) })
        }
        hallTexts = zip(content.halls, hallDocuments).map { hall, document in
            Shown(
                zh: document.name, en: document.english,
                placeZh: SearchField(.department, hall.address.zh, pinyin: pinyin),
                placeEn: SearchField(.department, hall.address.en, pinyin: pinyin))
        }
    }

    private static func texts(of content: CatalogueContent) -> [String] {
        content.items.flatMap { [$0.name.zh] + $0.words } + content.departments.map(\.name.zh)
            + content.halls.flatMap { [$0.name.zh, $0.address.zh] } + content.cities.map(\.name.zh)
    }

    /// - Parameter text: any input; longer than 40 characters it is cut.
    package func items(matching text: String) -> [Found<ServiceItem>] {
        let query = SearchQuery(text, pinyin: pinyin)
        return CatalogueSearch.hits(for: query, in: itemIndex, beside: hallIndex).compactMap {
            found(items[$0.index], $0, query, itemTexts[$0.index])
        }
    }

    package func halls(matching text: String) -> [Found<Hall>] {
        let query = SearchQuery(text, pinyin: pinyin)
        return CatalogueSearch.hits(for: query, in: hallIndex, beside: itemIndex).compactMap {
            found(halls[$0.index], $0, query, hallTexts[$0.index])
        }
    }

    /// What merely resembles the words says nothing when they are plainly those of the other kind: `qingdao` is the
    /// city and no slip for 清单.
    private static func hits(
        for query: SearchQuery, in index: SearchIndex, beside other: SearchIndex
    ) -> [SearchIndex.Hit] {
        let hits = index.hits(for: query)
        if hits.isEmpty || hits.contains(where: \.isPlain) { return hits }
        return other.hits(for: query).contains(where: \.isPlain) ? [] : hits
    }

    /// - Returns: `nil` where no text that is shown has the hit: a row that tells nobody why it stands there is noise.
    private func found<Value>(
        _ value: Value, _ hit: SearchIndex.Hit, _ query: SearchQuery, _ texts: Shown
    ) -> Found<Value>? {
        func marks(_ field: SearchField?) -> [Range<Int>] {
            field.map { SearchIndex.marks(of: query, in: $0) } ?? []
        }
        let word = hit.field.kind == .word ? hit.field : nil
        var found = Found(
            value: value, marks: marks(texts.zh), englishMarks: marks(texts.en), alias: word?.text,
            aliasMarks: marks(word))
        if hit.field.kind == .department {
            found.placeMarks = marks(texts.placeZh)
            found.englishPlaceMarks = marks(texts.placeEn)
        }
        // A code stands on the item's own page, a hall's city above the hall.
        let isShown = found.isMarked || hit.field.kind == .code || hit.field.kind == .department
        return isShown ? found : nil
    }
}

/// Something found.
package struct Found<Value: Sendable>: Sendable {
    package let value: Value
    /// Stretches of the Chinese name that were hit: UTF-16 code units, in order, not touching.
    package let marks: [Range<Int>]
    /// The same for the English name.
    package let englishMarks: [Range<Int>]
    /// The everyday name under which it was found, when that is not the name itself.
    package let alias: String?
    /// The stretches of the everyday name that were hit.
    package let aliasMarks: [Range<Int>]
    /// The stretches that were hit of the department of an item or the address of a hall, when it was found by that.
    package internal(set) var placeMarks: [Range<Int>] = []
    package internal(set) var englishPlaceMarks: [Range<Int>] = []

    package init(
        value: Value, marks: [Range<Int>] = [], englishMarks: [Range<Int>] = [], alias: String? = nil,
        aliasMarks: [Range<Int>] = []
    ) {
        self.value = value
        self.marks = marks
        self.englishMarks = englishMarks
        self.alias = alias
        self.aliasMarks = aliasMarks
    }

    var isMarked: Bool {
        ![marks, englishMarks, aliasMarks, placeMarks, englishPlaceMarks].allSatisfy(\.isEmpty)
    }
}
