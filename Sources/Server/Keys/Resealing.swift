import Cryptography

/// Seals every value anew that is not under the current key, in small batches beside the running servers.
///
/// Every batch is one short transaction of conditional updates, so it can be cut short anywhere and begun again: what is
/// done is recognised by its key number.
struct Resealing: Sendable {
    let values: SealedValues
    var batch = 200
    /// Told after each batch: the column and how many of its values were sealed anew so far.
    var progress: @Sendable (SealedColumn, Int) -> Void = { _, _ in }

    /// - Returns: how many values were sealed anew, by column.
    func run() async throws -> [(column: SealedColumn, count: Int)] {
        var counts = [(SealedColumn, Int)]()
        for column in values.columns { counts.append((column, try await run(column))) }
        return counts
    }

    private func run(_ column: SealedColumn) async throws -> Int {
        var count = 0
        let provider = values.provider
        try await values.forEachPage(of: column, limit: batch) { page in
            let fresh = try page.filter { provider.needsResealing($0.sealed) }.map { value in
                let context = column.context(value.rowKey)
                let plain: [UInt8]
                do {
                    plain = try provider.open(value.sealed, context: context)
                } catch {
                    throw StartupFault(
                        "\(column) of row \(value.rowKey) does not open (\(error)); nothing of it was changed. "
                            + "Restore the missing key file and run the command again.")
                }
                return (old: value, sealed: try provider.seal(plain, context: context))
            }
            guard !fresh.isEmpty else { return }
            count += try await values.replace(fresh, in: column)
            progress(column, count)
        }
        return count
    }
}
