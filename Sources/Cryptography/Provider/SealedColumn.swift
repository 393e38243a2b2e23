/// One column of sealed values: where it lies, and how the place of a value is named to `CryptoProvider.seal`.
///
/// Each room lists its own, so that `yimen keys rotate` finds every value; a test compares the lists with the schema.
package struct SealedColumn: Sendable, Hashable, CustomStringConvertible {
    package let table: String
    package let column: String
    /// The column that names a row: a text that never changes.
    package let key: String
    /// What stands before `:` and the row's key in the context.
    package let place: String

    package init(table: String, column: String, key: String, place: String) {
        self.table = table
        self.column = column
        self.key = key
        self.place = place
    }

    package func context(_ rowKey: String) -> String { place + ":" + rowKey }

    package var description: String { table + "." + column }
}
