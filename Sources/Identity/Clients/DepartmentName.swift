package import Core

/// A department as forms offer it; the catalogue holds the departments, `Server` hands in their names.
package struct DepartmentName: Sendable, Hashable {
    package let id: String
    package let name: LocalizedText

    package init(id: String, name: LocalizedText) {
        self.id = id
        self.name = name
    }
}
