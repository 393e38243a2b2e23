/// One thing wrong in a seed file, told so that a person finds and mends it.
package struct CatalogueFault: Error, Sendable, Hashable {
    /// File name, for example `items.json`.
    package let file: String
    /// A JSON Pointer (RFC 6901) such as `/items/3/minutes`; empty for the whole file.
    package let member: String
    package let reason: String

    package init(file: String, member: String, reason: String) {
        self.file = file
        self.member = member
        self.reason = reason
    }
}

extension CatalogueFault: CustomStringConvertible {
    package var description: String { member.isEmpty ? "\(file): \(reason)" : "\(file): \(member): \(reason)" }
}

/// All faults of one reading; never empty.
package struct CatalogueSeedRefused: Error, Sendable, CustomStringConvertible {
    package let faults: [CatalogueFault]
    let directory: String

    package init(_ faults: [CatalogueFault], in directory: String) {
        self.faults = faults
        self.directory = directory
    }

    package var description: String { faults.map { "\(directory)/\($0)" }.joined(separator: "\n") }
}
