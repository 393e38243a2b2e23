import Testing

@Suite("DESIGN: who may import whom")
struct ImportRuleTests {
    /// The rooms that a room may look into.
    private static let allowed: [String: Set<String>] = [
        "Core": [],
        "Cryptography": ["Core"],
        "Storage": ["Core"],
        "Web": ["Core"],
        "Catalogue": ["Core", "Cryptography", "Storage", "Web"],
        "Identity": ["Core", "Cryptography", "Storage", "Web", "Catalogue"],
        "Booking": ["Core", "Cryptography", "Storage", "Web", "Catalogue"],
        "Gateway": ["Core", "Cryptography", "Storage", "Web", "Catalogue"],
        "Server": ["Core", "Cryptography", "Storage", "Web", "Catalogue", "Identity", "Booking", "Gateway"],
        "DepartmentSamples": [],
    ]

    /// Libraries that only one room may know.
    private static let owners: [String: Set<String>] = [
        "GRDB": ["Storage"], "GRDBSQLite": ["Storage"], "CPostgres": ["Storage"],
        "COpenSSL": ["Cryptography"], "CArgon2": ["Cryptography"], "CryptoExtras": ["Cryptography"],
        "JWTKit": ["Cryptography", "DepartmentSamples"],
        "Crypto": ["Cryptography", "DepartmentSamples"],
        "CQRCode": ["Web"], "Mustache": ["Web"],
        "AsyncHTTPClient": ["Web", "DepartmentSamples"],
        "Configuration": ["Server"], "Yams": ["Server"],
    ]

    @Test func `rooms import downwards only`() throws {
        let files = try SourceTree.swiftFiles(below: "Sources")
        #expect(files.count > 20)
        for file in files {
            let allowed = try #require(Self.allowed[file.target], "\(file.path) lies in no known room")
            for module in file.imports where Self.allowed[module] != nil && module != file.target {
                #expect(allowed.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    @Test func `a library is known to its owner only`() throws {
        for file in try SourceTree.swiftFiles(below: "Sources") {
            for module in file.imports {
                if let owners = Self.owners[module] {
                    #expect(owners.contains(file.target), "\(file.path) imports \(module)")
                }
            }
        }
    }
}
