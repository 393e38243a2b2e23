/// The tables that Storage keeps for itself.
enum StorageMigrations {
    static let all: [Migration] = [outbox]
}
