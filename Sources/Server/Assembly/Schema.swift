import Booking
import Catalogue
import Cryptography
import Identity
import Storage

/// Every room's migrations, in the order they are applied.
enum Schema {
    static let all: [[Migration]] = [
        CatalogueMigrations.all, IdentityMigrations.all, BookingMigrations.all, PageSessionMigrations.all,
        DemoMark.migrations,
    ]

    /// Every room's sealed columns.
    static let sealedColumns: [SealedColumn] = IdentitySealedColumns.all + PageSessionTable.sealedColumns
}
