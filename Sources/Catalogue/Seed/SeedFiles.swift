import Core
import Foundation

/// The four files of `config/seed` that make up the catalogue.
package enum SeedFiles {
    /// Reads and checks a directory with `departments.json`, `items.json`, `halls.json` and `calendar.json`.
    ///
    /// - Throws: `CatalogueSeedRefused` with every fault found: of each file the first misplaced
    ///   member, and once all four read well, every broken reference and rule.
    package static func read(directory: String) throws -> CatalogueContent {
        var content = CatalogueContent()
        var faults = [CatalogueFault]()
        let readers: [(String, (SeedMember, inout CatalogueContent) throws -> Void)] = [
            ("departments.json", DepartmentSeed.read), ("items.json", ItemSeed.read),
            ("calendar.json", CalendarSeed.read),
            ("halls.json", HallSeed.read),
        ]
        for (file, read) in readers {
            do {
                try read(try document(directory: directory, file: file), &content)
            } catch let fault as CatalogueFault {
                faults.append(fault)
            }
        }
        if faults.isEmpty { faults = CatalogueRules.faults(in: content) }
        guard faults.isEmpty else { throw CatalogueSeedRefused(faults, in: directory) }
        return content
    }

    private static func document(directory: String, file: String) throws -> SeedMember {
        guard let data = FileManager.default.contents(atPath: directory + "/" + file) else {
            throw CatalogueFault(file: file, member: "", reason: "cannot be read")
        }
        do {
            let value = try JSONParser.parse(
                [UInt8](data), limits: JSONParser.Limits(bytes: 8 << 20, depth: 16, values: 500_000))
            return SeedMember(file: file, pointer: "", value: value)
        } catch {
            throw CatalogueFault(file: file, member: error.pointer, reason: error.description)
        }
    }
}
