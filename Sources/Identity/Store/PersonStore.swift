import Core
import Storage

/// Rows of `identity_person` and `identity_password`.
enum PersonStore {
    static let columns = """
        p.id, p.sealed_name, p.sealed_identity_number, p.sealed_phone, p.sign_in_name, p.assurance, p.roles, p.hall,
        p.state, p.updated_at_ms
        """

    private static let byID = SQL("SELECT \(columns) FROM identity_person p WHERE p.id = $1")
    private static let page = SQL(
        "SELECT \(columns) FROM identity_person p WHERE p.id > $1 ORDER BY p.id LIMIT $2")
    private static let byIDWithPassword = SQL(
        """
        SELECT \(columns), w.phc, w.changed_at_ms FROM identity_person p
        LEFT JOIN identity_password w ON w.person_id = p.id WHERE p.id = $1
        """)
    private static let holdRow = SQL("UPDATE identity_person SET updated_at_ms = updated_at_ms WHERE id = $1")
    private static let byPhone = SQL(
        """
        SELECT \(columns), w.phc, w.changed_at_ms FROM identity_person p LEFT JOIN identity_password w ON w.person_id = p.id
        WHERE p.phone_index = $1 AND p.state <> 'closed'
        """)
    private static let bySignInName = SQL(
        """
        SELECT \(columns), w.phc, w.changed_at_ms FROM identity_person p LEFT JOIN identity_password w ON w.person_id = p.id
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
    /// Holds the password's row to the end of the transaction: a change or a lock comes before or after.
    private static let hold = SQL(
        """
        UPDATE identity_password SET changed_at_ms = changed_at_ms WHERE person_id = $1 AND changed_at_ms = $2
        AND EXISTS (SELECT 1 FROM identity_person p WHERE p.id = $1 AND p.state = 'active')
        RETURNING person_id
        """)
    private static let change = SQL(
        """
        UPDATE identity_password SET phc = $3, changed_at_ms = $4 WHERE person_id = $1 AND changed_at_ms = $2
        RETURNING person_id
        """)
    private static let set = SQL(
        """
        INSERT INTO identity_password (person_id, phc, changed_at_ms) VALUES ($1, $2, $3)
        ON CONFLICT (person_id) DO UPDATE SET phc = excluded.phc, changed_at_ms = excluded.changed_at_ms
        """)
    private static let wait = SQL("UPDATE identity_password SET changed_at_ms = changed_at_ms WHERE person_id = $1")
    private static let move = SQL(
        "UPDATE identity_person SET state = $3, updated_at_ms = $4 WHERE id = $1 AND state = $2 RETURNING id")
    private static let assure = SQL(
        """
        UPDATE identity_person SET assurance = $3, updated_at_ms = $4
        WHERE id = $1 AND assurance = $2 AND state = 'active' RETURNING id
        """)
    private static let rehash = SQL("UPDATE identity_password SET phc = $3 WHERE person_id = $1 AND phc = $2")

    /// A person with the PHC string of the password, if they have one.
    struct WithPassword: Sendable {
        let person: Person
        let phc: String?
        /// When the password was set; a rehash keeps it.
        let changedAt: Instant?
    }

    /// Holds the person's row to the end of the transaction, for rules that count what a person has: of
    /// requests at the same moment each sees what the one before has added.
    static func hold(row id: String, in transaction: any Transaction) throws {
        try transaction.execute(holdRow, id)
    }

    static func find(_ id: String, in statements: any Statements) throws -> Person? {
        try statements.first(byID, id).map(person)
    }

    static func findWithPassword(_ id: String, in statements: any Statements) throws -> WithPassword? {
        try statements.first(byIDWithPassword, id).map(withPassword)
    }

    /// - Parameter id: the last one of the page before; empty for the first page.
    static func page(after id: String, limit: Int, in statements: any Statements) throws -> [Person] {
        try statements.query(page, id, limit).map(person)
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

    /// - Returns: false when the password that was checked has been changed since, or the person has been locked.
    static func hold(_ account: WithPassword, in transaction: any Transaction) throws -> Bool {
        try transaction.first(hold, account.person.id, account.changedAt) != nil
    }

    /// - Returns: false when the password that was checked has been changed since.
    static func change(_ account: WithPassword, to phc: String, at now: Instant, in transaction: any Transaction) throws
        -> Bool
    {
        try transaction.first(change, account.person.id, account.changedAt, phc, now) != nil
    }

    /// Sets a password whatever it was before.
    static func set(phc: String, of person: String, at now: Instant, in transaction: any Transaction) throws {
        try transaction.execute(set, person, phc, now)
    }

    /// Waits for sign-ins under way, so that the statements that follow see the sessions they open.
    ///
    /// - Returns: false when the person is not in the first state.
    static func move(
        _ person: String, from: Person.State, to: Person.State, at now: Instant, in transaction: any Transaction
    ) throws -> Bool {
        guard try transaction.first(move, person, from.rawValue, to.rawValue, now) != nil else { return false }
        try transaction.execute(wait, person)
        return true
    }

    /// - Returns: false when the person is not active or the level is another one by now.
    static func assure(
        _ person: String, from: AssuranceLevel, to: AssuranceLevel, at now: Instant, in transaction: any Transaction
    ) throws -> Bool {
        try transaction.first(assure, person, from.rawValue, to.rawValue, now) != nil
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
        WithPassword(
            person: try person(row), phc: try row.optionalText("phc"),
            changedAt: try row.optionalInstant("changed_at_ms"))
    }
}
