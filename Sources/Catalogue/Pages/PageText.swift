import Core
import Web

/// Texts of the catalogue's pages in the reader's language.
struct PageText: Sendable {
    let renderer: PageRenderer
    let locale: WebLocale

    /// - Parameter key: without the domain: `hall.open`.
    func callAsFunction(_ key: String, _ values: [String: String] = [:]) -> String {
        renderer.text("catalogue." + key, locale, values)
    }

    var isEnglish: Bool { locale == .en }

    func of(_ text: LocalizedText) -> String { text.text(language: locale.rawValue) }

    /// The name cut where it was hit.
    func pieces<Value>(_ found: Found<Value>, name: LocalizedText) -> [TitlePiece] {
        TitlePiece.cut(of(name), at: locale == .en ? found.englishMarks : found.marks)
    }

    /// The everyday name under which something was found; or its name in the other language, when only that was hit.
    func alias<Value>(of found: Found<Value>, name: LocalizedText) -> AliasNote? {
        // The name is put into its sentence by the template, because it has a language of its own.
        let hole: Character = "\u{0}"
        let sentence = self("item.alias", ["alias": String(hole)])
        let parts = sentence.split(separator: hole, maxSplits: 1, omittingEmptySubsequences: false)
        func note(_ name: String, _ marks: [Range<Int>], _ language: WebLocale) -> AliasNote {
            AliasNote(
                before: String(parts[0]), after: parts.count > 1 ? String(parts[1]) : "",
                lang: language == locale ? nil : language.rawValue, pieces: TitlePiece.cut(name, at: marks))
        }
        if let alias = found.alias { return note(alias, found.aliasMarks, .zhHans) }
        let (own, other) = isEnglish ? (found.englishMarks, found.marks) : (found.marks, found.englishMarks)
        guard own.isEmpty, !other.isEmpty else { return nil }
        return isEnglish ? note(name.zh, other, .zhHans) : note(name.en, other, .en)
    }

    /// `公安 · 约 10 分钟`, with the department's name marked where that was hit.
    func note(of found: Found<ServiceItem>, department: String) -> [TitlePiece] {
        let sentence = self("item.note", ["department": department, "count": String(found.value.minutes)])
        let (own, other) =
            isEnglish ? (found.englishPlaceMarks, found.placeMarks) : (found.placeMarks, found.englishPlaceMarks)
        // What was hit in the other language is the whole name in this one.
        let marks = own.isEmpty && !other.isEmpty ? [0..<department.utf16.count] : own
        return marked(department, marks, in: sentence)
    }

    /// The address of a hall, marked where its city was hit.
    func address(of found: Found<Hall>) -> [TitlePiece] {
        TitlePiece.cut(of(found.value.address), at: isEnglish ? found.englishPlaceMarks : found.placeMarks)
    }

    private func marked(_ part: String, _ marks: [Range<Int>], in sentence: String) -> [TitlePiece] {
        guard !part.isEmpty, let place = sentence.firstRange(of: part) else {
            return [TitlePiece(text: sentence, hit: false)]
        }
        let before = sentence.utf16.distance(from: sentence.startIndex, to: place.lowerBound)
        return TitlePiece.cut(sentence, at: marks.map { $0.lowerBound + before..<$0.upperBound + before })
    }

    /// One day's hours: `9:00–12:00、13:00–17:00`.
    func hours(_ openings: [Opening]) -> String {
        openings.map { opening in
            if opening.opens == 0, opening.closes == 1440 { return self("hall.allDay") }
            let hours = ProvinceTime.clock(minute: opening.opens) + "–" + ProvinceTime.clock(minute: opening.closes)
            return opening.extended ? self("hall.extended", ["hours": hours]) : hours
        }.joined(separator: self("hall.and"))
    }

    func weekday(_ number: Int) -> String { self("weekday.\(number)") }
}

/// Another name of something, in its sentence.
struct AliasNote: Sendable {
    let before: String
    let after: String
    /// The language of the name when it is not the page's.
    let lang: String?
    let pieces: [TitlePiece]
}

/// A stretch of a title that was hit, or was not.
struct TitlePiece: Sendable, Hashable {
    let text: String
    let hit: Bool

    /// - Parameter marks: UTF-16 offsets, in order and apart.
    static func cut(_ text: String, at marks: [Range<Int>]) -> [TitlePiece] {
        let units = Array(text.utf16)
        var pieces = [TitlePiece]()
        var end = 0
        func add(_ range: Range<Int>, _ hit: Bool) {
            guard !range.isEmpty else { return }
            pieces.append(TitlePiece(text: String(decoding: units[range], as: UTF16.self), hit: hit))
        }
        for mark in marks where mark.lowerBound >= end && mark.upperBound <= units.count {
            add(end..<mark.lowerBound, false)
            add(mark, true)
            end = mark.upperBound
        }
        add(end..<units.count, false)
        return pieces
    }
}

/// A link with a text; `count` and `current` where it filters a list.
struct PageLink: Sendable {
    let text: String
    let url: String
    var count = 0
    var current = false
}

/// A label beside its value.
struct PageFact: Sendable {
    let label: String
    let value: String
}

/// Icons of the sprite for what the catalogue shows.
enum PageIcon {
    static func department(_ id: String) -> String {
        [
            "police": "shield", "social": "umbrella", "medical": "medical", "estate": "house", "market": "shop",
            "tax": "receipt", "housing": "crane", "fund": "coins", "civil": "heart", "health": "stethoscope",
        ][id] ?? "document"
    }

    static func lifeEvent(_ id: String) -> String {
        [
            "birth": "family", "home": "house", "work": "user", "business": "shop", "travel": "card",
            "marriage": "heart", "retirement": "users", "moving": "pin", "cross-province": "globe",
            "province-wide": "grid",
        ][id] ?? "list"
    }

    static func hall(_ hall: Hall) -> String {
        hall.isRoundTheClock ? "clock" : "hall"
    }
}

/// Addresses of the catalogue's pages and of the booking flow they lead to.
enum PageURL {
    static func items(_ parameters: KeyValuePairs<String, String?>) -> String { list("/items", parameters) }
    static func halls(_ parameters: KeyValuePairs<String, String?>) -> String { list("/halls", parameters) }
    static func item(_ id: String) -> String { "/items/" + PercentDecoding.escape(id) }
    static func hall(_ id: String) -> String { "/halls/" + PercentDecoding.escape(id) }

    static func book(item: String, hall: String? = nil) -> String {
        "/book/" + [item, hall].compactMap { $0.map { PercentDecoding.escape($0) } }.joined(separator: "/")
    }

    private static func list(_ path: String, _ parameters: KeyValuePairs<String, String?>) -> String {
        var list = ParameterList()
        for (name, value) in parameters { if let value { list.append(name, value) } }
        return list.items.isEmpty ? path : path + "?" + list.encoded
    }
}
