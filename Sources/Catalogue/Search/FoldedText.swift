/// A text as the search compares it: lower case, half width, simplified, without spaces and signs.
struct FoldedText: Sendable {
    /// Unicode scalars after folding.
    private(set) var scalars: [UInt32] = []
    /// Where each scalar stood in the original, in UTF-16 code units, with the end as last element.
    private(set) var origins: [Int] = []
    /// Pinyin of the Chinese characters, others as they are when they are ASCII.
    private(set) var letters: [UInt8] = []
    /// Index into `letters` at which each scalar's reading begins, with the end as last element.
    private(set) var syllables: [Int] = []
    /// One number for each scalar: equal for characters that are read alike, otherwise the scalar's own.
    private(set) var sounds: [UInt32] = []
    /// Whether any scalar is a Chinese character.
    private(set) var isChinese = false
    /// One bit for each scalar, by its value modulo 64: a text that lacks a bit lacks the scalar.
    private(set) var mask: UInt64 = 0
    /// The same for `letters`.
    private(set) var letterMask: UInt64 = 0

    init(_ text: String, pinyin: PinyinTable) {
        var offset = 0
        for scalar in text.unicodeScalars {
            let width = scalar.value > 0xFFFF ? 2 : 1
            if let folded = FoldedText.fold(scalar) {
                append(pinyin.simplifying(folded), at: offset, pinyin: pinyin)
            }
            offset += width
        }
        origins.append(offset)
        syllables.append(letters.count)
        for letter in letters { letterMask |= 1 << UInt64(letter & 63) }
    }

    private mutating func append(_ scalar: UInt32, at offset: Int, pinyin: PinyinTable) {
        scalars.append(scalar)
        mask |= 1 << UInt64(scalar & 63)
        origins.append(offset)
        syllables.append(letters.count)
        if PinyinTable.covers(scalar) {
            isChinese = true
            let reading = pinyin.reading(of: scalar)
            letters.append(contentsOf: reading)
            sounds.append(FoldedText.sound(reading) ?? FoldedText.noSound | scalar)
        } else if scalar < 0x80 {
            letters.append(UInt8(scalar))
            sounds.append(FoldedText.noSound | scalar)
        } else {
            sounds.append(FoldedText.noSound | scalar)
        }
    }

    private static let noSound: UInt32 = 1 << 31

    /// A syllable as a number of base 27; the longest, `zhuang`, fits.
    private static func sound(_ reading: ArraySlice<UInt8>) -> UInt32? {
        guard !reading.isEmpty, reading.count <= 6 else { return nil }
        return reading.reduce(0) { $0 * 27 + UInt32($1 - 0x60) }
    }

    /// `nil` for what does not count: spaces, punctuation, symbols.
    private static func fold(_ scalar: Unicode.Scalar) -> UInt32? {
        var value = scalar.value
        if (0xFF01...0xFF5E).contains(value) { value -= 0xFEE0 }
        switch value {
        case 0x41...0x5A: return value + 0x20
        case 0x30...0x39, 0x61...0x7A: return value
        case 0..<0x80: return nil
        case 0x2000...0x206F, 0x3000...0x303F, 0xFF5F...0xFFEF: return nil
        default: return scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? value : nil
        }
    }

    /// For each letter, whether a word begins with it: every Chinese character is one, other scalars are one
    /// together as long as nothing stands between them. The last element is for the end of the text.
    func wordStarts() -> [Bool] {
        var starts = [Bool](repeating: false, count: letters.count + 1)
        starts[letters.count] = true
        for index in scalars.indices where syllables[index] < syllables[index + 1] {
            let goesOn =
                index > 0 && !PinyinTable.covers(scalars[index]) && !PinyinTable.covers(scalars[index - 1])
                && origins[index] == origins[index - 1] + 1
            if !goesOn { starts[syllables[index]] = true }
        }
        return starts
    }

    /// The scalars whose readings the letters in `range` belong to.
    func scalars(spelling range: Range<Int>) -> Range<Int>? {
        let touched = scalars.indices.filter {
            syllables[$0] < range.upperBound && syllables[$0 + 1] > range.lowerBound
        }
        guard let first = touched.first, let last = touched.last else { return nil }
        return first..<(last + 1)
    }

    var count: Int { scalars.count }
    var isEmpty: Bool { scalars.isEmpty }

    /// The stretch of the original, in UTF-16 code units, that scalars `range` came from.
    func origin(of range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else { return 0..<0 }
        return origins[range.lowerBound]..<(origins[range.upperBound - 1] + 1)
    }
}
