/// base45 (RFC 9285): text in the alphabet that QR codes hold in their dense alphanumeric mode.
package enum Base45 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8)
    private static let values: [UInt8] = {
        var table = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        return table
    }()

    package static func encode(_ bytes: [UInt8]) -> String {
        var output = [UInt8]()
        output.reserveCapacity((bytes.count * 3 + 1) / 2)
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let isPair = index + 1 < bytes.count
            let value = isPair ? Int(bytes[index]) << 8 | Int(bytes[index + 1]) : Int(bytes[index])
            output.append(alphabet[value % 45])
            output.append(alphabet[value / 45 % 45])
            if isPair { output.append(alphabet[value / 2025]) }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// `nil` for characters outside the alphabet, impossible lengths and groups above 65,535 or 255 (RFC 9285 §4).
    package static func decode(_ text: String) -> [UInt8]? {
        let characters = text.utf8.map { values[Int($0)] }
        guard characters.count % 3 != 1, !characters.contains(0xFF) else { return nil }
        var output = [UInt8]()
        output.reserveCapacity(characters.count * 2 / 3)
        for index in stride(from: 0, to: characters.count, by: 3) {
            let isTriple = index + 2 < characters.count
            let low = Int(characters[index]) + Int(characters[index + 1]) * 45
            let value = isTriple ? low + Int(characters[index + 2]) * 2025 : low
            guard value <= (isTriple ? 0xFFFF : 0xFF) else { return nil }
            if isTriple { output.append(UInt8(value >> 8)) }
            output.append(UInt8(value & 0xFF))
        }
        return output
    }
}
