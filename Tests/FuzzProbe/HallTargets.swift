#if DEBUG || YIMEN_FUZZING
@testable import Booking
@testable import Catalogue

/// What is typed at kiosks and into the search.
enum HallTargets {
    static let all = [bookingCode, cursor, search, place]

    private static let bookingCode = FuzzTarget(
        "booking-code", [BookingCode.make(random: FixedValues.Random()), "１２３４５ 67890", "000-000-0001"]
    ) { text in
        guard let code = BookingCode.parse(text) else { return }
        hold(code.utf8.count == 10 && code.utf8.allSatisfy { (0x30...0x39).contains($0) }, "ten digits")
        hold(BookingCode.parse(code) == code, "its own normal form")
        let last = have(code.utf8.last, "a digit")
        let other = code.dropLast() + String((last - 0x30 + 1) % 10)
        hold(BookingCode.parse(String(other)) == nil, "one wrong digit is found")
    }

    private static let cursor = FuzzTarget("page-cursor", [PageCursor.encode("jinan-24h"), PageCursor.encode(""), "x"])
    {
        text in
        guard let id = try PageCursor.decode(text) else { return }
        hold(same(PageCursor.encode(id), text), "one spelling")
        let rows = ["a", "jinan-24h", "z"]
        let page = try PageCursor.page(rows, after: id, limit: 1) { $0 }
        hold(page.rows.count <= 1 && !page.rows.contains(id), "the row after it")
    }

    private static let names = ["身份证补领", "社会保障卡申领", "不动产登记", "济南市政务服务中心", "𠮷祥便民服务站"]
    private static let pinyin = PinyinTable(covering: names)
    private static let fields = names.map { SearchField(.name, $0, pinyin: pinyin) }
    private static let english = SearchField(.english, "Apply for a social security card", pinyin: pinyin)
    private static let index = SearchIndex(
        fields.map { SearchIndex.Document(name: $0, english: english, others: [], popularity: 50) })

    private static let search = FuzzTarget(
        "search",
        ["我想办理身份证", "shenfenzheng bl", "sbk", "ＳＨＥＢＡＯ 卡", "social secruity", "怎么怎么怎么办", "bu dong,chan 登记", "𠮷"]
    ) { text in
        let query = SearchQuery(text, pinyin: pinyin)
        hold(query.terms.count <= 6, "few terms")
        for term in query.terms {
            hold(term.origins.count == term.count + 1 && term.syllables.count == term.count + 1, "one place for each")
            hold(term.origins == term.origins.sorted() && term.syllables.last == term.letters.count, "in order")
            hold(!term.isEmpty, "something to look for")
        }
        for hit in index.hits(for: query) { hold(fields.indices.contains(hit.index) && hit.score > 0, "a document") }
        for field in fields + [english] {
            var end = 0
            for mark in SearchIndex.marks(of: query, in: field) {
                hold(
                    mark.lowerBound >= end && !mark.isEmpty && mark.upperBound <= field.text.utf16.count, "in the name")
                end = mark.upperBound
            }
        }
    }

    private static let place = FuzzTarget("place", ["36.65,117.12", "-90,-180", "+.5,1.", "1e5,1", "91,0"]) { text in
        guard let place = Place(text: text) else { return }
        hold(place.latitude.isFinite && place.longitude.isFinite, "numbers")
        guard place.isOnEarth else { return }
        let metres = place.metres(to: Place(latitude: 36.65, longitude: 117.12))
        hold(metres >= 0 && metres < 20_100_000, "not farther than the other side")
    }
}
#endif
