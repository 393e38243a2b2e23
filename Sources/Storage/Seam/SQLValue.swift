package import Core

/// The value of a parameter or a column. Only these: TEXT, BIGINT, BOOLEAN, DOUBLE PRECISION.
package enum SQLValue: Sendable, Hashable {
    case null
    case text(String)
    case integer(Int64)
    case real(Double)
    case boolean(Bool)
}

/// What can be handed to a statement as a parameter.
package protocol SQLBindable {
    var sqlValue: SQLValue { get }
}

extension String: SQLBindable { package var sqlValue: SQLValue { .text(self) } }
extension Int: SQLBindable { package var sqlValue: SQLValue { .integer(Int64(self)) } }
extension Int64: SQLBindable { package var sqlValue: SQLValue { .integer(self) } }
extension Double: SQLBindable { package var sqlValue: SQLValue { .real(self) } }
extension Bool: SQLBindable { package var sqlValue: SQLValue { .boolean(self) } }
extension Instant: SQLBindable { package var sqlValue: SQLValue { .integer(milliseconds) } }
extension LocalDate: SQLBindable { package var sqlValue: SQLValue { .text(description) } }
extension SQLValue: SQLBindable { package var sqlValue: SQLValue { self } }
