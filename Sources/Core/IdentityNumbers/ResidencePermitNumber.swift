/// The number of a residence permit for residents of Hong Kong, Macao or Taiwan 港澳台居民居住证 (since September 2018),
/// in the form of GB 11643 with a territory in place of the district.
package struct ResidencePermitNumber: Sendable, Hashable {
    private let number: PersonalNumber
    package let territory: Territory

    package enum Territory: String, Sendable, Hashable, CaseIterable {
        case hongKong = "810000"
        case macao = "820000"
        case taiwan = "830000"
    }

    /// - Parameter demo: also accepts unreal numbers, born before 1900 or with sequence 000.
    package init(_ text: String, demo: Bool = false) throws(IdentityNumberFault) {
        number = try PersonalNumber(text, demo: demo) { Territory(rawValue: $0) != nil }
        guard let territory = Territory(rawValue: number.issuer) else { throw .unknownIssuer }
        self.territory = territory
    }

    package var text: String { number.text }
    package var birthDate: LocalDate { number.birthDate }
    package var masked: String { number.masked }
}

extension ResidencePermitNumber: CustomStringConvertible, CustomReflectable {
    package var description: String { masked }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
