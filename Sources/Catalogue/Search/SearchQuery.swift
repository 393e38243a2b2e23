/// What a person typed, cut into terms.
struct SearchQuery: Sendable {
    /// Longer input is cut: nobody describes an item in more, and the work stays bounded.
    static let maximumLength = 40
    private static let maximumTerms = 6

    private static let openings = [
        "我想要", "我想", "我要", "想要", "请问", "怎么办理", "怎样办理", "如何办理", "怎么", "怎样", "如何", "哪里", "哪儿", "在哪", "去哪", "可以", "需要",
        "申请", "办理", "办个", "帮我",
    ]
    private static let endings = [
        "需要什么材料", "要什么材料", "带什么材料", "需要什么", "怎么办理", "怎么办", "怎么弄", "在哪里办", "在哪办", "去哪办", "去哪里办", "哪里办", "流程", "材料",
        "多少钱", "吗", "呢",
        "了怎么补", "怎么补",
    ]

    let terms: [FoldedText]

    init(_ text: String, pinyin: PinyinTable) {
        let words = text.prefix(SearchQuery.maximumLength).split { $0.isWhitespace || "，。、；：！？,;!?+".contains($0) }
        terms = words.prefix(SearchQuery.maximumTerms).map {
            FoldedText(SearchQuery.stripped(String($0)), pinyin: pinyin)
        }.filter { !$0.isEmpty }
    }

    /// Without the words around a question, as long as two characters remain.
    private static func stripped(_ text: String) -> String {
        var text = Substring(text)
        var again = true
        while again {
            again = false
            if let opening = openings.first(where: text.hasPrefix), text.count >= opening.count + 2 {
                text = text.dropFirst(opening.count)
                again = true
            }
            if let ending = endings.first(where: text.hasSuffix), text.count >= ending.count + 2 {
                text = text.dropLast(ending.count)
                again = true
            }
        }
        return String(text)
    }
}
