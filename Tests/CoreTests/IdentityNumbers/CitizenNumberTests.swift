import Core
import Testing

@Suite("GB 11643-1999 citizen number")
struct CitizenNumberTests {
    static let demoCitizens = [
        "370102180001010001", "370202180001010007", "370302180001010002", "370402180001010008", "370502180001010003",
        "370602180001010009", "370702180001010004", "37080218000101000X", "370902180001010005", "371002180001010007",
        "371102180001010002", "371302180001010003", "371402180001010009", "371502180001010004", "37160218000101000X",
        "371702180001010005", "370302180003030007", "37040218000404000X", "371302180012120005",
    ]

    @Test(arguments: [
        ("11010519491231002X", "1949-12-31", CitizenNumber.Sex.female), ("440524188001010014", "1880-01-01", .male),
    ])
    func `the published vectors are accepted`(text: String, birth: String, sex: CitizenNumber.Sex) throws {
        let number = try CitizenNumber(text, demo: true)
        #expect(number.text == text)
        #expect(number.birthDate.description == birth)
        #expect(number.sex == sex)
        #expect(number.region == text.prefix(6))
    }

    @Test(arguments: demoCitizens)
    func `a demo identity passes in the demo only`(text: String) throws {
        #expect(try CitizenNumber(text, demo: true).text == text)
        #expect(throws: IdentityNumberFault.demoOnly) { try CitizenNumber(text) }
    }

    @Test func `a number born before 1900 is demo only even with a real sequence`() {
        #expect(throws: IdentityNumberFault.demoOnly) { try CitizenNumber("440524188001010014") }
    }

    @Test(arguments: ["11010519491231002x", " 110105 19491231 002x\n", "１１０１０５１９４９１２３１００２Ｘ", "１１０１０５１９４９１２３１００２ｘ　"])
    func `typed forms become the normal form`(text: String) throws {
        #expect(try CitizenNumber(text).text == "11010519491231002X")
    }

    @Test(arguments: [
        ("", IdentityNumberFault.empty), (" 　", .empty), ("1101051949123100", .wrongLength),
        ("11010519491231002XX", .wrongLength), (String(repeating: "1", count: 100_000), .wrongLength),
        ("110105491231002", .fifteenDigitNumber), ("11010519491231002Y", .unexpectedCharacter(position: 18)),
        ("1101051949123100X2", .unexpectedCharacter(position: 17)),
        ("110105-9491231002X", .unexpectedCharacter(position: 7)),
        ("１１O105194912310021", .unexpectedCharacter(position: 3)),
        ("٣٧0105194912310021", .unexpectedCharacter(position: 1)),
        ("110105194912310021", .wrongCheckCharacter), ("11010519491231003X", .wrongCheckCharacter),
        ("110105194902300021", .noSuchBirthDate), ("110105194913310021", .noSuchBirthDate),
        ("110105000001010021", .noSuchBirthDate), ("110105190002290021", .noSuchBirthDate),
        ("990105194912310021", .unknownIssuer), ("810000194912310021", .unknownIssuer),
        ("000000000000000000", .unknownIssuer),
    ])
    func `a wrong number is refused for the right reason`(text: String, fault: IdentityNumberFault) {
        #expect(throws: fault) { try CitizenNumber(text) }
        #expect(throws: fault) { try CitizenNumber(text, demo: true) }
    }

    @Test func `numbers of abolished districts stay valid`() throws {
        // 371202 was part of Laiwu, merged into Jinan in 2019.
        #expect(try CitizenNumber("37120219500101123X").region == "371202")
    }

    @Test func `every single wrong digit and every swap of neighbours is found`() throws {
        let valid = Array("11010519491231002X".utf8)
        for index in 14..<17 {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != valid[index] {
                var wrong = valid
                wrong[index] = digit
                #expect(throws: IdentityNumberFault.self) { try CitizenNumber(String(decoding: wrong, as: UTF8.self)) }
            }
        }
        for index in 0..<16 where valid[index] != valid[index + 1] {
            var wrong = valid
            wrong.swapAt(index, index + 1)
            #expect(throws: IdentityNumberFault.self) { try CitizenNumber(String(decoding: wrong, as: UTF8.self)) }
        }
    }

    @Test func `only the masked form is ever shown`() throws {
        let number = try CitizenNumber("370102180001010001", demo: true)
        #expect(number.masked == "370102********0001")
        #expect(try CitizenNumber("37080218000101000X", demo: true).masked == "370802********000X")
        var dumped = ""
        dump(number, to: &dumped)
        for text in ["\(number)", String(reflecting: number), dumped] { #expect(!text.contains("1800")) }
    }
}
