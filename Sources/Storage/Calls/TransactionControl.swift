/// The drivers begin and end transactions; a closure must not.
enum TransactionControl {
    private static let words: Set = [
        "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE", "ATTACH", "DETACH",
        "PRAGMA", "SET", "VACUUM", "LISTEN", "UNLISTEN", "NOTIFY", "COPY", "DEALLOCATE", "DISCARD", "RESET",
    ]

    /// - Throws: `StorageError.statement` when the first word of the text steers transaction or session.
    static func refuse(_ text: String) throws {
        let word = text.drop { $0.isWhitespace }.prefix { $0.isLetter }.uppercased()
        if words.contains(word) { throw StorageError.statement("\(word) is the driver's business") }
    }
}
