import Core

/// Finds items and halls by what people type: partial words, pinyin in full or in initials, everyday
/// names, and the same with a slip of the finger.
package struct CatalogueSearch: Sendable {
    private let pinyin: PinyinTable
    private let items: [ServiceItem]
    private let halls: [Hall]
    private let itemIndex: SearchIndex
    private let hallIndex: SearchIndex
    private let itemNames: [(zh: SearchField, en: SearchField)]
    private let hallNames: [(zh: SearchField, en: SearchField)]

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
        itemNames = itemDocuments.map { ($0.name, $0.english) }
        hallNames = hallDocuments.map { ($0.name, $0.english) }
    }

    private static func texts(of content: CatalogueContent) -> [String] {
        content.items.flatMap { [$0.name.zh] + $0.words } + content.departments.map(\.name.zh)
            + content.halls.map(\.name.zh) + content.cities.map(\.name.zh)
    }

    /// - Parameter text: any input; longer than 40 characters it is cut.
    package func items(matching text: String) -> [Found<ServiceItem>] {
        let query = SearchQuery(text, pinyin: pinyin)
        return itemIndex.hits(for: query).map { found(items[$0.index], $0, query, itemNames[$0.index]) }
    }

    package func halls(matching text: String) -> [Found<Hall>] {
        let query = SearchQuery(text, pinyin: pinyin)
        return hallIndex.hits(for: query).map { found(halls[$0.index], $0, query, hallNames[$0.index]) }
    }

    private func found<Value>(
        _ value: Value, _ hit: SearchIndex.Hit, _ query: SearchQuery, _ names: (zh: SearchField, en: SearchField)
    ) -> Found<Value> {
        let word = hit.field.kind == .word ? hit.field : nil
        return Found(
            value: value, marks: SearchIndex.marks(of: query, in: names.zh),
            englishMarks: SearchIndex.marks(of: query, in: names.en), alias: word?.text,
            aliasMarks: word.map { SearchIndex.marks(of: query, in: $0) } ?? [])
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
}
