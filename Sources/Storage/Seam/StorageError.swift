/// What can go wrong between the product and its database; each domain translates it at its edge.
package enum StorageError: Error, Sendable, Hashable {
    /// A unique, foreign-key, NOT NULL or CHECK constraint refused the statement.
    /// The text is the database's own name for the constraint or columns, for logs only.
    case constraint(String)
    /// Too many calls are waiting, or a lock was not granted in time. Trying later makes sense.
    case busy
    /// The database cannot be reached or written: connection lost, disk full, file locked or damaged.
    case unavailable(String)
    /// The closure ran longer than a transaction may.
    case tooLong
    /// A column is absent, or not of the kind asked for: a defect of ours.
    case unexpectedColumn(String)
    /// The statement itself was refused: a defect of ours.
    case statement(String)
    /// A migration that was applied is not the one in the program, or may not be applied.
    case migration(String)
}
