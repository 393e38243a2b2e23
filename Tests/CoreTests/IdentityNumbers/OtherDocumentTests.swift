import Core
import Testing

@Suite("Residence permits, permanent residence cards, travel permits and passports")
struct OtherDocumentTests {
    @Test(arguments: [
        ("810000180001010000", ResidencePermitNumber.Territory.hongKong), ("820000180001010002", .macao),
        ("830000180001010004", .taiwan),
    ])
    func `a residence permit names its territory`(text: String, territory: ResidencePermitNumber.Territory) throws {
        let number = try ResidencePermitNumber(text, demo: true)
        #expect(number.territory == territory)
        #expect(number.masked == text.prefix(6) + "********" + text.suffix(4))
        #expect(throws: IdentityNumberFault.demoOnly) { try ResidencePermitNumber(text) }
    }

    @Test(arguments: [
        ("810000180001010001", IdentityNumberFault.wrongCheckCharacter), ("840000180001010000", .unknownIssuer),
        ("810001180001010000", .unknownIssuer), ("11010519491231002X", .unknownIssuer),
        ("81000018000101000", .wrongLength),
    ])
    func `a wrong residence permit is refused`(text: String, fault: IdentityNumberFault) {
        #expect(throws: fault) { try ResidencePermitNumber(text, demo: true) }
    }

    @Test func `both forms of the permanent residence card are accepted`() throws {
        let new = try PermanentResidenceNumber("937840180001010009", demo: true)
        #expect(new.form == .eighteen)
        #expect(new.birthDate == LocalDate("1800-01-01"))
        #expect(throws: IdentityNumberFault.demoOnly) { try PermanentResidenceNumber("937840180001010009") }
        let old = try PermanentResidenceNumber("ｕｓa370080010101")
        #expect(old.form == .fifteen)
        #expect(old.text == "USA370080010101")
        #expect(old.masked == "USA********0101")
    }

    @Test(arguments: [
        ("937840180001010008", IdentityNumberFault.wrongCheckCharacter), ("837840180001010009", .unknownIssuer),
        ("U1A370080010101", .unexpectedCharacter(position: 2)), ("USA37008001010X", .unexpectedCharacter(position: 15)),
        ("USA3700800101012", .wrongLength),
    ])
    func `a wrong permanent residence card is refused`(text: String, fault: IdentityNumberFault) {
        #expect(throws: fault) { try PermanentResidenceNumber(text, demo: true) }
    }

    @Test(arguments: [
        ("h12345678", "H12345678", "H12****78"), ("M01234567", "M01234567", "M01****67"),
        ("０１２３４５６７", "01234567", "01****67"),
    ])
    func `a travel permit is accepted by form`(text: String, normal: String, masked: String) throws {
        let number = try TravelPermitNumber(text)
        #expect(number.text == normal)
        #expect(number.masked == masked)
    }

    @Test(arguments: [
        ("X12345678", IdentityNumberFault.unknownIssuer), ("H1234567", .unexpectedCharacter(position: 1)),
        ("H1234567A", .unexpectedCharacter(position: 9)), ("123456789", .unexpectedCharacter(position: 1)),
        ("1234567", .wrongLength),
    ])
    func `a wrong travel permit is refused`(text: String, fault: IdentityNumberFault) {
        #expect(throws: fault) { try TravelPermitNumber(text) }
    }

    @Test func `a passport number is letters and digits only`() throws {
        #expect(try PassportNumber(" e1234 5678 ").text == "E12345678")
        #expect(try PassportNumber("E12345678").masked == "E1*****78")
        #expect(throws: IdentityNumberFault.wrongLength) { try PassportNumber("E123") }
        #expect(throws: IdentityNumberFault.wrongLength) { try PassportNumber(String(repeating: "1", count: 21)) }
        #expect(throws: IdentityNumberFault.unexpectedCharacter(position: 2)) { try PassportNumber("E;23456") }
    }

    @Test(arguments: [
        ("11010519491231002x", IdentityDocument.Kind.citizen), ("810000180001010000", .residencePermit),
        ("937840180001010009", .permanentResidence), ("USA370080010101", .permanentResidence),
        ("H12345678", .travelPermit), ("12345678", .travelPermit),
    ])
    func `a number of unknown kind is recognised by its form`(text: String, kind: IdentityDocument.Kind) throws {
        let document = try IdentityDocument(recognising: text, demo: true)
        #expect(document.kind == kind)
        #expect(document.canonical == "\(kind.rawValue):\(text.uppercased())")
        #expect(try IdentityDocument(kind, text, demo: true) == document)
    }

    @Test func `an unrecognised number is judged as a citizen number`() {
        #expect(throws: IdentityNumberFault.fifteenDigitNumber) { try IdentityDocument(recognising: "110105491231002") }
        #expect(throws: IdentityNumberFault.wrongLength) { try IdentityDocument(recognising: "12") }
        #expect(throws: IdentityNumberFault.empty) { try IdentityDocument(recognising: " ") }
    }
}
