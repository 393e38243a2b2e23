import Core
import Cryptography

/// JSON texts of items and halls, encoded once per snapshot; lists are put together from them.
struct CatalogueFragments: Sendable {
    /// The members of an item as lists show it, without the closing brace.
    private let items: [String: [UInt8]]
    /// The same of a hall.
    private let halls: [String: [UInt8]]
    /// Fingerprint of each item's content.
    let versions: [String: String]

    init(_ content: CatalogueContent) {
        let cities = Dictionary(content.cities.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var items = [String: [UInt8]]()
        var versions = [String: String]()
        for item in content.items {
            let version = ContentDigest.of(JSONValue.object(CatalogueJSON.content(of: item)).encoded())
            versions[item.id] = version
            items[item.id] = CatalogueFragments.open(
                CatalogueJSON.members(of: item) + [.init("version", .string(version))])
        }
        self.items = items
        self.versions = versions
        halls = Dictionary(
            content.halls.map { hall in
                (hall.id, CatalogueFragments.open(CatalogueJSON.members(of: hall, city: cities[hall.city])))
            }, uniquingKeysWith: { first, _ in first })
    }

    private static func open(_ members: [JSONValue.Member]) -> [UInt8] {
        Array(JSONValue.object(members).encoded().dropLast())
    }

    /// Appends an item with what is particular to this answer.
    func append(item id: String, _ extra: [JSONValue.Member], to output: inout [UInt8]) {
        append(items[id], extra, to: &output)
    }

    func append(hall id: String, _ extra: [JSONValue.Member], to output: inout [UInt8]) {
        append(halls[id], extra, to: &output)
    }

    private func append(_ fragment: [UInt8]?, _ extra: [JSONValue.Member], to output: inout [UInt8]) {
        guard let fragment else { return }
        output.append(contentsOf: fragment)
        if extra.isEmpty {
            output.append(0x7D)
        } else {
            let rest = JSONValue.object(extra).encoded()
            output.append(0x2C)
            output.append(contentsOf: rest.dropFirst())
        }
    }
}
