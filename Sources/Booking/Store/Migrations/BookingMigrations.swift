package import Storage

/// The schema of this room, in order.
package enum BookingMigrations {
    package static let all = [
        M0001_Capacity.migration, M0002_Visits.migration, M0003_Journal.migration, M0004_TakeBack.migration,
        M0005_ActedAt.migration,
    ]
}
