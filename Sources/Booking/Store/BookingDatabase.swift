import Core
import Storage

/// The database as this room uses it: storage trouble becomes an answer that the caller understands.
struct BookingDatabase: Sendable {
    let database: any Database
    let recent = RecentKeys()

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any Statements) throws -> Value
    ) async throws -> Value {
        do {
            return try await database.read(body)
        } catch let error as StorageError {
            throw BookingDatabase.translated(error)
        }
    }

    func transaction<Value: Sendable>(
        combining lane: CallLane? = nil, _ body: @escaping @Sendable (any Transaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await database.transaction(combining: lane, body)
        } catch let error as StorageError {
            throw BookingDatabase.translated(error)
        }
    }

    private static func translated(_ error: StorageError) -> any Error {
        switch error {
        case .busy, .unavailable, .tooLong: Problem.busy()
        case .constraint, .unexpectedColumn, .statement, .migration: error
        }
    }
}
