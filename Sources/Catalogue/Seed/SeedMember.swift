import Core

/// A value in a seed file together with its place, so that every refusal names file and member.
struct SeedMember {
    let file: String
    let pointer: String
    let value: JSONValue

    func fault(_ reason: String) -> CatalogueFault {
        CatalogueFault(file: file, member: pointer, reason: reason)
    }

    /// Refuses members that nobody reads: a misspelt name must not pass in silence.
    func allowing(_ names: Set<String>) throws -> SeedMember {
        guard case .object(let members) = value else { throw fault("must be an object") }
        for member in members where !names.contains(member.name) {
            throw CatalogueFault(
                file: file, member: "\(pointer)/\(JSONFault.escape(member.name))",
                reason: "is not known; known are \(names.sorted().joined(separator: ", "))")
        }
        return self
    }

    func optional(_ name: String) -> SeedMember? {
        guard let inner = value[name], inner != .null else { return nil }
        return SeedMember(file: file, pointer: "\(pointer)/\(JSONFault.escape(name))", value: inner)
    }

    func required(_ name: String) throws -> SeedMember {
        guard let member = optional(name) else {
            throw CatalogueFault(file: file, member: "\(pointer)/\(name)", reason: "is missing")
        }
        return member
    }

    func list() throws -> [SeedMember] {
        guard case .array(let values) = value else { throw fault("must be a list") }
        return values.enumerated().map { SeedMember(file: file, pointer: "\(pointer)/\($0)", value: $1) }
    }

    func members() throws -> [(name: String, member: SeedMember)] {
        guard case .object(let members) = value else { throw fault("must be an object") }
        return members.map { member in
            let pointer = "\(pointer)/\(JSONFault.escape(member.name))"
            return (member.name, SeedMember(file: file, pointer: pointer, value: member.value))
        }
    }

    func text(upTo limit: Int = 200) throws -> String {
        guard case .string(let text) = value else { throw fault("must be a text") }
        guard !text.allSatisfy(\.isWhitespace) else { throw fault("must not be empty") }
        guard text.count <= limit else { throw fault("must have at most \(limit) characters") }
        return text
    }

    /// A readable id: lower-case letters, digits and single hyphens, 2…64 characters.
    func slug() throws -> String {
        let text = try text(upTo: 64)
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let good = parts.allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        guard good, text.count >= 2 else { throw fault("must be lower-case letters, digits and single hyphens") }
        return text
    }

    func digits(_ counts: Set<Int>) throws -> String {
        let text = try text(upTo: 64)
        guard counts.contains(text.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw fault("must have \(counts.sorted().map(String.init).joined(separator: " or ")) digits")
        }
        return text
    }

    func integer(_ range: ClosedRange<Int>) throws -> Int {
        guard case .integer(let number) = value, let number = Int(exactly: number), range.contains(number) else {
            throw fault("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func number(_ range: ClosedRange<Double>) throws -> Double {
        let number: Double? =
            switch value {
            case .integer(let whole): Double(whole)
            case .number(let real): real
            default: nil
            }
        guard let number, range.contains(number) else {
            throw fault("must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func flag() throws -> Bool {
        guard case .bool(let flag) = value else { throw fault("must be true or false") }
        return flag
    }

    func date() throws -> LocalDate {
        guard let date = LocalDate(try text()) else { throw fault("must be a date YYYY-MM-DD") }
        return date
    }

    /// Minutes after midnight of `HH:mm`, 00:00…24:00.
    func clock() throws -> Int {
        let parts = try text().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...24).contains(hour), (0...59).contains(minute), hour < 24 || minute == 0
        else { throw fault("must be a time HH:mm from 00:00 to 24:00") }
        return hour * 60 + minute
    }

    func choice<Value: RawRepresentable<String> & CaseIterable>(_ type: Value.Type = Value.self) throws -> Value {
        guard case .string(let text) = value, let choice = Value(rawValue: text) else {
            throw fault("must be one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    func localized() throws -> LocalizedText {
        let member = try allowing(["zh", "en"])
        return LocalizedText(zh: try member.required("zh").text(), en: try member.required("en").text())
    }

    func place() throws -> Place {
        let member = try allowing(["latitude", "longitude"])
        return Place(
            latitude: try member.required("latitude").number(-90...90),
            longitude: try member.required("longitude").number(-180...180))
    }
}
