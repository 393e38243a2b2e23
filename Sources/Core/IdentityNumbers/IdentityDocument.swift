/// A personal identity document of any accepted kind; its canonical text is what blind indexes are made of.
package enum IdentityDocument: Sendable, Hashable {
    case citizen(CitizenNumber)
    case residencePermit(ResidencePermitNumber)
    case permanentResidence(PermanentResidenceNumber)
    case travelPermit(TravelPermitNumber)
    case passport(PassportNumber)

    package enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        case citizen
        case residencePermit = "residence-permit"
        case permanentResidence = "permanent-residence"
        case travelPermit = "travel-permit"
        case passport
    }

    package init(_ kind: Kind, _ text: String, demo: Bool = false) throws(IdentityNumberFault) {
        switch kind {
        case .citizen: self = .citizen(try CitizenNumber(text, demo: demo))
        case .residencePermit: self = .residencePermit(try ResidencePermitNumber(text, demo: demo))
        case .permanentResidence: self = .permanentResidence(try PermanentResidenceNumber(text, demo: demo))
        case .travelPermit: self = .travelPermit(try TravelPermitNumber(text))
        case .passport: self = .passport(try PassportNumber(text))
        }
    }

    /// Reads a number of unknown kind, as a card reader or a person at a kiosk gives it, by its form alone.
    /// Passports are never guessed: their form overlaps every other.
    package init(recognising text: String, demo: Bool = false) throws(IdentityNumberFault) {
        let bytes = try NumberText.normalise(text)
        let startsWithLetter = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[0])
        let kind: Kind =
            switch (bytes.count, bytes[0]) {
            case (18, UInt8(ascii: "8")): .residencePermit
            case (18, UInt8(ascii: "9")): .permanentResidence
            case (15, _) where startsWithLetter: .permanentResidence
            case (8, _), (9, _): .travelPermit
            default: .citizen
            }
        try self.init(kind, text, demo: demo)
    }

    package var kind: Kind {
        switch self {
        case .citizen: .citizen
        case .residencePermit: .residencePermit
        case .permanentResidence: .permanentResidence
        case .travelPermit: .travelPermit
        case .passport: .passport
        }
    }

    package var text: String {
        switch self {
        case .citizen(let number): number.text
        case .residencePermit(let number): number.text
        case .permanentResidence(let number): number.text
        case .travelPermit(let number): number.text
        case .passport(let number): number.text
        }
    }

    package var masked: String {
        switch self {
        case .citizen(let number): number.masked
        case .residencePermit(let number): number.masked
        case .permanentResidence(let number): number.masked
        case .travelPermit(let number): number.masked
        case .passport(let number): number.masked
        }
    }

    /// Kind and number in one text, so that equal numbers of two kinds never meet in an index.
    package var canonical: String { kind.rawValue + ":" + text }

    /// Type code of GA/T 2000.156 where the stored facts name one.
    package var typeCode: String? {
        switch self {
        case .citizen: "111"
        case .residencePermit: nil
        case .permanentResidence: "553"
        case .travelPermit(let number): number.territory == .taiwan ? "511" : "516"
        case .passport: "414"
        }
    }
}

extension IdentityDocument: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(kind.rawValue) \(masked)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
