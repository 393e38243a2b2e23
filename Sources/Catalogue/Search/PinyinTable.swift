import Foundation

/// The reading of each Chinese character in letters without tones, and its simplified form.
///
/// Foundation knows both but takes some 15 µs a character, so readings are looked up here, and made
/// only when an index is built or, for all characters, once in the background.
struct PinyinTable: Sendable {
    private static let first: UInt32 = 0x4E00
    private static let last: UInt32 = 0x9FA5

    private var starts: [UInt32]
    private var letters: [UInt8]
    private var simplified: [UInt32]

    /// A table that knows the characters of `texts`.
    init(covering texts: some Sequence<String>) {
        var wanted = Set<UInt32>()
        for text in texts {
            for scalar in text.unicodeScalars where PinyinTable.covers(scalar.value) { wanted.insert(scalar.value) }
        }
        self.init(PinyinTable.readings(of: wanted.sorted()), simplified: [:])
    }

    /// A table of all 20,902 characters. The work is done in portions, between which other tasks run.
    static func complete() async -> PinyinTable {
        var readings = [UInt32: [UInt8]]()
        var simplified = [UInt32: UInt32]()
        for start in stride(from: first, through: last, by: 256) {
            let portion = Array(start...min(start + 255, last))
            readings.merge(PinyinTable.readings(of: portion)) { _, new in new }
            simplified.merge(PinyinTable.simplifications(of: portion)) { _, new in new }
            await Task.yield()
        }
        return PinyinTable(readings, simplified: simplified)
    }

    private init(_ readings: [UInt32: [UInt8]], simplified forms: [UInt32: UInt32]) {
        starts = []
        letters = []
        simplified = []
        starts.reserveCapacity(Int(PinyinTable.last - PinyinTable.first) + 2)
        for scalar in PinyinTable.first...PinyinTable.last {
            starts.append(UInt32(letters.count))
            letters.append(contentsOf: readings[scalar] ?? [])
            simplified.append(forms[scalar] ?? scalar)
        }
        starts.append(UInt32(letters.count))
    }

    static func covers(_ scalar: UInt32) -> Bool { scalar >= first && scalar <= last }

    /// Letters of one character; empty for one without a known reading.
    func reading(of scalar: UInt32) -> ArraySlice<UInt8> {
        guard PinyinTable.covers(scalar) else { return [] }
        let index = Int(scalar - PinyinTable.first)
        return letters[Int(starts[index])..<Int(starts[index + 1])]
    }

    func simplifying(_ scalar: UInt32) -> UInt32 {
        PinyinTable.covers(scalar) ? simplified[Int(scalar - PinyinTable.first)] : scalar
    }

    private static func readings(of scalars: [UInt32]) -> [UInt32: [UInt8]] {
        let parts = transformed(scalars, by: [.mandarinToLatin, .stripDiacritics])
        guard parts.count == scalars.count else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: zip(scalars, parts).map { scalar, part in
                (scalar, part.utf8.filter { (0x61...0x7A).contains($0) })
            })
    }

    private static func simplifications(of scalars: [UInt32]) -> [UInt32: UInt32] {
        let parts = transformed(scalars, by: [StringTransform("Hant-Hans")])
        guard parts.count == scalars.count else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: zip(scalars, parts).map { scalar, part in
                (scalar, part.unicodeScalars.first?.value ?? scalar)
            })
    }

    /// Each character transformed by itself: a space keeps it from its neighbours.
    private static func transformed(_ scalars: [UInt32], by transforms: [StringTransform]) -> [Substring] {
        var text = ""
        for scalar in scalars.compactMap(Unicode.Scalar.init) {
            text.unicodeScalars.append(scalar)
            text.append(" ")
        }
        for transform in transforms { text = text.applyingTransform(transform, reverse: false) ?? "" }
        return text.split(separator: " ")
    }
}
