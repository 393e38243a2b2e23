/// Passwords that fingers make up and not heads: rows and columns of the keyboard, counting, repeating, dates.
enum PasswordPattern {
    /// Rows of a keyboard, its slanting columns, the columns of a number pad, the alphabet.
    private static let rows: [[Character]] = {
        let rows = [
            "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1qaz", "2wsx", "3edc",
            "4rfv", "5tgb", "6yhn", "7ujm", "147", "258", "369", "159", "357", "!@#$%^&*()",
        ]
        return rows.flatMap { [Array($0), Array($0.reversed())] }
    }()
    /// A run is at least this long.
    private static let shortestRun = 3
    /// `qwer1234!` is two runs and one character beside them.
    private static let mostRuns = 4
    private static let mostBeside = 2

    static func isPattern(_ password: FoldedPassword) -> Bool {
        let text = Array(password.plain)
        return repeats(text) || isMadeOfRuns(text) || isDate(text)
    }

    /// A piece of at most four characters again and again: `aaaaaaaa`, `12121212`, `abcdabcd`.
    private static func repeats(_ text: [Character]) -> Bool {
        (1...4).contains { period in
            text.count >= 2 * period && text.indices.allSatisfy { text[$0] == text[$0 % period] }
        }
    }

    private static func isMadeOfRuns(_ text: [Character]) -> Bool {
        var position = 0
        var runs = 0
        var beside = 0
        while position < text.count {
            let length = run(text, at: position)
            if length >= shortestRun {
                runs += 1
                position += length
            } else {
                beside += 1
                position += 1
            }
        }
        return runs > 0 && runs <= mostRuns && beside <= mostBeside
    }

    /// The longest run of neighbouring keys, or of one key, that begins here.
    private static func run(_ text: [Character], at start: Int) -> Int {
        var longest = text[start...].prefix { $0 == text[start] }.count
        for row in rows {
            guard let key = row.firstIndex(of: text[start]) else { continue }
            longest = max(longest, zip(text[start...], row[key...]).prefix { $0 == $1 }.count)
        }
        return longest
    }

    /// Eight digits that are a day between 1900 and 2099, in any of the usual orders.
    private static func isDate(_ text: [Character]) -> Bool {
        let digits = text.compactMap { $0.isASCII ? $0.wholeNumberValue : nil }
        guard digits.count == 8, text.count == 8 else { return false }
        func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
        func isDay(_ year: Int, _ first: Int, _ second: Int) -> Bool {
            (1900...2099).contains(year) && (1...31).contains(max(first, second))
                && (1...12).contains(min(first, second))
        }
        return isDay(number(0..<4), number(4..<6), number(6..<8)) || isDay(number(4..<8), number(0..<2), number(2..<4))
    }
}
