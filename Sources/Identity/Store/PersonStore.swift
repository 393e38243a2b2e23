import Core
import Storage

/// Rows of `identity_person` and `identity_password`.
enum PersonStore {
    static let columns = """
        p.id, p.sealed_name, p.sealed_identity_number, p.sealed_phone, p.sign_in_name, p.assurance, p.roles, p.hall,
        p.state, p.updated_at_ms
        """

    private static let byID = SQL("SELECT \(columns) FROM identity_person p WHERE p.id = $1")
    private static let byPhone = SQL(
        """
        SELECT \(columns), w.phc FROM identity_person p LEFT JOIN identity_password w ON w.person_id = p.id
        WHERE p.phone_index = $1 AND p.state <> 'closed'
        """)
    private static let bySignInName = SQL(
        """
        SELECT \(columns), w.phc FROM identity_person p LEFT JOIN identity_password w ON w.person_id = p.id
        WHERE p.sign_in_name = $1 AND p.state <> 'closed'
        """)
    private static let byIdentityNumber = SQL(
        "SELECT \(columns) FROM identity_person p WHERE p.identity_number_index = $1 AND p.state = 'active'")
    private static let insert = SQL(
        """
        INSERT INTO identity_person (id, sealed_name, sealed_identity_number, identity_number_index, sealed_phone,
            phone_index, sign_in_name, assurance, roles, hall, state, created_at_ms, updated_at_ms)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'active', $11, $11)
        ON CONFLICT DO NOTHING
        """)
    private static let insertPassword = SQL(
        "INSERT INTO identity_password (person_id, phc, changed_at_ms) VALUES ($1, $2, $3)")
    private static let rehash = SQL("UPDATE identity_password SET phc = $3 WHERE person_id = $1 AND phc = $2")

    /// A person with the PHC string of the password, if they have one.
    struct WithPassword: Sendable {
        let person: Person
        let phc: String?
    }

    static func find(_ id: String, in statements: any Statements) throws -> Person? {
        try statements.first(byID, id).map(person)
    }

    static func find(phoneIndex: String, in statements: any Statements) throws -> WithPassword? {
        try statements.first(byPhone, phoneIndex).map(withPassword)
    }

    static func find(signInName: String, in statements: any Statements) throws -> WithPassword? {
        try statements.first(bySignInName, signInName).map(withPassword)
    }

    static func find(identityNumberIndex: String, in statements: any Statements) throws -> Person? {
        try statements.first(byIdentityNumber, identityNumberIndex).map(person)
    }

    /// One row ready to be written: everything sealed and indexed, the password hashed.
    struct Insertion: Sendable {
        let id: String
        let sealed: Person.SealedDetails
        let identityNumberIndex: String?
        let phoneIndex: String?
        let signInName: String?
        let assurance: AssuranceLevel
        let roles: Set<Role>
        let hall: String?
        let phc: String
    }

    /// - Returns: false when the id, phone, identity number or sign-in name is taken.
    static func add(_ row: Insertion, at now: Instant, in transaction: any Transaction) throws -> Bool {
        let added = try transaction.execute(
            insert, row.id, row.sealed.name, row.sealed.identityNumber, row.identityNumberIndex, row.sealed.phone,
            row.phoneIndex, row.signInName, row.assurance.rawValue, TextList.encode(row.roles.map(\.rawValue).sorted()),
            row.hall, now)
        guard added == 1 else { return false }
        try transaction.execute(insertPassword, row.id, row.phc, now)
        return true
    }

    /// Replaces an outdated hash, unless the password was changed meanwhile.
    static func replace(phc old: String, with new: String, of person: String, in transaction: any Transaction) throws {
        try transaction.execute(rehash, person, old, new)
    }

    static func person(_ row: Row) throws -> Person {
        Person(
            id: try row.text("id"), signInName: try row.optionalText("sign_in_name"),
            assurance: try row.raw("assurance"),
            roles: Set(try TextList.decode(row.text("roles")).compactMap(Role.init(rawValue:))),
            hall: try row.optionalText("hall"), state: try row.raw("state"),
            updatedAt: try row.instant("updated_at_ms"),
            sealed: Person.SealedDetails(
                name: try row.text("sealed_name"), identityNumber: try row.optionalText("sealed_identity_number"),
                phone: try row.optionalText("sealed_phone")))
    }

    private static func withPassword(_ row: Row) throws -> WithPassword {
        WithPassword(person: try person(row), phc: try row.optionalText("phc"))
    }
}
